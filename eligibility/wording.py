"""A version of a standard in plain words: what the pages of standards say, and how two versions differ."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility.choices import Divisor, Effect, Subject
from eligibility.models import Criterion, StandardVersion
from eligibility.schema import ITEMS
from eligibility.terms import Terms
from fupin.templatetags.fupin import yuan
from households.choices import AMOUNT_OF_FACT
from households.models import IncomeYear
from villages.models import VillageIncome

INCOME_MODEL = {Subject.HOUSEHOLD: IncomeYear, Subject.VILLAGE: VillageIncome}


@dataclass(frozen=True)
class Statement:
    """One thing that a version says: what it is about, and its sentences."""

    label: str
    lines: list[str]


@dataclass(frozen=True)
class Pair:
    """A statement as two versions make it: their lines, each with whether the other version lacks it."""

    label: str
    before: list[tuple[str, bool]]
    after: list[tuple[str, bool]]

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Change:
    """What other terms no longer say of something, and what they say instead."""

    label: str
    before: list[str]
    after: list[str]


# What the rule asks of a fact beside its kind and amount.
FACTS_THAT_COUNT = gettext_lazy(
    "Only facts count that are recorded, verified as true, and hold on the reference date; what the register says "
    "elsewhere, for example of members' health, does not."
)


def item_labels(subject: str) -> dict[str, str]:
    """Names of the income items that a standard of the subject may count, in the order of the statement of income."""
    model = INCOME_MODEL[subject]
    return {name: model._meta.get_field(name).verbose_name for name in ITEMS[subject]}


def statements(version: StandardVersion) -> list[Statement]:
    """All that a version says, in the order in which it is read."""
    subject = version.standard.subject
    said = [
        (_("Line"), [line(version)]),
        (_("Reference date"), [date_format(version.reference_date, "DATE_FORMAT")]),
        (_("Income counted"), _counted(version)),
    ]
    if subject == Subject.HOUSEHOLD:
        criteria = list(version.criteria.all())
        said += [
            (_("Persons counted"), [version.get_divisor_display()]),
            (_("Rules a household out"), _sentences(criteria, Effect.EXCLUDE)),
            (_("Identifies without a look at income"), _sentences(criteria, Effect.INCLUDE)),
            (_("Deducted from income"), _sentences(criteria, Effect.DEDUCT)),
        ]
        if any(criterion.fact_kind for criterion in criteria):
            said.append((_("Facts that count"), [str(FACTS_THAT_COUNT)]))
    said.append((_("Valid"), [_validity(version)]))
    if version.basis:
        said.append((_("Basis document"), [version.basis]))
    if version.note:
        said.append((_("Note"), [version.note]))
    return [Statement(label, lines) for label, lines in said]


def comparison(before: StandardVersion, after: StandardVersion) -> list[Pair]:
    """All that either of two versions says, side by side, each line marked that the other does not have."""
    old = {statement.label: statement.lines for statement in statements(before)}
    new = {statement.label: statement.lines for statement in statements(after)}
    labels = dict.fromkeys([*old, *new])
    return [Pair(label, _marked(old, new, label), _marked(new, old, label)) for label in labels]


def _marked(ours: dict[str, list[str]], theirs: dict[str, list[str]], label: str) -> list[tuple[str, bool]]:
    return [(line, line not in theirs.get(label, [])) for line in ours.get(label, [])]


def differences(before: StandardVersion, after: StandardVersion) -> list[Pair]:
    """The statements in which two versions differ."""
    return [pair for pair in comparison(before, after) if pair.differs]


def changes(before: Terms, after: Terms) -> list[Change]:
    """What other terms say differently, sentence by sentence: what falls away, and what is new."""
    old, new = by_label(before), by_label(after)
    pairs = [
        Change(
            label,
            [line for line in old[label] if line not in new[label]],
            [line for line in new[label] if line not in old[label]],
        )
        for label in new
    ]
    return [pair for pair in pairs if pair.before or pair.after]


def by_label(terms: Terms) -> dict[str, list[str]]:
    """What terms say, each condition and each item of income a line of its own."""
    labels = item_labels(terms.subject)
    said = {
        _("Line"): [_line(terms.subject, terms)],
        _("Reference date"): [date_format(terms.reference_date, "DATE_FORMAT")],
        _("Income year"): [str(terms.income_year)],
        _("Income counted"): [str(label) for name, label in labels.items() if name in terms.items],
    }
    if terms.subject == Subject.HOUSEHOLD:
        said[_("Persons counted")] = [str(Divisor(terms.divisor).label)]
        for label, effect in (
            (_("Rules a household out"), Effect.EXCLUDE),
            (_("Identifies without a look at income"), Effect.INCLUDE),
            (_("Deducted from income"), Effect.DEDUCT),
        ):
            said[label] = [_condition(criterion) for criterion in terms.criteria if criterion.effect == effect]
    return said


def line(version: StandardVersion) -> str:
    """The line and whether it counts as below itself."""
    return _line(version.standard.subject, version)


def _line(subject: str, terms: StandardVersion | Terms) -> str:
    sentences = {
        (Subject.HOUSEHOLD, False): _("below %(line)s yuan a head a year"),
        (Subject.HOUSEHOLD, True): _("%(line)s yuan a head a year or below"),
        (Subject.VILLAGE, False): _("below %(line)s yuan a year"),
        (Subject.VILLAGE, True): _("%(line)s yuan a year or below"),
    }
    return sentences[Subject(subject), terms.inclusive] % {"line": yuan(terms.line)}


def _counted(version: StandardVersion) -> list[str]:
    """Which income is counted, and which is not, each item with its note."""
    labels = item_labels(version.standard.subject)
    told = {name: _noted(str(label), version.item_notes.get(name, "")) for name, label in labels.items()}
    counted = _(", ").join(told[name] for name in told if name in version.items)
    expenses = [_("Production expenses are subtracted.")] if version.standard.subject == Subject.HOUSEHOLD else []
    left_out = _(", ").join(told[name] for name in told if name not in version.items)
    if not left_out:
        return [_("All income of %(year)s: %(items)s.") % {"year": version.income_year, "items": counted}, *expenses]
    return [
        _("Income of %(year)s from: %(items)s.") % {"year": version.income_year, "items": counted},
        _("Not counted: %(items)s.") % {"items": left_out},
        *expenses,
    ]


def _noted(text: str, note: str) -> str:
    return f"{text}{_(' (%(note)s)') % {'note': note}}" if note else text


def _sentences(criteria: list[Criterion], effect: str) -> list[str]:
    return [_sentence(criterion) for criterion in criteria if criterion.effect == effect]


def _sentence(criterion: Criterion) -> str:
    return _noted(_condition(criterion), criterion.note)


def _condition(criterion: Criterion) -> str:
    text = str(criterion.get_fact_kind_display() or criterion.get_cost_display())
    if criterion.threshold is not None:
        text += _(", %(amount)s above %(threshold)s yuan (what is not recorded does not count)") % {
            "amount": AMOUNT_OF_FACT.get(criterion.fact_kind, _("amount")),
            "threshold": yuan(criterion.threshold),
        }
    if criterion.floor:
        text += _(", what exceeds %(floor)s yuan") % {"floor": yuan(criterion.floor)}
    if criterion.cap is not None:
        text += _(", at most %(cap)s yuan") % {"cap": yuan(criterion.cap)}
    return text


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
