"""Each floor imports only from those below it."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

FLOORS = ["fupin", "accounts", "villages", "households", "eligibility", "casework", "assistance", "portal"]
# The roof names every floor.
ROOF = {"fupin/urls.py", "fupin/api_urls.py", "fupin/settings.py", "fupin/celery.py"}


def imported_floors(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            modules.add(node.module)
    return {module.partition(".")[0] for module in modules} & set(FLOORS)


def files_of(floor: str) -> list[Path]:
    return [path for path in (settings.BASE_DIR / floor).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_imports_only_from_those_below(floor):
    above = set(FLOORS[FLOORS.index(floor) + 1 :])
    wrong = {}
    for path in files_of(floor):
        name = path.relative_to(settings.BASE_DIR).as_posix()
        if name not in ROOF and (upward := imported_floors(path) & above):
            wrong[name] = upward
    assert not wrong


def test_nothing_imports_from_the_tests():
    wrong = [
        path
        for floor in FLOORS
        for path in files_of(floor)
        if any(
            line.startswith(("from tests", "import tests")) for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert not wrong
