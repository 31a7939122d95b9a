"""The API's description: valid OpenAPI, complete, without a warning, and shown without another host."""

import re
import warnings

import pytest
from django.core.management import call_command
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.api.conftest import client_of
from tests.factories import make_user

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema: dict):
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method} {path}", item[method]


def test_it_is_valid_and_makes_no_warning(tmp_path):
    with GENERATOR_STATS.silence(), warnings.catch_warnings():
        call_command("spectacular", file=str(tmp_path / "schema.yml"), validate=True, fail_on_warn=True)


def test_it_is_valid_as_it_is_served(client):
    answer = client.get("/api/schema/?format=json")
    assert answer.status_code == 200
    validate_schema(answer.json())


def test_every_route_is_in_it(schema):
    routed = set()
    for pattern in get_resolver("fupin.api_urls").url_patterns:
        routed |= paths_of(pattern)
    versioned = {path for path in routed if path.startswith("v1/")}
    described = {re.sub(r"\{\w+\}", "*", path).removeprefix("/api/") for path in schema["paths"]}
    assert versioned == described


def paths_of(pattern, prefix: str = "") -> set[str]:
    route = prefix + str(pattern.pattern)
    if hasattr(pattern, "url_patterns"):
        return set().union(*(paths_of(part, route) for part in pattern.url_patterns))
    return {re.sub(r"\(\?P<\w+>.*?\)(?=/)|<\w+:\w+>", "*", re.sub(r"[\^$]", "", route))}


def test_every_operation_says_what_it_does_and_what_it_answers(schema):
    for name, operation in operations(schema):
        assert operation.get("summary"), name
        good = [code for code in operation["responses"] if code.startswith("2")]
        assert good, name
        for code, answer in operation["responses"].items():
            assert answer.get("content") or code == "204", f"{name}: {code} has no shape"


def test_what_is_refused_is_a_problem_document(schema):
    for name, operation in operations(schema):
        for code, answer in operation["responses"].items():
            if code.startswith("4"):
                assert list(answer["content"]) == ["application/problem+json"], f"{name}: {code}"


def test_amounts_are_text(schema):
    amounts = schema["components"]["schemas"]["IncomeYear"]["properties"]
    assert {amounts[name]["type"] for name in ("wages", "gross", "net")} == {"string"}


@pytest.mark.django_db
def test_the_documentation_needs_no_other_host(client):
    for reader in (client, client_of(make_user("district"))):
        answer = reader.get("/api/docs/")
        assert answer.status_code == 200
        page = answer.content.decode()
        assert "/static/" in page
        assert not re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]+", page)
