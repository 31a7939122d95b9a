"""Settings and fixtures that every test shares."""

import pytest


@pytest.fixture(autouse=True)
def _quiet_settings(settings, tmp_path):
    """Fast hashes, plain static files, no broker, uploads in a folder of the test's own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """Wake-ups that would have gone to the broker: the ids of the jobs."""
    from fupin import jobs

    sent: list = []
    monkeypatch.setattr(jobs, "wake", lambda job_id: sent.append(job_id))
    monkeypatch.setattr(jobs, "call_helpers", lambda job: None)
    return sent
