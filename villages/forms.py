"""What is accepted of villages."""

from itertools import groupby

from django.utils import timezone

from villages.models import Village


def village_choices(user, township: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The villages of today within a person's reach, of one township or of all, grouped, as choices of a select."""
    villages = Village.objects.visible_to(user).valid_on(timezone.localdate()).select_related("parent")
    if township:
        villages = villages.filter(parent_id=township)
    return [
        (township.name, [(village.pk, village.name) for village in group])
        for township, group in groupby(villages.order_by("code"), key=lambda village: village.parent)
    ]


def township_choices(user) -> list[tuple[str, str]]:
    """The townships in which a person sees villages, as choices of a select."""
    townships = Village.objects.visible_to(user).order_by("parent_id")
    return list(townships.values_list("parent_id", "parent__name").distinct())
