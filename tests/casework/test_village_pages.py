"""Pages on which it is decided whether a village is economically weak."""

from decimal import Decimal

import pytest
from django.urls import reverse

from casework.models import Case
from casework.services import open_village_case
from eligibility.models import Recalculation, VillageDetermination
from fupin.models import Job, JobKind
from tests.eligibility.makers import make_version
from tests.factories import make_user, make_village
from villages.models import VillageIncome, VillageProfile

pytestmark = pytest.mark.django_db

LIST = reverse("casework:villages")
GOOD = {"ground": "收入低于标准"}


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


def test_the_list_shows_what_waits_and_leads_to_the_case(client, district, run, determination):
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


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_others_read_the_list_and_open_nothing(client, determination, role):
    client.force_login(make_user(role, "320412"))
    assert page(determination) not in text(client.get(LIST))
    assert client.get(page(determination)).status_code == 403
    assert client.post(page(determination), GOOD).status_code == 403


def test_a_village_of_another_district_is_not_there(client, determination):
    client.force_login(make_user("district", "320411"))
    assert "河口村" not in text(client.get(LIST))
    assert client.post(page(determination), GOOD).status_code == 404


def test_the_page_says_why_and_opens_the_case_which_leaves_the_list(client, district, determination):
    shown = client.get(page(determination))
    assert "900,000.00" in shown.context["form"].initial["ground"]
    answer = client.post(page(determination), GOOD, follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("casework:detail", args=[case.pk])
    assert "900,000.00" in text(answer)
    assert (case.ground, case.opened_by, case.determination) == (GOOD["ground"], district, determination)
    assert not client.get(LIST).context["page"].rows
    assert client.get(page(determination)).url == reverse("casework:detail", args=[case.pk])


def test_without_a_reason_it_stays_on_the_page(client, district, determination):
    answer = client.post(page(determination), {"ground": "  "})
    assert set(answer.context["form"].errors) == {"ground"}
    assert not Case.objects.exists()


def test_a_result_that_somebody_else_took_up_meanwhile_is_not_taken_up_twice(client, district, determination):
    client.post(page(determination), GOOD)
    answer = client.post(page(determination), GOOD)
    assert answer.context["form"].non_field_errors()
    assert Case.objects.count() == 1


def test_the_township_audits_and_the_district_confirms_the_list(client, district, determination):
    clerk = make_user("township", "320412100")
    case = open_village_case(district, determination, "低于标准")
    for user, code, record in (
        (clerk, "audit", {"on": "2016-06-01", "opinion": "账目属实"}),
        (make_user("district"), "confirm", {"on": "2016-06-20", "document": "武农〔2016〕3号"}),
    ):
        client.force_login(user)
        case.refresh_from_db()
        url = reverse("casework:batch", args=["village_confirmation", case.stage, user.jurisdiction])
        assert url in text(client.get(reverse("casework:batches")))
        assert "河口村" in text(client.get(url))
        answer = client.post(f"{url}?step={code}", record | {"case": f"{case.pk}:{case.version}"})
        assert answer.status_code == 302
    assert standing_of(determination) == "weak"


def test_an_income_that_changed_since_the_recalculation_is_pointed_out(client, district, determination):
    mark = "badge--amber"
    assert client.get(page(determination)).context["counted_now"] == determination.total
    VillageIncome.objects.update(operating=Decimal("1600000.00"))
    answer = client.get(page(determination))
    assert answer.context["counted_now"] == Decimal("1600000.00")
    assert text(answer).count(mark) == 2
