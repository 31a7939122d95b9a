"""What the frame of every desk page says of the person's place of work."""

from django.utils.functional import SimpleLazyObject

from villages.models import Division


def workplace(request) -> dict:
    """`workplace`: the name of the division that the signed-in person is responsible for, asked only when shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.jurisdiction:
        return {}
    return {"workplace": SimpleLazyObject(lambda: _name(user.jurisdiction))}


def _name(code: str) -> str:
    """Township and village by name, or the one name of a township or district; the code while it is not loaded."""
    division = Division.objects.select_related("parent").filter(pk=code).first()
    if division is None:
        return code
    return f"{division.parent.name}{division.name}" if len(code) == 12 and division.parent else division.name
