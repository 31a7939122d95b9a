"""What the tests of the API share: a client for a person, and the register of one village."""

import pytest
from rest_framework.test import APIClient

from tests.factories import make_user, make_village

VILLAGE = "320412100201"
OTHER_TOWNSHIP = "320412101"


def client_of(user=None) -> APIClient:
    """A client signed in as the user; a stranger's without one."""
    client = APIClient()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def village(db):
    return make_village(VILLAGE, "蒲庄村")


@pytest.fixture
def clerk(village):
    """A township's clerk in whose township the village lies."""
    return make_user("township", VILLAGE[:9])


@pytest.fixture
def api(clerk):
    return client_of(clerk)


@pytest.fixture
def other_api(db):
    """The clerk of another township."""
    return client_of(make_user("township", OTHER_TOWNSHIP))
