"""Probes and metrics."""

import pytest
from django.db import DatabaseError

from fupin import health


def test_alive_is_answered_without_host_session_or_database(client):
    response = client.get("/healthz", HTTP_HOST="10.1.2.3")
    assert response.status_code == 200
    assert response.content == b"ok"


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer(client):
    response = client.get("/readyz", HTTP_HOST="10.1.2.3")
    assert response.status_code == 200
    assert response.json() == {"database": True, "broker": True}


def test_not_ready_without_the_database(client, monkeypatch):
    class Away:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Away())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] is False


def test_not_ready_without_the_broker(client, monkeypatch, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(health, "_database_answers", lambda: True)
    monkeypatch.setattr(health.app, "connection_for_write", _unreachable)
    assert client.get("/readyz").json() == {"database": True, "broker": False}


def _unreachable():
    raise ConnectionRefusedError


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("production", "token", "given", "status"),
    [
        (False, "", "", 200),
        (True, "", "", 404),
        (True, "secret", "", 404),
        (True, "secret", "Bearer wrong", 404),
        (True, "secret", "Bearer secret", 200),
    ],
)
def test_metrics_are_for_those_with_the_token(client, settings, production, token, given, status):
    settings.PRODUCTION, settings.FUPIN_METRICS_TOKEN = production, token
    assert client.get("/metrics", headers={"authorization": given}).status_code == status
