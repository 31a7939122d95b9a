"""PDFs of forms: our fonts inside, nothing fetched from elsewhere, and a clear word where the machine cannot."""

import builtins
import re
import zlib

import pytest

from fupin import printing

PAGE = '<!doctype html><html lang="zh"><head><link rel="stylesheet" href="static:css/print.css"></head><body>{}</body>'


def decompressed(pdf: bytes) -> bytes:
    """Everything that stands in the PDF, its streams unpacked."""
    parts = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompressobj().decompress(packed))
        except zlib.error:
            parts.append(packed)
    return b"".join(parts)


def test_a_pdf_has_a_chinese_font_inside():
    pdf = printing.pdf_of(PAGE.format("<h1>低收入农户登记表</h1><p>家庭人均纯收入</p>"))
    assert pdf.startswith(b"%PDF")
    inside = decompressed(pdf)
    assert b"/FontFile" in inside
    assert b"CJK" in inside


def test_our_stylesheets_are_read_from_the_disk():
    assert b"@page" in printing.own_stylesheet("static:css/print.css")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:8000/desk/",
        "https://example.com/print.css",
        "ftp://example.com/print.css",
        "static:../fupin/settings.py",
        "static:css/../../fupin/settings.css",
        "static:/etc/hosts.css",
        "static:js/fupin.js",
        "static:css/none.css",
        "css/print.css",
    ],
)
def test_nothing_else_is_fetched(url):
    with pytest.raises(printing.Refused):
        printing.own_stylesheet(url)
    with pytest.raises(printing.Refused):
        printing.closed_fetcher().fetch(url)


def test_pictures_in_the_page_itself_are_shown():
    answer = printing.closed_fetcher().fetch("data:text/css,p%7Bcolor:red%7D")
    assert answer.read() == b"p{color:red}"


def test_a_page_cannot_bring_files_into_its_pdf(tmp_path):
    (tmp_path / "secret.txt").write_text("not for paper")
    link = f'<a rel="attachment" href="file://{tmp_path}/secret.txt">x</a><img src="file://{tmp_path}/secret.txt">'
    assert b"not for paper" not in decompressed(printing.pdf_of(PAGE.format(link)))


@pytest.mark.parametrize("missing", [OSError("cannot load library 'libpango-1.0-0'"), ImportError("weasyprint")])
def test_a_missing_library_is_told(monkeypatch, missing):
    imported = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "weasyprint":
            raise missing
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(printing.CannotPrint):
        printing.pdf_of(PAGE.format("汉字"))


def test_a_missing_font_is_told(monkeypatch):
    monkeypatch.setattr(printing, "_has_chinese_font", lambda: False)
    with pytest.raises(printing.CannotPrint):
        printing.pdf_of(PAGE.format("汉字"))
