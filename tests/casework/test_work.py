"""What waits for whom: counts that agree with the cases, each within the reach of who looks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework import work
from casework.choices import CaseStage
from casework.models import Case
from casework.services import object_to
from casework.stages import PROCEDURES
from casework.statements import Statement
from tests.factories import make_case, make_household, make_notice, make_user, make_village

pytestmark = pytest.mark.django_db

HERE, NEXT, ELSEWHERE = "320412100201", "320412100202", "320412101201"


@pytest.fixture
def cases():
    """Cases at many stages in three villages of two townships, some late, some returned."""
    today, made = timezone.localdate(), []
    for number, (code, kind, stage) in enumerate(
        (code, procedure.kind, stage)
        for code in (HERE, NEXT, ELSEWHERE)
        for procedure in PROCEDURES.values()
        for stage in procedure.path
    ):
        late = number % 3 == 0
        made.append(
            make_case(
                make_household(make_village(code)),
                stage,
                kind=kind,
                stage_since=today - timedelta(days=number),
                due_on=today + timedelta(days=-1 if late else 2 + number % 5),
                returned_reason="缺材料" if number % 4 == 0 else "",
            )
        )
    return made


@pytest.mark.parametrize(("role", "place"), [
    ("village", HERE), ("township", HERE[:9]), ("district", HERE[:6]), ("auditor", HERE[:6]),
])  # fmt: skip
def test_what_waits_for_somebody_is_what_their_role_takes_on_within_their_reach(cases, role, place):
    user, today = make_user(role, place), timezone.localdate()
    mine = [
        case
        for case in cases
        if case.village_id.startswith(place)
        and any(
            step.is_forward and not step.awaits_clock and user.has_perm(step.permission)
            for step in PROCEDURES[case.kind].steps_from(case.stage)
        )
    ]
    found = work.of(user)
    assert sum(row.count for row in found.waiting) == len(mine)
    assert found.overdue == sum(case.due_on < today for case in mine)
    assert found.due_soon == sum(today <= case.due_on <= today + timedelta(days=3) for case in mine)
    assert found.returned_count == sum(case.returned_reason != "" for case in mine)
    for row in found.waiting:
        same = [case for case in mine if (case.kind, case.stage) == (row.kind, row.stage)]
        assert (row.count, row.since) == (len(same), min(case.stage_since for case in same))


def test_an_auditor_has_nothing_waiting(cases):
    assert not work.of(make_user("auditor", HERE[:6]))


def test_objections_wait_for_their_level(cases):
    case = make_case(make_household(make_village(HERE)), "village_publicity")
    notice = make_notice(case)
    object_to(notice, Statement("listed", "理由", notice.entries.get()))
    counts = {
        role: work.of(make_user(role, place)).objection_count
        for role, place in (("village", HERE), ("township", HERE[:9]), ("district", HERE[:6]))
    }
    assert counts == {"village": 0, "township": 1, "district": 0}
    assert [one.pk for one in work.of(make_user("township", HERE[:9])).without_photo] == [notice.pk]
    assert work.of(make_user("township", ELSEWHERE[:9])).without_photo == []


def test_support_that_ends_soon_waits_until_it_is_followed_up(settings):
    settings.FUPIN_FOLLOW_UP_DAYS = 30
    today, worker = timezone.localdate(), make_user("village", HERE)
    for days, status in ((30, "exited_supported"), (31, "exited_supported"), (-5, "exited_supported"), (5, "exited")):
        household = make_household(make_village(HERE), status=status, registered_on=today - timedelta(days=900))
        make_case(household, "completed", kind="exit", supported_until=today + timedelta(days=days))
    found = work.of(worker)
    assert [(case.supported_until - today).days for case in found.ending] == [-5, 30]
    make_case(found.ending[0].household, "follow_up", kind="follow_up")
    assert work.of(worker).ending_count == 1


@pytest.mark.parametrize(("role", "place"), [("district", HERE[:6]), ("township", HERE[:9]), ("village", HERE)])
def test_places_add_up_to_the_cases_below_them(cases, role, place):
    user, today = make_user(role, place), timezone.localdate()
    reached = [case for case in cases if case.village_id.startswith(place) and not case.is_closed]
    places = work.by_place(user, place)
    digits = 9 if role == "district" else 12
    assert [one.code for one in places] == sorted({case.village_id[:digits] for case in reached})
    total = work.total_of(places)
    assert total.total == sum(count for _desk, count in total.desks) == len(reached)
    assert total.overdue == sum(case.due_on < today for case in reached)
    assert total.returned == sum(case.returned_reason != "" for case in reached)
    assert total.since == min(case.stage_since for case in reached)


def test_every_unfinished_stage_has_one_desk():
    for procedure in PROCEDURES.values():
        for stage in procedure.path:
            assert bool(work.desk_of(procedure.kind, stage)) == (stage != CaseStage.COMPLETED)


def test_each_number_leads_to_as_many_cases(client, cases):
    client.force_login(make_user("district", HERE[:6]))
    for place in work.by_place(make_user("district", HERE[:6]), HERE[:6]):
        for desk, count in place.desks:
            listed = client.get(reverse("casework:list"), {"township": place.code, "desk": desk}).context["count"]
            assert listed == count
        for name in ("overdue", "returned"):
            listed = client.get(reverse("casework:list"), {"township": place.code, name: "on"}).context["count"]
            assert listed == getattr(place, name)
        listed = client.get(reverse("casework:list"), {"township": place.code, "unfinished": "on"}).context["count"]
        assert listed == place.total


def test_the_pages_open_and_lead_down(client, cases):
    client.force_login(make_user("district", HERE[:6]))
    assert reverse("casework:work-place", args=[HERE[:9]]) in client.get(reverse("casework:work")).content.decode()
    below = client.get(reverse("casework:work-place", args=[HERE[:9]])).content.decode()
    assert HERE in below
    assert ELSEWHERE not in below
    client.force_login(make_user("township", HERE[:9]))
    assert client.get(reverse("casework:work-place", args=[ELSEWHERE[:9]])).status_code == 404
    assert client.get(reverse("casework:desk")).status_code == 200


def test_the_desk_asks_no_more_for_many_cases(client, cases, django_assert_max_num_queries):
    client.force_login(make_user("township", HERE[:9]))
    client.get("/desk/")
    with django_assert_max_num_queries(40):
        client.get("/desk/")
    assert Case.objects.count() > 60
