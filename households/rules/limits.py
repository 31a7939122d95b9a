"""The figures by which the rules judge what is plausible: data of the district, not of the rules."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.conf import settings


@dataclass(frozen=True)
class Limits:
    """Ages in completed years, both ends counted; amounts in yuan a year. Set by FUPIN_CHECK_LIMITS."""

    working_age: int
    parent_years: int
    school_ages: tuple[int, int]
    primary_ages: tuple[int, int]
    senior_ages: tuple[int, int]
    preschool_until: int
    college_from: int
    pension_age_men: int
    pension_age_women: int
    able_workers: int
    mobile_digits: int
    road_km: Decimal
    least_wages: Decimal
    most_wages: Decimal
    least_subsistence: Decimal
    least_destitute: Decimal
    least_family_planning: Decimal
    least_pension: Decimal

    @classmethod
    def in_force(cls) -> "Limits":
        """The limits as the settings have them."""
        kinds = cls.__annotations__
        return cls(**{name: _typed(kinds[name], value) for name, value in settings.FUPIN_CHECK_LIMITS.items()})

    @cached_property
    def words(self) -> dict:
        """The limits as messages name them; of two ages `…_first` and `…_last`."""
        words = {}
        for name, value in vars(self).copy().items():
            if isinstance(value, tuple):
                kind = name.removesuffix("_ages")
                words |= {f"{kind}_first": value[0], f"{kind}_last": value[1]}
            else:
                words[name] = value
        return words


def _typed(kind, value):
    if kind is Decimal:
        return Decimal(str(value))
    return tuple(value) if kind == tuple[int, int] else int(value)
