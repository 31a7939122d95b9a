"""The desk's overview, and the list and page of cases: what each role is shown, counted within its reach."""

import html
from datetime import date

import pytest
from django.urls import reverse

from casework.models import Case, CaseEvent
from eligibility.models import Determination, Proposal, Recalculation
from fupin.models import Job, JobKind
from tests.eligibility.makers import make_version
from tests.factories import make_household, make_user, make_village

pytestmark = pytest.mark.django_db

DESK, LIST = reverse("casework:desk"), reverse("casework:list")
DAY = date(2016, 3, 1)


def text(answer) -> str:
    return html.unescape(answer.content.decode())


def show(client, role, jurisdiction="320412"):
    user = make_user(role, jurisdiction)
    client.force_login(user)
    return client.get(DESK)


def counts(answer) -> dict:
    return {tally.word.value: tally.count for tally in answer.context["households"]}


def make_case(village, household=None, **values) -> Case:
    case = Case.objects.create(
        **{"kind": "carry_over", "stage": "completed", "village": village, "household": household, "decided_on": DAY}
        | {"document": "武政发〔2016〕1号", "opened_by": make_user("district", name="陆敏")}
        | values
    )
    CaseEvent.objects.create(case=case, to_stage=case.stage, actor=case.opened_by, reason="历史结转")
    return case


@pytest.fixture
def here():
    return make_village("320412100201", "河口村")


@pytest.fixture
def there():
    return make_village("320412101201", "上游村")


def test_households_are_counted_by_status_within_the_reach(client, here, there):
    make_household(here)
    make_household(here, status="registered", registered_on=DAY)
    make_household(there, status="registered", registered_on=DAY)
    assert counts(show(client, "township", "320412100"))["registered"] == 1
    answer = show(client, "district")
    assert (counts(answer)["registered"], counts(answer)["unregistered"]) == (2, 1)
    assert f"{reverse('households:list')}?status=registered" in text(answer)


def test_open_proposals_are_counted_by_kind_within_the_reach(client, here, there):
    version = make_version()
    job = Job.objects.create(kind=JobKind.RECALCULATION, title="run", state="done")
    run = Recalculation.objects.create(job=job, version=version, division_code="320412", line=version.line)
    for village, kind, state in ((here, "identify", "open"), (there, "identify", "open"), (here, "exit", "lapsed")):
        household = make_household(village)
        determination = Determination.objects.create(
            run=run, household=household, village=village, standard=version.standard,
            outcome="eligible", headcount=1, line=run.line,
        )  # fmt: skip
        Proposal.objects.create(household=household, kind=kind, state=state, determination=determination, made_by=run)
    tallies = {tally.word.value: tally.count for tally in show(client, "township", "320412100").context["proposals"]}
    assert tallies == {"identify": 1, "exit": 0, "suspected_error": 0}
    assert {tally.count for tally in show(client, "district").context["proposals"]} == {0, 2}


def test_the_last_recalculation_of_the_whole_district_tells_a_township_no_counts(client, here):
    version = make_version()
    job = Job.objects.create(kind=JobKind.RECALCULATION, title="run", state="done")
    Recalculation.objects.create(
        job=job, version=version, division_code="320412", line=version.line, counts={"eligible": 7}
    )
    assert show(client, "district").context["last_run"].counts[0][1] == 7
    assert show(client, "township", "320412100").context["last_run"].counts == []


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("village", ["households:create", "casework:villages"], ["households:import", "eligibility:run-new"]),
        ("township", ["households:create", "households:import"], []),
        ("district", ["households:create", "households:import", "eligibility:runs", "casework:villages"], []),
        ("auditor", ["households:list", "casework:villages", "accounts:audit"], ["households:create"]),
        ("administrator", ["accounts:list", "accounts:audit"], ["households:create", "households:import"]),
        ("contact", ["households:list"], ["casework:villages", "casework:list", "eligibility:proposals"]),
    ],
)
def test_each_role_gets_the_links_that_it_may_follow(client, here, role, shown, hidden):
    answer = text(show(client, role, here.pk if role == "village" else "320412"))
    assert [name for name in shown if f'href="{reverse(name)}"' not in answer] == []
    assert [name for name in hidden if f'href="{reverse(name)}"' in answer] == []


def test_the_overview_asks_as_often_for_many_households_as_for_none(client, here, django_assert_max_num_queries):
    show(client, "district")
    for _number in range(30):
        make_household(here)
    with django_assert_max_num_queries(30):
        client.get(DESK)


# --- Cases ------------------------------------------------------------------------------------------------------
def listed(client, **query) -> list[str]:
    return [case.village.name for case in client.get(LIST, query).context["page"]]


def test_cases_are_listed_within_the_reach_newest_first_and_narrowed(client, here, there):
    household = make_household(here, number="32041210020100001")
    make_case(here, household)
    make_case(there, kind="village_confirmation", stage="rejected")
    client.force_login(make_user("district"))
    assert listed(client) == ["上游村", "河口村"]
    assert listed(client, kind="carry_over") == ["河口村"]
    assert listed(client, stage="rejected") == ["上游村"]
    assert listed(client, q="320412100201") == ["河口村"]
    assert listed(client, q=household.head_name) == ["河口村"]
    assert listed(client, village=there.pk) == ["上游村"]
    assert listed(client, village="320413100201") == []
    client.force_login(make_user("township", "320412100"))
    assert listed(client) == ["河口村"]


def test_the_list_of_cases_asks_as_often_for_many_as_for_one(client, here, django_assert_max_num_queries):
    client.force_login(make_user("district"))
    client.get(LIST)
    for _number in range(30):
        make_case(here, make_household(here))
    with django_assert_max_num_queries(9):
        assert len(client.get(LIST).context["page"].rows) == 30


def test_a_case_shows_what_it_is_about_and_every_step(client, here):
    household = make_household(here)
    case = make_case(here, household)
    client.force_login(make_user("auditor"))
    shown = text(client.get(reverse("casework:detail", args=[case.pk])))
    for part in (household.number, "河口村", "武政发〔2016〕1号", "2016-03-01", "历史结转", "陆敏"):
        assert part in shown


def test_a_case_of_another_township_is_not_there(client, there):
    case = make_case(there)
    client.force_login(make_user("township", "320412100"))
    assert client.get(reverse("casework:detail", args=[case.pk])).status_code == 404
