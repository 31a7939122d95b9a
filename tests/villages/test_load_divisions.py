"""Loading divisions: real data, twice the same, dates kept, wrong files refused whole."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from villages.loading import WUJIN, load_divisions
from villages.models import Division, Village

pytestmark = pytest.mark.django_db

HEADER = "code,name,level,parent,valid_from,valid_to\n"


@pytest.fixture
def write(tmp_path):
    def write(lines: str):
        path = tmp_path / "divisions.csv"
        path.write_text(HEADER + lines, encoding="utf-8")
        return path

    return write


def test_wujin_has_one_district_18_townships_and_297_villages():
    loaded = load_divisions(WUJIN)
    assert loaded.made == 316
    assert Division.objects.townships().count() == 18
    assert Village.objects.count() == 297
    assert Division.objects.get(code="320412").name == "武进区"
    assert Division.history.count() == 316


def test_loading_twice_changes_nothing():
    load_divisions(WUJIN)
    again = load_divisions(WUJIN)
    assert (again.made, again.changed, again.unchanged) == (0, 0, 316)
    assert Division.history.count() == 316


def test_a_new_name_is_taken_over_and_dates_that_the_file_does_not_give_stay(write):
    load_divisions(write("320412,武进区,district,,2002-04-03,\n"))
    loaded = load_divisions(write("320412,新武进区,district,,,\n"))
    division = Division.objects.get()
    assert loaded.changed == 1
    assert (division.name, division.valid_from) == ("新武进区", date(2002, 4, 3))


@pytest.mark.parametrize(
    "lines",
    [
        "320412100,湖塘镇,village,320412,,\n",
        "320412,,district,,,\n",
        "320412100,湖塘镇,township,320499,,\n",
        "320412100,湖塘镇,township,320412,,\n",
        "320412,武进区,district,,,\n320412,武进区,district,,,\n",
        "320412,武进区,district,,2002-02-30,\n",
    ],
    ids=["level", "no name", "other parent", "unknown parent", "twice", "no date"],
)
def test_a_wrong_line_refuses_the_file(write, lines):
    with pytest.raises(ValidationError):
        load_divisions(write("320413,别区,district,,,\n" + lines))
    assert not Division.objects.exists()


def test_the_command_says_what_it_did(capsys):
    call_command("load_divisions")
    assert "316 made" in capsys.readouterr().out


def test_the_command_says_that_a_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_divisions", str(tmp_path / "missing.csv"))
