"""The demo: the same seed gives the same district, believable in its numbers, correct in its ID numbers."""

import hashlib
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts.choices import Role
from accounts.models import User
from assistance.demo import AlreadySeeded, seed
from assistance.demo.accounts import ACCOUNTS, PASSWORD
from assistance.models import Cadre, Delivery, Grant, HelpingUnit, Linkage, Pairing, Visit
from casework.candidates import villages_to_confirm
from casework.choices import CaseKind, CaseStage
from casework.models import Case
from eligibility.choices import Outcome, VillageOutcome
from eligibility.models import Determination, Proposal, Recalculation, Simulation, Standard, VillageDetermination
from fupin.encryption import blind_index
from fupin.identity import birth_date, sex, validate
from fupin.models import JobState
from households.models import Fact, Household, IncomeYear, LivingConditions, Member
from households.querysets import counting_on
from villages.choices import VillageStanding
from villages.models import Village, VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db

TODAY = date(2018, 3, 1)
TABLES = (
    Household, Member, IncomeYear, Fact, LivingConditions, VillageProfile, VillageIncome,
    HelpingUnit, Cadre, Linkage, Pairing, Visit, Grant, Delivery,
)  # fmt: skip
# What differs between two databases with the same content: keys that a sequence gives, and times of writing.
NOT_CONTENT = {"id", "created_at", "touched_at", "logged_at"}


def digest() -> str:
    """A hash of all that the demo says, with rows told apart by what they say and not by their keys."""
    numbers = dict(Household.objects.values_list("pk", "number"))
    lines = []
    for model in TABLES:
        names = [field.name for field in model._meta.concrete_fields if not field.is_relation]
        for row in model.objects.values(*(set(names) - NOT_CONTENT), *_household_of(model)):
            if "household" in row:
                row["household"] = numbers[row["household"]]
            lines.append(model.__name__ + json.dumps(row, sort_keys=True, cls=DjangoJSONEncoder))
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _household_of(model) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name == "household"]


def seeded(*, number: int) -> str:
    """The digest of a demo of 50 households from this seed, made and taken back."""
    with transaction.atomic():
        seed(50, number, today=TODAY)
        found = digest()
        transaction.set_rollback(True)
    return found


@pytest.fixture
def small():
    return seed(50, today=TODAY)


def test_the_same_seed_gives_the_same_data():
    assert seeded(number=1) == seeded(number=1)


def test_another_seed_gives_other_data():
    assert seeded(number=1) != seeded(number=2)


def test_it_is_not_seeded_twice_unless_asked(small):
    with pytest.raises(AlreadySeeded):
        seed(50, today=TODAY)
    seed(30, add=True, today=TODAY)
    assert Household.objects.count() == 80


def test_id_numbers_are_correct_different_and_found(small):
    members = list(Member.objects.all())
    assert len({member.id_number for member in members}) == len(members)
    for member in members:
        assert validate(member.id_number) == member.id_number
        assert (birth_date(member.id_number), sex(member.id_number)) == (member.born_on, member.sex)
        assert member.id_digest == blind_index(member.id_number)


def test_every_household_has_one_head_whose_name_it_bears():
    seed(200, today=TODAY)
    heads = dict(Member.objects.filter(relationship="01", left_on=None).values_list("household", "name"))
    assert heads == dict(Household.objects.values_list("pk", "head_name"))


def test_models_accept_what_was_written(small):
    for model in (Household, Member, IncomeYear, Fact, LivingConditions, Cadre, Pairing, Visit, Grant, Delivery):
        unset = {field.name for field in model._meta.fields if field.null and not field.blank}
        for row in model.objects.all():
            row.full_clean(exclude=unset, validate_unique=False, validate_constraints=False)


def test_about_an_eighth_of_the_households_lies_below_the_line():
    seed(1500, today=TODAY)
    day, below, members = date(2015, 12, 31), 0, 0
    incomes = {income.household_id: income for income in IncomeYear.objects.filter(year=2015)}
    for household in Household.objects.prefetch_related("members"):
        members += household.members.count()
        heads = household.members.filter(counting_on(day), is_living_together=True).count()
        income = incomes.get(household.pk)
        below += bool(income and heads and income.net < Decimal(9000) * heads)
    assert 0.09 < below / 1500 < 0.16
    assert 2.5 < members / 1500 < 3.1
    assert 0.04 < Fact.objects.values("household").distinct().count() / 1500 < 0.13


def test_villages_have_three_years_of_income_with_the_boundary_among_them():
    seed(0, today=TODAY)
    totals = [income.total for income in VillageIncome.objects.filter(year=2015)]
    assert Village.objects.count() == 297
    assert 290 < len(totals) < 297
    assert totals.count(Decimal("1500000.00")) == 1
    assert 0.06 < sum(total < 1_500_000 for total in totals) / 297 < 0.18


