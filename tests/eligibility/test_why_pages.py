"""The pages that say why: who reaches them, what they show, and from where they are one click away."""

import html
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import User
from assistance.models import Cadre, HelpingUnit, Pairing
from eligibility import recalculation
from eligibility.models import Determination, Proposal
from fupin import jobs
from households.models import Household
from tests.eligibility.makers import make_version
from tests.factories import DISTRICT, make_case, make_fact, make_household, make_income, make_user, make_village
from villages.models import VillageIncome

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def household(version):
    household = make_household(members=2)
    make_income(household, wages="12000.50")
    return household


def cadre_of(household: Household) -> User:
    """A cadre who is paired with the household."""
    user = make_user("cadre")
    unit = HelpingUnit.objects.create(code=f"U-{user.pk}", name="区委办")
    cadre = Cadre.objects.create(code=f"C-{user.pk}", name="王五", unit=unit, user=user)
    Pairing.objects.create(household=household, cadre=cadre, started_on=date(2016, 1, 1))
    return user


def run_of(version, **values):
    run = recalculation.start(version, DISTRICT, None, **values)
    jobs.run(run.pk)
    return run


def why(household, **query) -> str:
    return reverse("eligibility:why", args=[household.number], query=query)


def shown(client, url: str, user=None) -> str:
    if user is not None:
        client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_page_shows_sentence_distance_people_income_and_criteria(client, household):
    make_fact(household, "vehicle", date(2014, 5, 1), verification="pending", note="苏D")
    page = shown(client, why(household), make_user("district"))
    for text in (
        "Eligible: Net income of 2015 was 12,000.50 yuan",
        "It takes 5,999.50 yuan more income in 2015",
        "18,000.00",
        household.head_name,
        "Recorded, but it does not count.",
        "not verified as true",
        "苏D",
    ):
        assert text in page


def test_another_date_is_called_a_trial(client, household):
    page = shown(client, why(household, standard="demo-2015@1", date="2016-12-31"), make_user("district"))
    assert "a trial that decides nothing" in page
    assert "income of 2016 has not been entered" in page


def test_a_draft_is_called_a_trial_and_is_not_for_cadres(client, household):
    make_version(code="new", state="draft")
    asked = why(household, standard="new@1")
    assert "By a draft that nobody has approved" in shown(client, asked, make_user("district"))
    page = shown(client, asked, cadre_of(household))
    assert "There is no such version of a standard." in page
    assert "Eligible:" not in page


def test_without_a_standard_in_force_the_page_says_so(client):
    assert "No standard for households is in force." in shown(client, why(make_household()), make_user("district"))


@pytest.mark.parametrize("query", [{"standard": "none"}, {"standard": "demo-2015@1", "date": "2016-02-30"}])
def test_what_makes_no_sense_is_said_beside_its_field(client, household, query):
    page = shown(client, why(household, **query), make_user("district"))
    assert "field--error" in page
    assert "Eligible:" not in page


def test_a_stored_result_that_the_data_no_longer_give(client, household, version):
    run = run_of(version)
    url = reverse("eligibility:why-run", args=[run.pk, household.number])
    assert "The data of today give the same." in shown(client, url, make_user("district"))
    row = household.incomes.get()
    row.wages = Decimal("18000.00")
    row.save()
    page = shown(client, url)
    assert "The data have changed since this result was stored" in page
    assert "Not eligible: Net income of 2015 was 18,000.00 yuan" in page
    assert "Eligible: Net income of 2015 was 12,000.50 yuan" in page
    assert "1 change to the household since" in page


def test_a_run_that_found_a_household_unchanged_says_what_the_run_before_it_said(client, household, version):
    first = run_of(version)
    household.incomes.update(wages=Decimal("18000.00"))
    run_of(version)
    unchanged = run_of(version)
    # Numbers come in blocks: a later row's need not be the higher one.
    Determination.objects.filter(run=first).update(id=10**6)
    page = shown(client, reverse("eligibility:why-run", args=[unchanged.pk, household.number]), make_user("district"))
    assert "Not eligible: Net income of 2015 was 18,000.00 yuan" in page
    assert "The data of today give the same." in page


def test_a_simulation_counts_for_nothing(client, household, version):
    run = run_of(version, changes={"line": "6000.00"}, simulate=True)
    url = reverse("eligibility:why-run", args=[run.pk, household.number])
    assert "count for nothing" in shown(client, url, make_user("district"))
    client.force_login(cadre_of(household))
    assert client.get(url).status_code == 404


def test_a_cadre_sees_why_of_a_household_paired_with_them_only(client, household, version):
    user, other = cadre_of(household), make_household()
    page = shown(client, why(household), user)
    assert "It takes 5,999.50 yuan more income" in page
    assert reverse("my:household", args=[household.number]) in page
    assert client.get(why(other)).status_code == 404
    assert why(household) in shown(client, reverse("my:household", args=[household.number]))


@pytest.mark.parametrize("role", ["contact"])
def test_a_contact_does_not(client, household, role):
    client.force_login(make_user(role))
    assert client.get(why(household)).status_code == 403


def test_the_public_does_not(client, household):
    assert client.get(why(household))["Location"].startswith("/login/")


def test_compared_with_the_latest_other_year_unless_asked(client, household):
    make_income(household, 2016, wages="18000.00")
    page = shown(client, reverse("eligibility:why-compare", args=[household.number]), make_user("district"))
    assert "The results differ." in page
    assert "Dec. 31, 2016" in page


