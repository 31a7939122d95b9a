"""Logs in production say what happened and nothing of anybody."""

import json
import os
import subprocess
import sys

from django.conf import settings

from fupin.logs import without_personal_data
from tests.factories import id_number
from tests.fupin.test_settings import SAFE

CANARY = "欧阳金丝雀"
FAILING_REQUEST = """
import sys
import logging, structlog
from django.conf import settings
from django.test import Client
from django.urls import path
from fupin import urls

settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
name, number = sys.argv[-2:]

def fail(request):
    structlog.get_logger("canary").warning("about_to_fail", name=name, note=f"number {number}")
    logging.getLogger("canary").warning("number %s", number)
    raise ValueError(f"{name} {number} " + request.POST["head_name"])

urls.urlpatterns.append(path("fail/", fail))
from django.urls import clear_url_caches
clear_url_caches()
client = Client(raise_request_exception=False, HTTP_HOST="fupin.example")
response = client.post(f"/fail/?q={name}&n={number}", {"head_name": name, "id": number}, secure=True)
assert response.status_code == 500, response.status_code
"""


def test_a_request_that_fails_leaves_no_name_number_or_query_in_the_log(tmp_path):
    number = id_number()
    script = FAILING_REQUEST.replace("sys.argv[-2:]", repr((CANARY, number)))
    outcome = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()\n" + script],
        cwd=settings.BASE_DIR,
        env=SAFE
        | {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "fupin.settings",
            "FUPIN_VAR_DIR": str(tmp_path),
            "FUPIN_ENV_FILE": str(tmp_path / "none"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    events = [json.loads(line) for line in outcome.stderr.splitlines() if line.startswith("{")]
    assert any(event.get("error") == "ValueError" for event in events)
    assert any(event["event"] == "about_to_fail" for event in events)
    for secret in (CANARY, number, "q=", "head_name"):
        assert secret not in outcome.stderr


def test_numbers_of_persons_are_cut_out_and_fields_of_persons_dropped():
    event = {
        "event": f"saw {id_number()} and 15412345678",
        "phone": "15412345678",
        "request": "GET /desk/households/?q=张三",
        "inner": {"id_number": id_number(), "rows": [id_number()]},
        "count": 12,
        "household": "32041210020100001",
    }
    assert without_personal_data(None, "info", event) == {
        "event": "saw [number] and [number]",
        "request": "GET /desk/households/",
        "inner": {"rows": ["[number]"]},
        "count": 12,
        "household": "32041210020100001",
    }
