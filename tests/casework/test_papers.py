"""Papers: what is taken, what is refused, how it is kept, and when it is forgotten."""

import zlib
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from casework.models import Case, CaseEvent, Objection, Paper
from casework.papers import attach, keep
from fupin.paper_forms import papers_of, token_of
from fupin.papers import check_paper, content_of, forget_unused, safe_name
from tests.factories import make_case, make_household, make_notice, make_user

pytestmark = pytest.mark.django_db

JPG = b"\xff\xd8\xff\xe0" + bytes(range(256))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF"


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    file = SimpleUploadedFile("x", content)
    # As it would come from a client that strips nothing.
    file._name = name
    return file


def pdf_with(text: bytes) -> bytes:
    return PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + text)


def object_stream(text: bytes, filters: bytes = b"/Filter /FlateDecode", *, packed: bool = True) -> bytes:
    data = zlib.compress(text) if packed else text
    return PDF + b"\n5 0 obj\n<< /Type /ObjStm /N 1 /First 4 %s >>\nstream\n%s\nendstream\nendobj" % (filters, data)


@pytest.fixture
def clerk():
    return make_user("township", "320412100")


# --- What is taken --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "content", "content_type"), [
    ("申请.jpg", JPG, "image/jpeg"),
    ("申请.JPEG", JPG, "image/jpeg"),
    ("照片.png", PNG, "image/png"),
    ("会议记录.pdf", PDF, "application/pdf"),
])  # fmt: skip
def test_photographs_and_pdfs_are_taken(name, content, content_type):
    assert check_paper(upload(name, content)).content_type == content_type


@pytest.mark.parametrize(("name", "content"), [
    ("a.png", JPG),
    ("a.jpg", PNG),
    ("a.pdf", PNG),
    ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    ("a.jpg", b"<html><script>1</script></html>"),
    ("a.pdf", b"<html>%PDF-1.4</html>"),
    ("a.svg", b"<svg/>"),
    ("a.html", b"<html/>"),
    ("a.pdf.exe", PDF),
    ("a.exe", b"MZ"),
    ("a.pdf.", PDF),
    ("a.pdf\x00", PDF),
    ("a", PNG),
    ("", PNG),
    ("a.png", b""),
    ("a.pdf", b""),
    ("a.pdf", b"PK\x03\x04"),
])  # fmt: skip
def test_what_is_not_what_it_says_is_refused(name, content, clerk):
    with pytest.raises(ValidationError):
        keep(upload(name, content), clerk)
    assert not Paper.objects.exists()


def test_the_size_has_a_limit(settings):
    settings.FUPIN_PAPER_MEGABYTES = 1
    at_most = PNG.ljust(1024 * 1024, b"\0")
    assert check_paper(upload("a.png", at_most))
    with pytest.raises(ValidationError):
        check_paper(upload("a.png", at_most + b"\0"))


# --- PDFs that do something -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", [
    pdf_with(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    pdf_with(b"/AA << /O << /JS (1) >> >>"),
    pdf_with(b"/S /J#61vaScript"),
    pdf_with(b"/S /#4a#61#76#61#53#63#72#69#70#74"),
    pdf_with(b"/#4AS (1)"),
    pdf_with(b"/S /Launch /F (cmd.exe)"),
    pdf_with(b"/Names << /EmbeddedFiles 2 0 R >>"),
    pdf_with(b"/Type /EmbeddedFile"),
    pdf_with(b"/Subtype /RichMedia"),
    pdf_with(b"/AcroForm << /XFA 3 0 R >>"),
    pdf_with(b"/S /Rendition"),
    object_stream(b"1 0 << /S /JavaScript >>"),
    object_stream(b"1 0 << /S /J#61vaScript >>"),
    object_stream(b"1 0 << /JS (1) >>"),
    object_stream(b"1 0 << /JS (1) >>", b"", packed=False),
    object_stream(b"1 0 << /S /JavaScript >>").replace(b"/ObjStm", b"/Obj#53tm"),
])  # fmt: skip
def test_scripts_and_attached_files_are_found_in_a_pdf(content):
    with pytest.raises(ValidationError):
        check_paper(upload("a.pdf", content))


@pytest.mark.parametrize("content", [
    object_stream(b"not packed at all", packed=False),
    object_stream(b"1 0 << /Type /Font >>", b"/Filter /LZWDecode", packed=False),
    object_stream(b"1 0 << /Type /Font >>", b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>"),
    object_stream(b" " * (9 * 1024 * 1024)),
    pdf_with(b"").replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 9 0 R"),
])  # fmt: skip
def test_a_pdf_that_cannot_be_looked_into_is_refused(content):
    with pytest.raises(ValidationError):
        check_paper(upload("a.pdf", content))


@pytest.mark.parametrize("content", [
    object_stream(b"1 0 << /Type /Font /BaseFont /JSong >>"),
    pdf_with(b"/Title (JavaScript) /JSWidth 3 /Launched true"),
    PDF + b"\n5 0 obj\n<< /Subtype /Image >>\nstream\n\x00/JS\x01 /Encrypt \xff\nendstream\nendobj",
])  # fmt: skip
def test_a_plain_pdf_passes_whatever_the_bytes_of_its_scan_are(content):
    assert check_paper(upload("a.pdf", content))


# --- Names ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("given", "kept"), [
    ("申请书.pdf", "申请书.pdf"),
    ("../../etc/passwd.pdf", "passwd.pdf"),
    ("C:\\文件\\申请.pdf", "申请.pdf"),
    ("a\r\nX-Header: 1.pdf", "aX-Header: 1.pdf"),
    ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
    ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
])  # fmt: skip
def test_a_name_is_kept_without_path_and_control_characters(given, kept):
    assert safe_name(given) == kept