def test_two_standards_side_by_side(client, household):
    make_version(code="lower", line=Decimal("6000.00"))
    query = {"standard": "demo-2015@1", "with_standard": "lower@1"}
    url = reverse("eligibility:why-compare", args=[household.number], query=query)
    page = shown(client, url, make_user("district"))
    assert "below 6,000.00" in page
    assert page.count('class="differs"') == 5


def test_a_comparison_with_nonsense_compares_nothing(client, household):
    query = {"standard": "demo-2015@1", "with_standard": "none@1"}
    url = reverse("eligibility:why-compare", args=[household.number], query=query)
    page = shown(client, url, make_user("district"))
    assert "There is no such version of a standard." in page
    assert "Side by side" not in page


def test_it_is_printed(client, household, version):
    run = run_of(version)
    client.force_login(make_user("district"))
    for url in (
        reverse("eligibility:why-print", args=[household.number]),
        reverse("eligibility:why-run-print", args=[run.pk, household.number]),
    ):
        page = shown(client, url)
        assert "Explanation of a result" in page
        assert "It takes 5,999.50 yuan more income" in page


def test_a_village_is_explained_today_in_a_run_and_on_paper(client, household):
    version = make_version(code="village-2015", subject="village")
    village = household.village
    row = VillageIncome.objects.create(village=village, year=2015, operating=Decimal("900000.00"))
    run = run_of(version)
    client.force_login(make_user("district"))
    today = reverse("eligibility:why-village", args=[village.pk])
    stored = reverse("eligibility:why-run-village", args=[run.pk, village.pk])
    assert "With 600,000.00 yuan more in 2015" in shown(client, today)
    assert "The data of today give the same." in shown(client, stored)
    row.operating = Decimal("1500000.00")
    row.save()
    assert "With 0.01 yuan less in 2015" in shown(client, today)
    page = shown(client, f"{stored}print/")
    assert "The data have changed since this result was stored" in page
    assert "900,000.00" in page
    assert today in shown(client, reverse("villages:detail", args=[village.pk]))
    assert stored in shown(client, reverse("eligibility:village-determinations"))


def test_it_is_one_click_away_wherever_a_result_is_shown(client, household, version):
    run = run_of(version)
    client.force_login(make_user("district"))
    stored = reverse("eligibility:why-run", args=[run.pk, household.number])
    case = make_case(household)
    assert Proposal.objects.filter(household=household).exists()
    for url, link in (
        (reverse("households:detail", args=[household.number]), why(household)),
        (reverse("casework:detail", args=[case.pk]), why(household)),
        (reverse("casework:step", args=[case.pk, "withdraw"]), why(household)),
        (reverse("eligibility:determinations"), stored),
        (reverse("eligibility:run-changes", args=[run.pk]), stored),
        (reverse("eligibility:proposals"), stored),
        (why(household), stored),
    ):
        assert f'href="{link}"' in shown(client, url), url


class TestCommand:
    def said(self, *args) -> dict:
        out = StringIO()
        call_command("assess", *args, stdout=out)
        return json.loads(out.getvalue())

    def test_it_says_why_as_json(self, household):
        said = self.said(household.number, "--standard", "demo-2015")
        assert said["outcome"] == "eligible"
        assert said["distance"]["change"] == "5999.50"
        assert len(said["criteria"]) == 6

    def test_another_date(self, household):
        said = self.said(household.number, "--standard", "demo-2015", "--date", "2016-12-31")
        assert (said["reference_date"], said["income_year"]) == ("2016-12-31", 2016)

    def test_two_of_them(self, household):
        make_version(code="lower", line=Decimal("6000.00"))
        said = self.said(household.number, "--standard", "demo-2015", "--compare", "lower@1")
        assert said["outcome_differs"]
        assert (said["left"]["line"], said["right"]["line"]) == ("9000.00", "6000.00")
        said = self.said(household.number, "--standard", "demo-2015", "--compare-date", "2016-12-31")
        assert said["right"]["outcome"] == "insufficient_data"

    def test_what_a_run_found(self, household, version):
        run = run_of(version)
        household.incomes.update(wages=Decimal("18000.00"))
        said = self.said(household.number, "--run", str(run.pk))
        assert (said["outcome"], said["today"]["outcome"]) == ("eligible", "not_eligible")
        assert (said["run"], said["changed_since"]) == (str(run.pk), True)

    def test_a_village_now_and_in_a_run(self):
        version = make_version(code="village-2015", subject="village")
        income = VillageIncome.objects.create(village=make_village(), year=2015, operating=50_000)
        said = self.said("--village", income.village_id, "--standard", "village-2015")
        assert (said["village"], said["outcome"], said["total"]) == (income.village_id, "weak", "50000.00")
        run = run_of(version)
        VillageIncome.objects.update(operating=2_000_000)
        said = self.said("--village", income.village_id, "--run", str(run.pk))
        assert (said["outcome"], said["today"]["outcome"]) == ("weak", "not_weak")

    @pytest.mark.parametrize(
        "args",
        [
            ["--standard", "none"],
            ["--standard", "demo-2015", "--date", "2016-13-01"],
            ["--standard", "demo-2015", "--run", "00000000-0000-0000-0000-000000000000"],
            ["--run", "00000000-0000-0000-0000-000000000000"],
            ["--run", "nonsense"],
            ["--village", "320412100201", "--standard", "demo-2015"],
            [],
        ],
    )
    def test_what_makes_no_sense_is_refused(self, household, args):
        with pytest.raises(CommandError):
            self.said(household.number, *args)

    def test_a_run_that_did_not_reach_it_is_refused(self, household, version):
        run = recalculation.start(version, DISTRICT, None)
        with pytest.raises(CommandError, match="no result"):
            self.said(household.number, "--run", str(run.pk))
