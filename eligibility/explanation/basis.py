"""By what a result is explained: a version of a standard, at its own reference date and income year or at others."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from eligibility.choices import Subject, VersionState
from eligibility.models import StandardVersion
from eligibility.standards import version_in_force
from eligibility.terms import Terms
from fupin.parsers import whole_number

MOST_VERSIONS = 32_767
SEPARATOR = "@"
UNAPPROVED = (VersionState.DRAFT, VersionState.SUBMITTED)


@dataclass(frozen=True)
class Basis:
    """A version with the reference date and the income year at which its rules are applied."""

    version: StandardVersion
    reference_date: date
    income_year: int

    @classmethod
    def of(cls, version: StandardVersion, day: date | None = None, year: int | None = None) -> "Basis":
        """The version as it stands, or at another day; the income year keeps its distance from the day's year."""
        day = day or version.reference_date
        return cls(version, day, year or version.income_year + day.year - version.reference_date.year)

    @classmethod
    def in_year(cls, version: StandardVersion, year: int) -> "Basis":
        """The version for another income year, its reference date moved by as many years."""
        day, years = version.reference_date, year - version.income_year
        last_of_february = day.month == 2 and day.day == 29
        return cls(version, day.replace(year=day.year + years, day=28 if last_of_february else day.day), year)

    @property
    def terms(self) -> Terms:
        """The terms of the version at this date and for this year."""
        own = Terms.of_version(self.version)
        return replace(own, reference_date=self.reference_date, income_year=self.income_year)

    @property
    def is_of_standard(self) -> bool:
        """Whether the date and the year are the version's own; at others the result is a trial."""
        own = (self.version.reference_date, self.version.income_year)
        return own == (self.reference_date, self.income_year)

    @property
    def is_draft(self) -> bool:
        return self.version.state in UNAPPROVED

    @property
    def name(self) -> str:
        return name_of(self.version)

    @property
    def address(self) -> str:
        """How the query of an address says it."""
        return urlencode({"standard": self.name, "date": self.reference_date.isoformat(), "year": self.income_year})


def name_of(version: StandardVersion) -> str:
    """CODE@NUMBER, which names one version of a standard."""
    return f"{version.standard.code}{SEPARATOR}{version.number}"


def versions_for(user, subject: str):
    """The versions by which a person may have a result explained: drafts only for who reads the standards."""
    rows = StandardVersion.objects.filter(standard__subject=subject).select_related("standard")
    rows = rows.order_by("standard__code", "-number")
    return rows if user.has_perm("eligibility.view") else rows.exclude(state__in=UNAPPROVED)


def version_named(name: str, subject: str, among=None) -> StandardVersion:
    """The version that CODE@NUMBER names, or the one in force of the standard CODE.

    `among` narrows to what a person may see (`versions_for`); without it, every version counts.

    Raises:
        ValidationError: there is none, under the key `standard`.
    """
    code, separator, number = name.partition(SEPARATOR)
    if not separator:
        version = version_in_force(code, subject)
        if version is None:
            wrong = {
                Subject.HOUSEHOLD: _("No standard for households with this code is in force."),
                Subject.VILLAGE: _("No standard for villages with this code is in force."),
            }
            raise ValidationError({"standard": wrong[Subject(subject)]})
        return version
    rows = among if among is not None else StandardVersion.objects.filter(standard__subject=subject)
    found = (
        rows.select_related("standard")
        .filter(standard__code=code, number=whole_number(number, MOST_VERSIONS) or 0)
        .first()
    )
    if found is None:
        raise ValidationError({"standard": _("There is no such version of a standard.")})
    return found


def basis_in_force(subject: str) -> Basis | None:
    """The standard in force as it stands; None where there is none."""
    version = version_in_force(subject=subject)
    return Basis.of(version) if version else None