def test_the_standards_are_the_documented_ones_and_approved_by_a_second_person():
    seed(0, today=TODAY)
    households = Standard.objects.get(code="demo-2015").approved
    assert (households.reference_date, households.income_year) == (date(2015, 12, 31), 2015)
    assert (households.line, households.inclusive, households.divisor) == (Decimal("9000.00"), False, "resident")
    assert set(households.items) == set(IncomeYear.ITEMS)
    assert {(criterion.effect, criterion.fact_kind) for criterion in households.criteria.all()} == {
        ("exclude", "vehicle"),
        ("exclude", "housing"),
        ("exclude", "business"),
        ("exclude", "payroll"),
        ("include", "subsistence"),
        ("include", "destitute"),
    }
    villages = Standard.objects.get(code="village-2015").approved
    assert (villages.line, villages.income_year, villages.inclusive) == (Decimal("1500000.00"), 2015, False)
    assert set(villages.items) == set(VillageIncome.CATEGORIES)
    for version in (households, villages):
        assert version.standard.title.startswith("示例标准")
        assert version.approved_by != version.proposed_by


def test_there_is_an_account_for_every_role_and_it_opens_with_the_printed_password():
    seed(0, today=TODAY)
    assert {account.role for account in ACCOUNTS} == set(Role)
    for account in ACCOUNTS:
        assert User.objects.get(username=account.username).check_password(PASSWORD)


def test_the_cadre_with_an_account_has_households_and_the_contact_sees_them():
    seed(300, today=TODAY)
    cadre, contact = User.objects.get(username="cadre"), User.objects.get(username="contact")
    theirs = Household.objects.visible_to(cadre)
    assert 1 <= theirs.count() <= 9
    assert set(theirs) <= set(Household.objects.visible_to(contact))


def test_the_command_prints_the_accounts_and_says_when_there_is_nothing_to_do(capsys, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    call_command("seed_demo", households=10)
    assert PASSWORD in capsys.readouterr().out
    call_command("seed_demo", households=10)
    assert "nothing was changed" in capsys.readouterr().out


def test_both_standards_have_been_recalculated_in_the_same_process(small, woken):
    runs = Recalculation.objects.filter(is_simulation=False).select_related("job")
    assert {run.job.state for run in runs} == {JobState.DONE}
    assert {run.version.standard.code for run in runs} == {"demo-2015", "village-2015"}
    assert Determination.objects.filter(is_current=True).count() == 50
    assert small.eligible == Determination.objects.filter(outcome=Outcome.ELIGIBLE).count() > 0
    assert VillageDetermination.objects.filter(is_current=True).count() == 297


def test_the_runs_find_something_for_people_to_look_at():
    seed(1500, today=TODAY)
    assert Proposal.objects.open().filter(kind="identify").exists()
    assert Proposal.objects.open().filter(kind="suspected_error").exists()


def test_simulations_can_be_compared(small):
    lines = Simulation.objects.filter(run__job__state=JobState.DONE).values_list("run__line", "figures__curve__step")
    assert sorted(line for line, step in lines if Decimal(step) > 0) == [Decimal("9000.00"), Decimal("9500.00")]


def test_most_weak_villages_are_decided_upon_and_some_are_left():
    seeded = seed(0, today=TODAY)
    cases = Case.objects.filter(kind=CaseKind.VILLAGE_CONFIRMATION)
    candidates = VillageDetermination.objects.filter(is_current=True, outcome=VillageOutcome.WEAK).count()
    waiting = villages_to_confirm(User.objects.get(username="district")).count()
    weak = VillageProfile.objects.filter(standing=VillageStanding.WEAK)
    assert cases.count() == seeded.villages_decided == candidates - waiting
    assert 3 <= waiting <= candidates // 4
    assert cases.filter(stage=CaseStage.REJECTED).count() == 1
    assert weak.count() == cases.filter(stage=CaseStage.COMPLETED).count()
    assert weak.filter(village=User.objects.get(username="village").jurisdiction).exists()


def test_households_that_are_added_are_recalculated_too(small):
    standings = set(VillageProfile.objects.values_list("village", "standing"))
    seed(30, add=True, today=TODAY)
    assert Determination.objects.filter(is_current=True).count() == 80
    assert Recalculation.objects.filter(version__standard__code="demo-2015", is_simulation=False).count() == 2
    assert set(VillageProfile.objects.values_list("village", "standing")) == standings


def test_production_gets_no_accounts_with_a_known_password_by_accident(settings, tmp_path):
    settings.PRODUCTION, settings.VAR_DIR = True, tmp_path
    with pytest.raises(CommandError, match="--force-demo"):
        call_command("seed_demo", households=0)
    assert not User.objects.exists()
    call_command("seed_demo", households=0, force_demo=True)
    assert User.objects.exists()
