"""One household by two standards, or at two dates: the numbers and criteria side by side, and where they differ."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from eligibility.choices import Divisor, Effect, Outcome
from eligibility.explanation.basis import Basis, name_of
from eligibility.explanation.households import Explanation, explain_today
from eligibility.explanation.records import Finding
from fupin.templatetags.fupin import ABSENT, yuan
from households.models import Household, IncomeYear


@dataclass(frozen=True)
class Row:
    """One line of the comparison; `name` is stable, for programs."""

    name: str
    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@dataclass(frozen=True)
class Part:
    """Lines that belong together, under a heading."""

    label: str
    rows: list[Row]


@dataclass(frozen=True)
class Comparison:
    """A household judged twice."""

    household: Household
    left_basis: Basis
    right_basis: Basis
    left: Explanation
    right: Explanation

    @property
    def outcome_differs(self) -> bool:
        return self.left.assessment.outcome != self.right.assessment.outcome

    @property
    def both(self) -> tuple[Explanation, Explanation]:
        return self.left, self.right

    def parts(self) -> list[Part]:
        """All lines, in the order in which a result is worked out."""
        parts = [
            Part(_("By what is judged"), self._rows(_of_basis)),
            Part(_("Persons counted"), self._rows(_of_people)),
            Part(_("Income (yuan)"), self._rows(_of_income)),
            Part(_("Criteria"), self._rows(_of_criteria)),
            Part(_("Result"), self._rows(_of_result)),
        ]
        return [part for part in parts if part.rows]

    def _rows(self, values_of) -> list[Row]:
        """Lines of both sides, in the left one's order; what only one side has stands with a dash on the other."""
        left, right = values_of(self.left), values_of(self.right)
        return [
            Row(name, (left.get(name) or right[name])[0], *(side.get(name, ("", ABSENT))[1] for side in (left, right)))
            for name in dict.fromkeys([*left, *right])
        ]


def compare(household: Household, left: Basis, right: Basis) -> Comparison:
    """What two bases say of the household as it is kept now."""
    explained = (explain_today(household, basis.version, basis.terms) for basis in (left, right))
    return Comparison(household, left, right, *explained)


# What each part says of one side: by name, the label and the text.
Values = dict[str, tuple[str, str]]


def _of_basis(explained: Explanation) -> Values:
    version, terms = explained.version, explained.terms
    line = _("%(line)s, itself included") if terms.inclusive else _("below %(line)s")
    return {
        "standard": (_("Standard"), f"{version.standard.title} {name_of(version)}"),
        "reference_date": (_("Reference date"), date_format(terms.reference_date, "DATE_FORMAT")),
        "income_year": (_("Income year"), str(terms.income_year)),
        "divisor": (_("Who counts"), str(Divisor(terms.divisor).label)),
        "line": (_("Line (yuan a head)"), line % {"line": yuan(explained.assessment.line)}),
    }


def _of_people(explained: Explanation) -> Values:
    people = {
        f"member-{person.member.pk}": (person.member.name, _counts(person.counts, person.why))
        for person in explained.people
    }
    return people | {"headcount": (_("Persons counted"), str(explained.assessment.headcount))}


def _counts(counts: bool, why: str) -> str:
    return pgettext("member", "counts") if counts else _("does not count: %(why)s") % {"why": why}


def _of_income(explained: Explanation) -> Values:
    statement, assessment = explained.statement, explained.assessment
    values: Values = {}
    for item in statement.items if statement else []:
        text = yuan(item.amount) if item.counts else _("not counted (%(amount)s)") % {"amount": yuan(item.amount)}
        values[item.name] = (item.label, text)
    if statement:
        expense = IncomeYear._meta.get_field("production_expense").verbose_name
        values["production_expense"] = (str(expense), yuan(statement.expenses))
    values["net_income"] = (_("Net income"), yuan(assessment.net_income))
    values |= {
        f"deduct-{finding.criterion.cost}": (finding.label, _deducted(finding)) for finding in explained.deducting
    }
    return values | {
        "deductions": (_("Deductions"), yuan(assessment.deductions)),
        "counted_income": (_("Counted income"), yuan(assessment.income_counted)),
    }


def _deducted(finding: Finding) -> str:
    return yuan(finding.deduction.deducted if finding.deduction else None)


def _of_criteria(explained: Explanation) -> Values:
    return {
        f"{finding.criterion.effect}-{finding.criterion.code}": (
            f"{finding.criterion.get_effect_display()}{_(': ')}{finding.label}",
            _("hit") if finding.is_hit else _("no hit"),
        )
        for finding in explained.findings
        if finding.criterion.effect != Effect.DEDUCT
    }


def _of_result(explained: Explanation) -> Values:
    assessment = explained.assessment
    return {
        "per_head": (_("Per head (yuan)"), yuan(assessment.per_head)),
        "limit": (_("Line for the whole household (yuan)"), yuan(explained.distance.limit)),
        "gap": (_("Distance to the line (yuan, all persons)"), _signed(explained.distance.gap)),
        "outcome": (_("Result"), str(Outcome(assessment.outcome).label)),
    }


def _signed(amount) -> str:
    return yuan(amount) if amount is None or amount <= 0 else f"+{yuan(amount)}"
