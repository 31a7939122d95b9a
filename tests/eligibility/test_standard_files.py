"""Standards as YAML files: exact in both directions, read narrowly, and by command as on the page."""

import json
from io import StringIO

import pytest
from django.conf import settings as site
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from accounts.models import AuditEvent
from eligibility import standard_files, standards
from eligibility.choices import VersionState
from eligibility.documents import WrongDocument, as_document
from eligibility.models import Standard, StandardVersion
from eligibility.schema import schema
from tests.eligibility.makers import make_version
from tests.eligibility.test_documents import contents, criteria, said_by
from tests.factories import make_user


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(values=contents(), rows=criteria())
def test_a_file_written_and_read_says_exactly_the_same(values, rows):
    with transaction.atomic():
        proposer = make_user("district")
        version = standards.propose("one", "识别标准", "household", values, rows, proposer)
        version.refresh_from_db()
        text = standard_files.write(version)
        content = standard_files.read(standard_files.decoded(text.encode()))
        assert (content.values, content.criteria) == said_by(version)
        transaction.set_rollback(True)


def test_the_schema_file_is_the_schema_and_a_schema():
    kept = json.loads((site.BASE_DIR / "static" / "schemas" / "standard.json").read_text("utf-8"))
    assert kept == schema()
    Draft202012Validator.check_schema(kept)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9000.00", "9000.00"),
        ("'9000.00'", "9000.00"),
        ("2015-12-31", "2015-12-31"),
        ("2015", 2015),
        ("'2015'", "2015"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("null", None),
        ("1e3", "1e3"),
    ],
)
def test_what_stands_in_the_file_is_what_is_meant(text, value):
    document, lines = standard_files.parse(f"# first\na: {text}\n")
    assert (document, lines["/a"]) == ({"a": value}, 2)


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "/a", 3),
        ("a: &x [1]\nb: *x\n", "", 1),
        ("a: [1, 2\n", "", 2),
        ("a:\n\tb: 1\n", "", 2),
        ("a: \x01\n", "", 1),
        ('a: "\\ud800"\n', "/a", 1),
        ("? [1]\n: 2\n", "/", 1),
        ("", "", None),
        ("[" * 100_000, "", 1),
        (" " * 300_000, "", None),
    ],
)
def test_what_a_standard_does_not_need_of_yaml_is_refused_with_its_line(text, path, line):
    with pytest.raises(WrongDocument) as refusal:
        standard_files.parse(text)
    (mistake,) = refusal.value.mistakes
    assert (mistake.path, mistake.line) == (path, line)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_more_than_a_refusal(text):
    with pytest.raises(WrongDocument):
        standard_files.read(text)


def test_what_is_no_text_is_refused():
    with pytest.raises(WrongDocument):
        standard_files.decoded(b"\xff\xff\xff")
    with pytest.raises(WrongDocument):
        standard_files.decoded(b"a" * (standard_files.MOST_BYTES + 1))


@pytest.mark.django_db
def test_a_missing_part_is_told_on_the_line_of_what_misses_it():
    text = standard_files.write(make_version()).replace("- effect: exclude\n  fact: housing", "- fact: housing")
    with pytest.raises(WrongDocument) as refusal:
        standard_files.read(text)
    (mistake,) = refusal.value.mistakes
    assert mistake.path == "/criteria/1/effect"
    assert text.splitlines()[mistake.line - 1] == "- fact: housing"


# --- As the next draft ------------------------------------------------------------------------------------------
@pytest.fixture
def district(db):
    return make_user("district")


def content_of(version):
    return standard_files.read(standard_files.write(version))


def test_an_imported_file_is_the_next_version_as_a_draft_and_stands_in_the_audit(district):
    version = make_version(code="demo-2015")
    draft = standards.import_content(content_of(version), district)
    assert (draft.number, draft.state, draft.proposed_by) == (2, VersionState.DRAFT, district)
    assert as_document(draft) == as_document(version)
    event = AuditEvent.objects.get()
    assert (event.action, event.reference, event.details) == ("import", "demo-2015", {"version": 2})


def test_a_file_of_a_new_standard_makes_the_standard(district):
    text = standard_files.write(make_version(code="demo-2015")).replace("code: demo-2015", "code: other-district")
    draft = standards.import_content(standard_files.read(text), district)
    assert (draft.standard.code, draft.number) == ("other-district", 1)
    assert Standard.objects.count() == 2


def test_a_standard_keeps_its_title(district):
    text = standard_files.write(make_version(code="demo-2015")).replace("title: 示例标准", "title: 别的标准")
    with pytest.raises(WrongDocument) as refusal:
        standards.import_content(standard_files.read(text), district)
    assert [(mistake.path, mistake.wanted) for mistake in refusal.value.mistakes] == [("/title", "示例标准")]


def test_a_submitted_version_is_not_replaced_by_a_file(district):
    version = make_version(code="demo-2015")
    standards.submit(standards.new_draft(version.standard, district), district)
    with pytest.raises(ValidationError) as refusal:
        standards.import_content(content_of(version), district, replace_draft=True)
    assert refusal.value.code == "not_draft"


# --- Commands ---------------------------------------------------------------------------------------------------
def called(name: str, *arguments, **options) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_commands_write_and_read_the_file(district, tmp_path):
    version = make_version(code="demo-2015")
    assert called("export_standard", "demo-2015") == standard_files.write(version)
    file = tmp_path / "demo.yaml"
    called("export_standard", "demo-2015", number=1, output=str(file))
    assert called("import_standard", str(file), check=True) == "Right.\n"
    assert StandardVersion.objects.count() == 1
    assert "Version 2 of demo-2015 is a draft now." in called("import_standard", str(file))
    assert StandardVersion.objects.get(number=2).proposed_by == district
    with pytest.raises(CommandError):
        call_command("import_standard", str(file))
    called("import_standard", str(file), replace=True, actor=district.username)


def test_the_command_tells_every_mistake_with_its_place_and_changes_nothing(district, tmp_path):
    file = tmp_path / "demo.yaml"
    file.write_text(standard_files.write(make_version()).replace("2015-12-31", "2015-02-30"), "utf-8")
    told = StringIO()
    with pytest.raises(CommandError, match="1 mistakes; nothing was imported"):
        call_command("import_standard", str(file), stderr=told)
    assert "/reference_date" in told.getvalue()
    assert StandardVersion.objects.count() == 1


@pytest.mark.parametrize("arguments", [("nowhere",), ("demo-2015", "--number", "7")])
def test_there_is_no_file_of_what_does_not_exist(district, arguments):
    make_version(code="demo-2015")
    with pytest.raises(CommandError):
        call_command("export_standard", *arguments)


def test_who_may_not_edit_standards_imports_none(district, tmp_path):
    file = tmp_path / "demo.yaml"
    file.write_text(standard_files.write(make_version()), "utf-8")
    with pytest.raises(CommandError):
        call_command("import_standard", str(file), actor=make_user("township").username)
