"""What is looked at before a workbook is read: is it one, and is it safe to open (BAD-01 to BAD-10)?"""

import zipfile
from io import BytesIO

from django.utils.translation import gettext_lazy as _

from households.imports.faults import Refused

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 300 * 1024 * 1024
LARGEST_RATIO = 100
RATIO_MATTERS_FROM = 5 * 1024 * 1024
MOST_PARTS = 200
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = "xl/workbook.xml"

FORBIDDEN_PARTS = (
    ("vbaproject", "macro", _("The workbook contains a macro. Save it as a plain .xlsx workbook and try again.")),
    ("externallinks/", "external_link", _("The workbook links to another file. Break the links in Excel first.")),
    ("embeddings/", "embedded", _("The workbook contains an embedded object. Take it out first.")),
)


def check(content: bytes) -> None:
    """Look at the container before anything in it is parsed.

    Raises:
        Refused: not an .xlsx workbook, or not one that is safe to open; the message says what to do.
    """
    _check_kind(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_parts(archive)
            _check_unpacked_size(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise Refused(_("The file is damaged or was not uploaded completely."), "damaged") from error


def _check_kind(content: bytes) -> None:
    if not content:
        raise Refused(_("The file is empty."), "empty")
    if len(content) > LARGEST_FILE:
        raise Refused(_("The file is larger than 20 MB; divide it, for example by village."), "too_large")
    if content.startswith(OLD_EXCEL):
        raise Refused(
            _("This is an old .xls workbook or one with a password. Save it in Excel as .xlsx, without a password."),
            "old_excel",
        )
    if not content.startswith(b"PK"):
        raise Refused(
            _("This is not an .xlsx workbook, whatever its name says. Open it in Excel and save it as .xlsx."),
            "not_xlsx",
        )


def _check_parts(archive: zipfile.ZipFile) -> None:
    names = [info.filename for info in archive.infolist()]
    lowered = [name.lower() for name in names]
    if len(names) > MOST_PARTS or len(set(lowered)) != len(lowered) or any(".." in name.split("/") for name in names):
        raise Refused(_("The file is not built like a workbook that Excel saves."), "strange")
    if WORKBOOK not in names:
        raise Refused(
            _("This is not an .xlsx workbook, whatever its name says. Open it in Excel and save it as .xlsx."),
            "not_xlsx",
        )
    for part, code, message in FORBIDDEN_PARTS:
        if any(part in name for name in lowered):
            raise Refused(message, code)


def _check_unpacked_size(archive: zipfile.ZipFile) -> None:
    """Unpack in pieces and count: what the container declares may be a lie."""
    unpacked = 0
    for info in archive.infolist():
        own = 0
        with archive.open(info) as part:
            while piece := part.read(1 << 20):
                own += len(piece)
                unpacked += len(piece)
                expands = own > RATIO_MATTERS_FROM and own > LARGEST_RATIO * max(info.compress_size, 1)
                if unpacked > LARGEST_UNPACKED or expands:
                    raise Refused(_("The file expands beyond what a workbook of households needs."), "bomb")
                if info.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in piece:
                    raise Refused(_("The file is not built like a workbook that Excel saves."), "strange")
