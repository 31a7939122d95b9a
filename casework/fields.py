"""Form fields of cases: several files at once, and those that were chosen before a mistake was found."""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from casework.models import Paper
from casework.papers import ACCEPTED, MOST_PAPERS, check_paper

SALT = "papers of a form"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name) -> list:
        return files.getlist(name)


class PapersField(forms.FileField):
    """Photographs and PDFs, each checked; cleans to a list of uploaded files."""

    widget = FilesInput

    def __init__(self, *, most: int = MOST_PAPERS, **kwargs):
        self.most = most
        super().__init__(**{"required": False, "label": _("Papers")} | kwargs)

    def widget_attrs(self, widget) -> dict:
        return super().widget_attrs(widget) | {"accept": ACCEPTED, "multiple": self.most > 1}

    def clean(self, data, initial=None) -> list:
        files = [file for file in data or [] if file]
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.most:
            raise ValidationError(_("At most %(most)d files at once."), params={"most": self.most})
        errors = []
        for file in files:
            try:
                check_paper(file)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return files


def token_of(paper: Paper) -> str:
    """What a form carries of a paper that was uploaded with it and is kept until it is right."""
    return signing.dumps(paper.pk, salt=SALT)


def papers_of(tokens: list[str], user) -> list[Paper]:
    """The papers that these tokens of one's own earlier try stand for; what is not a token is passed over."""
    keys = []
    for token in tokens[:MOST_PAPERS]:
        try:
            keys.append(signing.loads(token, salt=SALT, max_age=2 * 24 * 3600))
        except signing.BadSignature:
            continue
    return list(Paper.objects.filter(pk__in=keys, added_by=user, events=None))
