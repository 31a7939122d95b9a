"""Papers (佐证材料): what is taken, how it is kept, how it is read again.

A floor that keeps papers has a model of its own made from `StoredPaper`, which says to what its papers belong.
"""

import hashlib
import re
import uuid
import zlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fupin.encryption import EncryptedTextField

MOST_PAPERS = 10
MEGABYTE = 1024 * 1024
FORGOTTEN_AFTER = timedelta(days=2)
# What makes a PDF do something when it is opened. The short names are looked for outside of streams only: among the
# bytes of a scan they occur by chance.
ACTIVE_PDF = re.compile(rb"/(?:JavaScript|Launch|Rendition|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])")
ACTIVE_OUTSIDE_STREAMS = re.compile(rb"/JS(?![A-Za-z])")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z])")
# How far before its stream a dictionary may begin, and how much an object stream may hold.
LONGEST_DICTIONARY = 1024
LARGEST_OBJECT_STREAM = 8 * MEGABYTE


@dataclass(frozen=True)
class PaperType:
    """A type of file: how it ends, how its content begins, and how it is served."""

    endings: tuple[str, ...]
    begins: bytes
    content_type: str


TYPES = (
    PaperType((".jpg", ".jpeg"), b"\xff\xd8\xff", "image/jpeg"),
    PaperType((".png",), b"\x89PNG\r\n\x1a\n", "image/png"),
    PaperType((".pdf",), b"%PDF-", "application/pdf"),
)
ACCEPTED = ",".join(ending for one in TYPES for ending in one.endings)


def check_paper(file: UploadedFile) -> PaperType:
    """The type of an uploaded file, by its name and by its content, which must agree.

    Raises:
        ValidationError: another type, empty, too large, not what its name says, or with something that runs in it.
    """
    name, most = file.name, settings.FUPIN_PAPER_MEGABYTES
    if file.size > most * MEGABYTE:
        raise ValidationError(
            _("%(name)s is too large: a paper has at most %(most)d MB.") % {"name": name, "most": most}
        )
    ending = PurePath(name).suffix.lower()
    kind = next((one for one in TYPES if ending in one.endings), None)
    if kind is None:
        raise ValidationError(_("%(name)s is not a photograph (JPG, PNG) or a PDF.") % {"name": name})
    file.seek(0)
    content = file.read()
    file.seek(0)
    if not content.startswith(kind.begins):
        raise ValidationError(_("%(name)s is not what its name says; save it anew or scan it again.") % {"name": name})
    if kind.content_type == "application/pdf":
        _check_pdf(name, content)
    return kind


def _check_pdf(name: str, content: bytes) -> None:
    """Refuse a PDF that does something, or that cannot be looked into.

    Seen are names in clear or escaped, and those in object streams. Not seen is what only a reader that mends a broken
    file would find.
    """
    plain = _unescaped(content)
    if re.search(rb"/Encrypt(?![A-Za-z])", STREAM.sub(b"", plain)):
        raise ValidationError(_("%(name)s is encrypted; print it to a plain PDF first.") % {"name": name})
    objects = _object_streams(content)
    outside = [STREAM.sub(b"", plain), *(part for part in objects if part is not None)]
    if (
        None in objects
        or any(ACTIVE_PDF.search(part) for part in (plain, *outside))
        or any(ACTIVE_OUTSIDE_STREAMS.search(part) for part in outside)
    ):
        raise ValidationError(
            _("%(name)s contains a script or another file; print it to a plain PDF first.") % {"name": name}
        )


def _unescaped(content: bytes) -> bytes:
    """With the characters of names that are written as #xx in clear."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)


def _object_streams(content: bytes) -> list[bytes | None]:
    """What the object streams of a PDF hold; None for one that cannot be read."""
    found = []
    for stream in STREAM.finditer(content):
        before = content[max(0, stream.start() - LONGEST_DICTIONARY) : stream.start()]
        dictionary = _unescaped(before[before.rfind(b" obj") + 1 :])
        if OBJECT_STREAM.search(dictionary):
            found.append(_inflated(stream[0].split(b"\n", 1)[1], dictionary))
    return found


def _inflated(data: bytes, dictionary: bytes) -> bytes | None:
    if b"/Filter" not in dictionary:
        return _unescaped(data)
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, LARGEST_OBJECT_STREAM)
    except zlib.error:
        return None
    is_readable = unpacker.eof and b"/Predictor" not in dictionary
    return _unescaped(text) if is_readable else None


def storage_name(_paper: "StoredPaper", _file_name: str) -> str:
    """Where a paper is kept: under a name that tells nothing."""
    return f"papers/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}"


class StoredPaper(models.Model):
    """A file that stands encrypted, with a key of its own, which is kept encrypted here.

    Changing the house's keys leaves the files alone. `owners` names the relations by which a paper belongs to
    something; one that belongs to nothing is forgotten after a while.
    """

    owners: tuple[str, ...] = ()

    name = models.CharField(gettext_lazy("file name"), max_length=120)
    content_type = models.CharField(gettext_lazy("type"), max_length=60)
    size = models.PositiveIntegerField(gettext_lazy("size (bytes)"))
    digest = models.CharField(gettext_lazy("SHA-256"), max_length=64)
    file = models.FileField(gettext_lazy("file"), upload_to=storage_name)
    key = EncryptedTextField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=gettext_lazy("added by"),
    )
    added_at = models.DateTimeField(gettext_lazy("added"), auto_now_add=True)

    class Meta:
        abstract = True
        verbose_name = gettext_lazy("paper")
        verbose_name_plural = gettext_lazy("papers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def download_name(self) -> str:
        """What the file is called that somebody takes away: nothing of what is in it."""
        return f"{self.pk}.{self.content_type.split('/')[1]}"


def keep(model: type[StoredPaper], file: UploadedFile, actor) -> StoredPaper:
    """Keep an uploaded file, encrypted, as a paper of this model. It belongs to nothing yet.

    Raises:
        ValidationError: it is no file that is taken.
    """
    kind = check_paper(file)
    content, key = file.read(), Fernet.generate_key()
    paper = model(
        name=safe_name(file.name),
        content_type=kind.content_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        key=key.decode(),
        added_by=actor,
    )
    paper.file.save("paper", ContentFile(Fernet(key).encrypt(content)), save=False)
    paper.save()
    return paper


def safe_name(name: str) -> str:
    """A file's name without path, control characters or more than fits."""
    bare = PurePath(name.replace("\\", "/")).name
    kept = "".join(character for character in bare if character.isprintable())
    stem, ending = PurePath(kept).stem, PurePath(kept).suffix
    return f"{stem[: 120 - len(ending)]}{ending}"


def content_of(paper: StoredPaper) -> bytes:
    """What a paper holds, as it was uploaded."""
    with paper.file.open("rb") as file:
        return Fernet(paper.key.encode()).decrypt(file.read())


def unused(model: type[StoredPaper]) -> models.QuerySet:
    """Papers of this model that belong to nothing."""
    return model.objects.filter(**dict.fromkeys(model.owners))


def forget_unused(model: type[StoredPaper]) -> int:
    """Delete papers that were uploaded with a form that nobody finished. Returns how many."""
    forgotten = 0
    for paper in unused(model).filter(added_at__lt=timezone.now() - FORGOTTEN_AFTER):
        with transaction.atomic():
            file = paper.file
            paper.delete()
            transaction.on_commit(lambda file=file: file.delete(save=False))
        forgotten += 1
    return forgotten
