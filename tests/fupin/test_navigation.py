"""The menu of the desk marks where a person is."""

import pytest

from fupin.navigation import navigation
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/desk/", ["Overview"]),
        ("/desk/households/32041200100300001/edit/", ["Households"]),
        ("/desk/households/import/all/", ["Import"]),
        ("/desk/results/", ["Recalculations"]),
        ("/desk/village-results/", ["Recalculations"]),
    ],
)
def test_a_page_is_marked_as_part_of_what_it_belongs_to(rf, settings, path, current):
    settings.LANGUAGE_CODE = "en"
    request = rf.get(path)
    request.user = make_user("district")
    entries = [item for group in navigation(request)["desk_menu"] for item in group["entries"]]
    assert [str(item["entry"].label) for item in entries if item["is_current"]] == current
