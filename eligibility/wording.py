"""A version of a standard in plain words: what the pages of standards say, and how two versions differ."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from eligibility.choices import Effect, Subject
from eligibility.models import Criterion, StandardVersion
from fupin.templatetags.fupin import yuan
from households.models import IncomeYear
from villages.models import VillageIncome

INCOME_MODEL = {Subject.HOUSEHOLD: IncomeYear, Subject.VILLAGE: VillageIncome}


@dataclass(frozen=True)
class Statement:
    """One thing that a version says: what it is about, and its sentences."""

    label: str
    lines: list[str]


@dataclass(frozen=True)
class Difference:
    """A statement that another version makes otherwise."""

    label: str
    before: list[str]
    after: list[str]


def item_labels(subject: str) -> dict[str, str]:
    """Names of the income items that a standard of the subject may count, in the order of the statement of income."""
    model = INCOME_MODEL[subject]
    names = IncomeYear.ITEMS if subject == Subject.HOUSEHOLD else VillageIncome.CATEGORIES
    return {name: model._meta.get_field(name).verbose_name for name in names}


def statements(version: StandardVersion) -> list[Statement]:
    """All that a version says, in the order in which it is read."""
    subject = version.standard.subject
    said = [
        (_("Line"), [line(version)]),
        (_("Reference date"), [date_format(version.reference_date, "DATE_FORMAT")]),
        (_("Income counted"), [_counted(version)]),
    ]
    if subject == Subject.HOUSEHOLD:
        criteria = list(version.criteria.all())
        said += [
            (_("Persons counted"), [version.get_divisor_display()]),
            (_("Rules a household out"), _sentences(criteria, Effect.EXCLUDE)),
            (_("Identifies without a look at income"), _sentences(criteria, Effect.INCLUDE)),
            (_("Deducted from income"), _sentences(criteria, Effect.DEDUCT)),
        ]
    said.append((_("Valid"), [_validity(version)]))
    if version.note:
        said.append((_("Note"), [version.note]))
    return [Statement(label, lines) for label, lines in said]


def differences(before: StandardVersion, after: StandardVersion) -> list[Difference]:
    """The statements in which two versions of a standard differ."""
    old = {statement.label: statement.lines for statement in statements(before)}
    new = {statement.label: statement.lines for statement in statements(after)}
    labels = dict.fromkeys([*new, *old])
    pairs = [Difference(label, old.get(label, []), new.get(label, [])) for label in labels]
    return [pair for pair in pairs if pair.before != pair.after]


def line(version: StandardVersion) -> str:
    """The line and whether it counts as below itself."""
    sentences = {
        (Subject.HOUSEHOLD, False): _("below %(line)s yuan a head a year"),
        (Subject.HOUSEHOLD, True): _("%(line)s yuan a head a year or below"),
        (Subject.VILLAGE, False): _("below %(line)s yuan a year"),
        (Subject.VILLAGE, True): _("%(line)s yuan a year or below"),
    }
    return sentences[Subject(version.standard.subject), version.inclusive] % {"line": yuan(version.line)}


def _counted(version: StandardVersion) -> str:
    labels = item_labels(version.standard.subject)
    left_out = [str(label) for name, label in labels.items() if name not in version.items]
    if not left_out:
        return _("All income of %(year)s") % {"year": version.income_year}
    listed = _(", ").join(str(labels[name]) for name in labels if name in version.items)
    return _("Of %(year)s: %(items)s. Not counted: %(others)s.") % {
        "year": version.income_year,
        "items": listed,
        "others": _(", ").join(left_out),
    }


def _sentences(criteria: list[Criterion], effect: str) -> list[str]:
    return [_sentence(criterion) for criterion in criteria if criterion.effect == effect]


def _sentence(criterion: Criterion) -> str:
    text = str(criterion.get_fact_kind_display() or criterion.get_cost_display())
    if criterion.floor:
        text += _(", what exceeds %(floor)s yuan") % {"floor": yuan(criterion.floor)}
    if criterion.cap is not None:
        text += _(", at most %(cap)s yuan") % {"cap": yuan(criterion.cap)}
    return f"{text}{_(' (%(note)s)') % {'note': criterion.note}}" if criterion.note else text


def _validity(version: StandardVersion) -> str:
    days = {
        name: date_format(day, "DATE_FORMAT") for name in ("valid_from", "valid_to") if (day := getattr(version, name))
    }
    sentences = {
        (): _("From approval until another version takes its place"),
        ("valid_from",): _("From %(valid_from)s"),
        ("valid_to",): _("Until the day before %(valid_to)s"),
        ("valid_from", "valid_to"): _("From %(valid_from)s until the day before %(valid_to)s"),
    }
    return sentences[tuple(days)] % days
