"""docker-compose.yml, as far as it can be held without Docker: the format's own schema, and what it names exists.

compose-spec.json is the schema of the Compose Specification (github.com/compose-spec/compose-spec, Apache License 2.0).
"""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.core.management import get_commands
from django.test import Client
from django.utils.module_loading import import_string
from gunicorn.config import Config

from fupin.celery import app

HOUSE = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((HOUSE / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SETTINGS = (HOUSE / "fupin" / "settings.py").read_text(encoding="utf-8")
DOCKERFILE = (HOUSE / "Dockerfile").read_text(encoding="utf-8")
SECRETS = {"SECRET_KEY", "FUPIN_ENCRYPTION_KEYS", "FUPIN_INDEX_KEY", "POSTGRES_PASSWORD"}
# Read by the Prometheus client, not by our settings.
FOREIGN = {"PROMETHEUS_MULTIPROC_DIR"}


def specification() -> jsonschema.Draft201909Validator:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
    return jsonschema.Draft201909Validator(schema)


def image_command() -> list[str]:
    """What the image runs unless told otherwise: the Dockerfile's last CMD."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return json.loads(re.findall(r"^CMD (\[.*\])", joined, re.MULTILINE)[-1])


def command_of(service: dict) -> list[str]:
    return shlex.split(service["command"]) if "command" in service else image_command()


def test_it_follows_the_compose_specification():
    specification().validate(COMPOSE)


def test_what_a_serious_installation_needs_is_there():
    assert set(SERVICES) == {"web", "worker", "beat", "migrate", "postgres", "redis"}
    assert SERVICES["postgres"]["image"].split(":")[1] >= "15"
    assert SERVICES["redis"]["image"].split(":")[1] >= "7"


def test_every_service_waits_for_services_that_can_tell():
    for service in OURS.values():
        for other, wanted in service["depends_on"].items():
            if wanted["condition"] == "service_healthy":
                assert "test" in SERVICES[other]["healthcheck"]
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert SERVICES[other]["restart"] == "no"
    assert "migrate" not in SERVICES["migrate"]["depends_on"]


def test_volumes_that_are_mounted_are_declared_and_the_other_way_round():
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_our_services_are_told_only_what_the_settings_read():
    for service in OURS.values():
        for name in set(service["environment"]) - FOREIGN:
            assert f'"{name}"' in SETTINGS, name


def test_every_variable_of_the_settings_is_passed_on_unless_the_image_or_its_default_decides():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
    image = {"FUPIN_ENV_FILE", "FUPIN_VAR_DIR", "FUPIN_STATIC_ROOT"}
    never_in_production = {"DEBUG"}
    rarely = {"SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"}
    assert read - image - never_in_production - rarely == set(OURS["worker"]["environment"])


def test_every_variable_of_the_settings_is_explained_and_no_other():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
    page = (HOUSE / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("## Variables")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)) | {"FUPIN_ENV_FILE"} == read


def test_no_secret_has_a_default_and_none_stands_in_the_file_or_the_image():
    text = (HOUSE / "docker-compose.yml").read_text(encoding="utf-8")
    for name in SECRETS:
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses), name
        assert name not in DOCKERFILE
    example = dict(line.split("=", 1) for line in _lines(HOUSE / ".env.example"))
    assert all(example[name] == "" for name in SECRETS)


def test_what_must_be_set_stands_in_the_example():
    text = (HOUSE / "docker-compose.yml").read_text(encoding="utf-8")
    example = {line.split("=", 1)[0] for line in _lines(HOUSE / ".env.example")}
    assert set(re.findall(r"\$\{(\w+):\?", text)) <= example


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_the_web_server_serves_an_application_with_options_that_it_knows():
    program, application, *options = command_of(SERVICES["web"])
    assert program == "gunicorn"
    assert callable(import_string(f"{application}.application"))
    Config().parser().parse_args(options)


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_celerys_processes_start_with_options_that_celery_knows(name):
    program, quiet, flag, module, subcommand, *options = command_of(SERVICES[name])
    assert (program, quiet, flag) == ("celery", "--quiet", "--app")
    assert importlib.import_module(module).__name__ == "fupin"
    assert app.main == module
    celery_command.commands[subcommand].make_context(subcommand, list(options), obj=object(), resilient_parsing=True)


def test_migrate_runs_a_command_of_ours():
    python, script, name, *_options = command_of(SERVICES["migrate"])
    assert python == "python"
    assert (HOUSE / script).exists()
    assert name in get_commands()


def test_health_checks_ask_for_addresses_that_answer(db):
    asked = set(re.findall(r"http://127\.0\.0\.1:8000(/\w*)", yaml.dump(COMPOSE) + DOCKERFILE))
    assert asked == {"/healthz", "/readyz"}
    for path in asked:
        assert Client().get(path, headers={"host": "127.0.0.1:8000"}).status_code == 200


def test_the_file_is_refused_by_the_schema_when_something_is_misspelt():
    wrong = COMPOSE | {"services": SERVICES | {"web": SERVICES["web"] | {"depend_on": ["redis"]}}}
    with pytest.raises(jsonschema.ValidationError):
        specification().validate(wrong)


def test_the_image_holds_what_the_commands_need_and_runs_as_nobody_special():
    assert DOCKERFILE.rindex("USER fupin") > DOCKERFILE.rindex("useradd")
    ignored = set(_lines(HOUSE / ".dockerignore"))
    assert {".env", ".git", "var", ".venv"} <= ignored
    for needed in ("manage.py", "fupin", "templates", "static", "locale"):
        assert (HOUSE / needed).exists()
        assert needed not in ignored


def test_static_files_are_collected_without_any_secret(tmp_path):
    environment = {"PATH": os.environ["PATH"], "FUPIN_VAR_DIR": str(tmp_path), "FUPIN_ENV_FILE": str(tmp_path / "none")}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0", "--dry-run"]
    subprocess.run(command, cwd=HOUSE, env=environment, check=True, timeout=120)
