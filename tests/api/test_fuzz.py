"""Whatever is sent to the API, the server does not fail, and what it answers is what its description says."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.authtoken.models import Token
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fupin.wsgi import application
from tests.factories import make_user
from tests.worlds import World, make_shared, make_world

pytestmark = pytest.mark.django_db
EXAMPLES = 15
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def _operations() -> dict:
    described = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    described.app = application
    return {operation.ok().label: operation.ok() for operation in described.get_all_operations()}


OPERATIONS = _operations()


# By route, the kind of object whose key stands in its address.
KINDS = {
    "households": "household",
    "villages": "village",
    "standards": "standard",
    "recalculations": "run",
    "simulations": "simulation",
    "cases": "case",
    "notices": "notice",
    "objections": "objection",
    "pairings": "pairing",
    "measures": "measure",
    "grants": "grant",
    "deliveries": "delivery",
    "visits": "visit",
}
# What a run found of one: the key of the run, and the key of the household or village.
IN_RUN = {"number": "household_in_run", "code": "village_in_run"}


@pytest.fixture(autouse=True)
def _connections_stay():
    """A request of a real server lets go of a connection that is inside a transaction, as every test is."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def world() -> World:
    """One of everything, within the reach of the district's staff; the cadre is paired with the household."""
    return make_world("320412100201", "甲", "13800000001", make_shared())


@pytest.mark.parametrize("label", OPERATIONS)
def test_the_answer_is_one_that_is_described(label, world):
    operation = OPERATIONS[label]
    person = world.cadre if label.startswith("POST /api/v1/visits/") else make_user("district")
    token = {"Authorization": f"Token {Token.objects.create(user=person).key}"}
    kept = {"standard": "demo-2015", "measure": "M-1", "village": world.village.pk} | world.keys
    key = kept.get(KINDS.get(operation.path.split("/")[3]))
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_kept=st.booleans())
    def ask(case, is_kept):
        if is_kept:
            names = dict.fromkeys(case.path_parameters, str(key))
            if len(names) == 2:
                name = next(name for name in names if name in IN_RUN)
                names |= {other: str(world.keys[IN_RUN[name]][0]) for other in names}
                names[name] = str(world.keys[IN_RUN[name]][1])
            case.path_parameters = names
        with transaction.atomic():
            case.call_and_validate(headers=token, checks=CHECKS)
            transaction.set_rollback(True)

    ask()
