"""Settings from the environment: development needs none, production refuses to start unsafely, in one clear line."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

KEY = "c29tZS1rZXktb2YtdGhpcy10ZXN0LTAwMDAwMDAwMDA="
SAFE = {
    "FUPIN_ENV": "production",
    "SECRET_KEY": "long-and-random-" * 5,
    "FUPIN_ENCRYPTION_KEYS": KEY,
    "FUPIN_INDEX_KEY": "another-key-of-this-test-with-some-length",
    "ALLOWED_HOSTS": "fupin.example",
}


def manage(tmp_path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run manage.py with exactly this environment."""
    own = {"PATH": os.environ["PATH"], "FUPIN_VAR_DIR": str(tmp_path), "FUPIN_ENV_FILE": str(tmp_path / "none")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=own | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_development_starts_without_any_variable(tmp_path):
    assert manage(tmp_path, "check").returncode == 0


def test_production_starts_with_real_secrets_and_passes_djangos_own_checks(tmp_path):
    outcome = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **SAFE)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": settings.DEVELOPMENT_SECRET}, "SECRET_KEY"),
        ({"FUPIN_ENCRYPTION_KEYS": ""}, "FUPIN_ENCRYPTION_KEYS"),
        ({"FUPIN_ENCRYPTION_KEYS": settings.DEVELOPMENT_KEY}, "FUPIN_ENCRYPTION_KEYS"),
        ({"FUPIN_ENCRYPTION_KEYS": "not-a-fernet-key"}, "FUPIN_ENCRYPTION_KEYS"),
        ({"FUPIN_INDEX_KEY": ""}, "FUPIN_INDEX_KEY"),
        ({"FUPIN_INDEX_KEY": settings.DEVELOPMENT_KEY}, "FUPIN_INDEX_KEY"),
        ({"DEBUG": "on"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"FUPIN_ENV": "producton"}, "FUPIN_ENV"),
    ],
)
@pytest.mark.parametrize("how", ["check", "wsgi"])
def test_production_refuses_what_is_unsafe_in_one_line(tmp_path, change, named, how):
    arguments = ("check",) if how == "check" else ("shell", "-c", "import fupin.wsgi")
    outcome = manage(tmp_path, *arguments, **SAFE | change)
    assert outcome.returncode != 0
    lines = outcome.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Fupin refuses to start")
    assert named in lines[0]


def test_a_missing_secret_is_as_bad_as_a_wrong_one(tmp_path):
    outcome = manage(tmp_path, "check", FUPIN_ENV="production")
    assert outcome.returncode != 0
    for name in ("SECRET_KEY", "FUPIN_ENCRYPTION_KEYS", "FUPIN_INDEX_KEY", "ALLOWED_HOSTS"):
        assert name in outcome.stderr


def test_database_and_broker_are_read_from_the_environment(tmp_path):
    outcome = manage(
        tmp_path,
        "shell",
        "-v0",
        "-c",
        "from django.conf import settings as s; print(s.DATABASES['default']['ENGINE'], s.CELERY_BROKER_URL)",
        DATABASE_URL="postgres://somebody@127.0.0.1:1/fupin",
        REDIS_URL="redis://127.0.0.1:1/0",
    )
    assert outcome.stdout.split() == ["django.db.backends.postgresql", "redis://127.0.0.1:1/0"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (2, "10.9.9.9, 203.0.113.9, 198.51.100.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_a_forwarded_address_is_believed_as_far_as_our_own_proxies_go(rf, settings, proxies, forwarded, address):
    from fupin.clients import client_address

    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address