# --- Keeping --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "content"), [("a.jpg", JPG), ("a.png", PNG), ("a.pdf", PDF)])
def test_it_lies_encrypted_and_is_read_as_it_came(clerk, name, content):
    paper = keep(upload(name, content), clerk)
    with paper.file.open("rb") as file:
        raw = file.read()
    assert content[:16] not in raw
    assert content_of(Paper.objects.get(pk=paper.pk)) == content
    assert (paper.size, paper.added_by) == (len(content), clerk)


def test_no_two_papers_share_a_key(clerk):
    first, second = (keep(upload("a.png", PNG), clerk) for _time in range(2))
    assert first.key != second.key
    assert first.digest == second.digest
    (raw,) = Paper.objects.filter(pk=first.pk).extra(select={"raw": "key"}).values_list("raw", flat=True)
    assert raw != first.key


def test_a_file_that_was_changed_on_the_disk_is_not_read(clerk):
    paper = keep(upload("a.png", PNG), clerk)
    with open(paper.file.path, "r+b") as file:
        file.seek(40)
        file.write(b"XXXX")
    with pytest.raises(InvalidToken):
        content_of(paper)


# --- Forgetting -----------------------------------------------------------------------------------------------------
def test_only_what_is_unused_and_old_is_forgotten(clerk, django_capture_on_commit_callbacks):
    case = make_case(make_household(), "village_publicity")
    notice = make_notice(case)
    of_step, of_notice, of_objection, unused, fresh = (keep(upload("a.png", PNG), clerk) for _number in range(5))
    attach([of_step], [case.events.get()])
    notice.photo = of_notice
    notice.save()
    objection = Objection.objects.create(
        receipt="1", notice=notice, village=notice.village, ground="omitted", level="township", text="x",
        due_on=timezone.localdate(),
    )  # fmt: skip
    objection.papers.add(of_objection)
    Paper.objects.exclude(pk=fresh.pk).update(added_at=timezone.now() - timedelta(days=2, minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_unused(Paper) == 1
    assert set(Paper.objects.all()) == {of_step, of_notice, of_objection, fresh}
    assert not unused.file.storage.exists(unused.file.name)
    assert all(paper.file.storage.exists(paper.file.name) for paper in Paper.objects.all())


# --- Tokens of a form -----------------------------------------------------------------------------------------------
def test_a_token_stands_for_ones_own_paper_and_for_no_other(clerk):
    mine, theirs = keep(upload("a.png", PNG), clerk), keep(upload("a.png", PNG), make_user())
    tokens = [token_of(mine), token_of(theirs), "forged", f"{token_of(mine)}x", ""]
    assert papers_of(Paper, tokens, clerk) == [mine]
    assert papers_of(Paper, [str(mine.pk)], clerk) == []


def test_a_token_is_worth_nothing_once_its_paper_is_used_or_after_two_days(clerk, time_machine):
    used, old = (keep(upload("a.png", PNG), clerk) for _number in range(2))
    tokens = [token_of(used), token_of(old)]
    attach([used], [make_case(make_household()).events.get()])
    assert papers_of(Paper, tokens, clerk) == [old]
    time_machine.move_to(timezone.now() + timedelta(days=2, minutes=1))
    assert papers_of(Paper, tokens, clerk) == []


# --- Keys of the house ----------------------------------------------------------------------------------------------
def test_after_the_keys_were_rotated_papers_changes_and_objections_read_as_before(settings, clerk):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FUPIN_ENCRYPTION_KEYS = [old]
    case = make_case(make_household(), "village_publicity", change='{"kind": "birth"}')
    notice = make_notice(case)
    paper = keep(upload("a.png", PNG), clerk)
    Objection.objects.create(
        receipt="1", notice=notice, village=notice.village, ground="omitted", level="township", text="他家有车",
        name="王五", phone="13800000000", omitted="赵六", findings="属实", due_on=timezone.localdate(),
    )  # fmt: skip

    settings.FUPIN_ENCRYPTION_KEYS = [new, old]
    call_command("rotate_keys")

    settings.FUPIN_ENCRYPTION_KEYS = [new]
    assert content_of(Paper.objects.get(pk=paper.pk)) == PNG
    assert Case.objects.get().change == '{"kind": "birth"}'
    kept = Objection.objects.get()
    told = (kept.text, kept.name, kept.phone, kept.omitted, kept.findings)
    assert told == ("他家有车", "王五", "13800000000", "赵六", "属实")
    assert CaseEvent.objects.count() == 1
