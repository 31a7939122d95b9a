"""Papers in forms: several files at once, and those that were chosen before a mistake was found."""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from fupin.papers import ACCEPTED, MOST_PAPERS, StoredPaper, check_paper, keep, unused

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


def token_of(paper: StoredPaper) -> str:
    """What a form carries of a paper that was uploaded with it and is kept until it is right."""
    return signing.dumps([paper._meta.label, paper.pk], salt=SALT)


def papers_of(model: type[StoredPaper], tokens: list[str], user) -> list[StoredPaper]:
    """The papers that these tokens of one's own earlier try stand for; what is not a token is passed over."""
    keys = []
    for token in tokens[:MOST_PAPERS]:
        try:
            label, key = signing.loads(token, salt=SALT, max_age=2 * 24 * 3600)
        except signing.BadSignature:
            continue
        if label == model._meta.label:
            keys.append(key)
    return list(unused(model).filter(pk__in=keys, added_by=user))


class TakesPapers:
    """A page whose form takes papers: those that were uploaded with a mistake elsewhere in the form are kept.

    A page says of which model its papers are. One that htmx swaps in sets `status_of_refusal` to 200.
    """

    paper_model: type[StoredPaper]
    status_of_refusal = 422

    @cached_property
    def kept_papers(self) -> list:
        return papers_of(self.paper_model, self.request.POST.getlist("kept"), self.request.user)

    def papers(self, values: dict) -> list:
        """The papers of the form: those of an earlier try and those that came now, which are kept from here on."""
        uploaded = values.pop("papers", [])
        self.kept_papers = [*self.kept_papers, *(keep(self.paper_model, file, self.request.user) for file in uploaded)]
        return self.kept_papers

    def form_invalid(self, form):
        """Show the form again, with the papers that are right kept for the next try."""
        kept = list(self.kept_papers)
        if "papers" in form.fields and "papers" not in form.errors:
            kept += [keep(self.paper_model, file, self.request.user) for file in form.cleaned_data.get("papers", [])]
        tokens = [(token_of(paper), paper.name) for paper in kept]
        return self.render_to_response(self.get_context_data(form=form, kept=tokens), status=self.status_of_refusal)
