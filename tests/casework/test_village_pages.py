"""Pages on which the district decides whether a village is economically weak."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from casework.models import Case
from eligibility.models import Recalculation, VillageDetermination
from fupin.models import Job, JobKind
from tests.eligibility.makers import make_version
from tests.factories import make_user, make_village
from villages.models import VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db

LIST = reverse("casework:villages")
GOOD = {"decision": "weak", "document": "武农〔2016〕3号", "decided_on": "2016-06-01", "reason": ""}


@pytest.fixture
def run():
    version = make_version(code="village-2015", subject="village")
    job = Job.objects.create(kind=JobKind.RECALCULATION, title="run")
    return Recalculation.objects.create(job=job, version=version, division_code="320412", line=version.line)


@pytest.fixture
def determination(run):
    return determine(run, make_village("320412100201", "河口村"))


def determine(run, village, outcome="weak", total="900000.00"):
    VillageIncome.objects.create(village=village, year=2015, operating=Decimal(total))
    return VillageDetermination.objects.create(
        run=run, standard=run.version.standard, village=village, outcome=outcome, total=Decimal(total), line=run.line
    )


@pytest.fixture
def district(client):
    user = make_user("district")
    client.force_login(user)
    return user


def page(determination):
    return reverse("casework:village", args=[determination.pk])


def text(answer) -> str:
    return answer.content.decode()


def standing_of(determination):
    profile = VillageProfile.objects.filter(pk=determination.village_id).first()
    return profile.standing if profile else "ordinary"


def test_the_list_shows_what_waits_and_leads_to_the_decision(client, district, run, determination):
    determine(run, make_village("320412100202", "殷实村"), "not_weak", "1500000.00")
    answer = client.get(LIST)
    assert [row.village.name for row in answer.context["page"]] == ["河口村"]
    assert "900,000.00" in text(answer)
    assert page(determination) in text(answer)


def test_the_list_stands_in_the_menu(client, district):
    assert LIST in text(client.get(reverse("casework:desk")))


def test_the_list_asks_as_often_for_twenty_villages_as_for_one(
    client, district, run, determination, django_assert_max_num_queries
):
    client.get(LIST)
    for number in range(202, 222):
        determine(run, make_village(f"320412100{number}"))
    with django_assert_max_num_queries(8):
        assert len(client.get(LIST).context["page"].rows) == 21


@pytest.mark.parametrize("role", ["township", "village", "auditor", "administrator"])
def test_others_read_the_list_and_decide_nothing(client, determination, role):
    jurisdiction = {"village": determination.village_id}.get(role, "320412")
    client.force_login(make_user(role, jurisdiction))
    assert page(determination) not in text(client.get(LIST))
    assert client.get(page(determination)).status_code == 403
    assert client.post(page(determination), GOOD).status_code == 403
    assert standing_of(determination) == "ordinary"


def test_a_village_of_another_district_is_not_there(client, determination):
    client.force_login(make_user("district", "320411"))
    assert "河口村" not in text(client.get(LIST))
    assert client.post(page(determination), GOOD).status_code == 404


def test_a_decision_is_written_down_and_leaves_the_list(client, district, determination):
    assert client.get(page(determination)).context["form"].initial["decision"] == "weak"
    answer = client.post(page(determination), GOOD, follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert standing_of(determination) == "weak"
    case = Case.objects.get()
    assert (case.document, case.decided_on, case.opened_by) == (GOOD["document"], date(2016, 6, 1), district)
    assert not answer.context["page"].rows


def test_a_decision_against_the_result_without_a_reason_stays_on_the_page_with_what_was_typed(
    client, district, determination
):
    answer = client.post(page(determination), GOOD | {"decision": "ordinary"})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"reason"}
    assert GOOD["document"] in text(answer)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("document", "  "), ("decided_on", "2999-01-01"), ("decided_on", "昨天"), ("decision", "")]
)
def test_what_is_missing_or_wrong_is_said_beside_its_field(client, district, determination, field, value):
    answer = client.post(page(determination), GOOD | {field: value})
    assert set(answer.context["form"].errors) == {field}
    assert standing_of(determination) == "ordinary"


def test_whoever_entered_the_income_is_told_so(client, district, determination):
    VillageIncome.objects.update(entered_by=district)
    answer = client.post(page(determination), GOOD)
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert standing_of(determination) == "ordinary"


def test_a_result_that_somebody_else_decided_meanwhile_is_not_decided_twice(client, district, determination):
    client.post(page(determination), GOOD)
    answer = client.post(page(determination), GOOD | {"decision": "ordinary", "reason": "重复"}, follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert standing_of(determination) == "weak"
    assert client.get(page(determination)).url == reverse("casework:detail", args=[Case.objects.get().pk])


def test_an_income_that_changed_since_the_recalculation_is_pointed_out(client, district, determination):
    mark = "badge--amber"
    assert client.get(page(determination)).context["counted_now"] == determination.total
    VillageIncome.objects.update(operating=Decimal("1600000.00"))
    answer = client.get(page(determination))
    assert answer.context["counted_now"] == Decimal("1600000.00")
    assert text(answer).count(mark) == 2
