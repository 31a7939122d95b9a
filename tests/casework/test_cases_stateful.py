"""Cases under random hands: lawful and unlawful steps of every kind, by everybody, on any day, beside a slow model."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casework.models import Case, CaseEvent, Notice, Objection
from casework.services import close_finished, handle, object_to, open_case, open_village_case, take_step
from casework.services.changes import Change, as_json
from casework.statements import Statement
from eligibility.models import Recalculation, VillageDetermination
from fupin.conflicts import Conflict
from fupin.models import Job, JobKind
from households.models import Finding, Household
from tests.casework.steps import CLOSING, photographed, picture, values_of
from tests.eligibility.makers import make_version
from tests.factories import make_household, make_user, make_village
from villages.models import VillageProfile

pytestmark = pytest.mark.django_db

VILLAGE = "320412100201"
REFUSALS = (
    PermissionDenied, ValidationError, Conflict, Case.DoesNotExist, Household.DoesNotExist,
    VillageDetermination.DoesNotExist,
)  # fmt: skip
V, T, D = "village", "township", "district"

# The procedures as the reference tells them (§2): stage, step, next stage, whose it is, who may not.
PUBLICITY = [
    ("to_publicise", "publicise", "village_publicity", V + T, ()),
    ("village_publicity", "close_publicity", "township_review", V + T, ()),
]
END = lambda whose: [  # noqa: E731
    ("to_announce", "announce", "announcement", whose, ()),
    ("announcement", "close_announcement", "to_conclude", whose, ()),
    ("to_conclude", "conclude", "completed", whose, ("opened",)),
]
APPRAISED = lambda target: [  # noqa: E731
    ("appraisal", "appraise", target, V + T, ()),
    ("appraisal", "not_passed", "rejected", V + T, ()),
]
REVIEWED = lambda target: [("township_review", "review", target, T, ("opened", "appraise"))]  # noqa: E731
DECIDED = [("district_review", "decide", "to_announce", D, ("opened", "review"))]
OUT = lambda code, stages, whose: [(stage, code, "rejected", whose, ()) for stage in stages]  # noqa: E731
GIVEN_UP = lambda stages: [(stage, "withdraw", "withdrawn", V + T + D, ()) for stage in stages]  # noqa: E731
BACK = lambda code, stages, whose: [(stage, code, "BACK", whose, ()) for stage in stages]  # noqa: E731

IN_TOWNSHIP = ("village_publicity", "township_review", "to_publicise_township", "township_publicity")
IN_DISTRICT = ("district_review", "to_announce", "announcement", "to_conclude")
EXIT_LATE = ("village_publicity", "township_review", "to_announce", "announcement", "to_conclude")
REMOVAL_EARLY = ("village_publicity", "township_review")
FULL = [
    ("application", "apply", "appraisal", V + T + D, ()),
    *APPRAISED("to_publicise"), *PUBLICITY, *REVIEWED("to_publicise_township"),
    ("to_publicise_township", "publicise_township", "township_publicity", T, ()),
    ("township_publicity", "close_township_publicity", "district_review", T, ()),
    *DECIDED, *END(D),
    *OUT("reject", IN_TOWNSHIP, T), *BACK("return", IN_TOWNSHIP, T),
    *OUT("reject_district", IN_DISTRICT, D), *BACK("return_district", IN_DISTRICT, D),
    *GIVEN_UP(("application", "appraisal", "to_publicise", *IN_TOWNSHIP, "district_review")),
]  # fmt: skip
TABLE = {
    "identification": FULL,
    "return": FULL,
    "exit": [
        *APPRAISED("verification"), ("verification", "verify", "to_publicise", V + T, ()), *PUBLICITY,
        *REVIEWED("to_announce"), *END(T), *OUT("reject", EXIT_LATE, T), *BACK("return", EXIT_LATE, T),
        *GIVEN_UP(("appraisal", "verification", "to_publicise", "village_publicity", "township_review")),
    ],
    "removal": [
        *APPRAISED("to_publicise"), *PUBLICITY, *REVIEWED("district_review"), *DECIDED, *END(D),
        *OUT("reject", REMOVAL_EARLY, T), *BACK("return", REMOVAL_EARLY, T),
        *OUT("reject_district", IN_DISTRICT, D), *BACK("return_district", IN_DISTRICT, D),
        *GIVEN_UP(("appraisal", "to_publicise", *REMOVAL_EARLY, "district_review")),
    ],
    "follow_up": [
        ("follow_up", "visit", "township_review", V + T, ()),
        ("township_review", "review", "completed", T, ("visit",)),
        *OUT("reject", ("township_review",), T), *BACK("return", ("township_review",), T),
    ],
    "member_change": [
        ("township_review", "review", "completed", T, ("opened",)),
        *OUT("reject", ("township_review",), T), *GIVEN_UP(("township_review",)),
    ],
    "village_confirmation": [
        ("township_review", "audit", "district_review", T, ()),
        ("district_review", "confirm", "completed", D, ("opened", "audit")),
        ("district_review", "reject_district", "rejected", D, ("opened",)),
        *BACK("return_district", ("district_review",), D), *GIVEN_UP(("township_review", "district_review")),
    ],
}  # fmt: skip
RETURNED_TO = {
    ("identification", "return"): {"application", "appraisal", "to_publicise"},
    ("identification", "return_district"): {"application", "appraisal", "to_publicise", "township_review"},
    ("exit", "return"): {"appraisal", "verification", "to_publicise"},
    ("removal", "return"): {"appraisal", "to_publicise"},
    ("removal", "return_district"): {"appraisal", "to_publicise", "township_review"},
    ("follow_up", "return"): {"follow_up"},
    ("village_confirmation", "return_district"): {"township_review"},
}
RETURNED_TO |= {("return", code): RETURNED_TO["identification", code] for code in ("return", "return_district")}
FIRST = {
    "identification": "application", "return": "application", "exit": "appraisal", "removal": "appraisal",
    "follow_up": "follow_up", "member_change": "township_review", "village_confirmation": "township_review",
}  # fmt: skip
MAY_BE = {
    "identification": {"unregistered", "removed"},
    "return": {"exited_supported", "exited"},
    "exit": {"registered"},
    "removal": {"registered", "exited_supported"},
    "follow_up": {"exited_supported"},
    "member_change": {"unregistered", "registered", "exited_supported", "exited", "removed"},
}
BECOMES = {
    "identification": "registered", "return": "registered", "exit": "exited_supported", "removal": "removed",
    "follow_up": "exited",
}  # fmt: skip
CODES = sorted({row[1] for rows in TABLE.values() for row in rows})
OF_HOUSEHOLDS = sorted(MAY_BE)
# Where a case of a village stands among those that run, which are otherwise kept by household.
OF_VILLAGE = "village"
STAGES = sorted({row[0] for row in FULL} | {"verification", "follow_up", "completed"})
OVER = ("completed", "rejected", "withdrawn")
POSTING = ("publicise", "publicise_township", "announce")


def has_open_findings(case: int) -> bool:
    """Whether the data of the case's household are wrong or doubtful, as after a member left; not how it was led."""
    found = Finding.objects.filter(household__cases=case, explanation=None).exclude(severity="hint")
    return any(not finding.rule.startswith(("C-", "E-", "P-")) for finding in found)


@dataclass
class Model:
    """What a case should be."""

    kind: str
    stage: str
    opener: int
    version: int = 1
    done: list = field(default_factory=list)
    last_day: date | None = None
    posted_until: date | None = None
    is_objected_to: bool = False


class Cases(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = time_machine.travel(datetime.fromisoformat("2016-03-01T12:00:00+08:00"), tick=False)
        self.traveller = self.clock.start()
        village = make_village(VILLAGE)
        own = VILLAGE[:9]
        self.actors = [
            make_user(V, VILLAGE), make_user(T, own), make_user(T, own), make_user(D), make_user(D),
            make_user(T, "320412101"), make_user("cadre"),
        ]  # fmt: skip
        self.households = [make_household(village, members=2) for _number in range(2)]
        self.status = {household.pk: "unregistered" for household in self.households}
        self.cases: dict[int, Model] = {}
        self.running: dict[int, int] = {}
        self.supported: dict[int, date] = {}
        version = make_version(code="village-2015", subject="village")
        job = Job.objects.create(kind=JobKind.RECALCULATION, title="run")
        run = Recalculation.objects.create(job=job, version=version, division_code="320412", line=version.line)
        self.result = VillageDetermination.objects.create(
            run=run, standard=version.standard, village=village, outcome="weak", line=run.line
        )
        self.is_weak = self.is_decided = False

    def teardown(self):
        if hasattr(self, "atomic"):
            self.clock.stop()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # --- What the model says ----------------------------------------------------------------------------------------
    def is_seen_by(self, actor) -> bool:
        return actor.role in (V, D) or (actor.role == T and actor.jurisdiction == VILLAGE[:9])

    def row(self, case: Model, code: str):
        return next((row for row in TABLE[case.kind] if row[:2] == (case.stage, code)), None)

    def is_barred(self, case: Model, duties, actor) -> bool:
        return any(case.opener == actor.pk if duty == "opened" else (duty, actor.pk) in case.done for duty in duties)

    def may(self, case: Model, code: str, actor, seen: int, day: date, target: str) -> bool:
        row, today = self.row(case, code), timezone.localdate()
        if not self.is_seen_by(actor) or seen != case.version or row is None:
            return False
        if actor.role not in row[3] or self.is_barred(case, row[4], actor):
            return False
        if code in CLOSING:
            return case.posted_until < today and not case.is_objected_to
        if code in POSTING:
            in_time = today <= day <= today + timedelta(days=30)
        else:
            in_time = day <= today and (case.last_day is None or day >= min(case.last_day, today))
        in_order = row[2] != "BACK" or target in RETURNED_TO[case.kind, code]
        is_free = not (code in ("review", "decide", "announce", "conclude") and case.is_objected_to)
        return in_time and in_order and is_free

    def moved(self, pk: int, code: str, actor, day: date, target: str) -> None:
        case = self.cases[pk]
        case.stage = target if self.row(case, code)[2] == "BACK" else self.row(case, code)[2]
        case.version += 1
        case.done.append((code, actor and actor.pk))
        case.last_day = max(case.last_day or day, day)
        if code in POSTING:
            case.posted_until, case.is_objected_to = day + timedelta(days=6), False
        if case.stage in OVER:
            household = self.running_of(pk)
            del self.running[household]
            if household == OF_VILLAGE:
                self.is_weak = case.stage == "completed"
                self.is_decided = case.stage != "withdrawn"
                return
            if case.stage == "completed" and case.kind in BECOMES:
                self.status[household] = BECOMES[case.kind]
                if case.kind == "exit":
                    self.supported[household] = date(day.year + 2, day.month, min(day.day, 28))

    def running_of(self, pk: int) -> int:
        return next(household for household, case in self.running.items() if case == pk)

    # --- What is done -----------------------------------------------------------------------------------------------
    @rule(data=st.data(), kind=st.sampled_from(OF_HOUSEHOLDS), number=st.integers(0, 1), who=st.integers(0, 6))
    def open(self, data, kind, number, who):
        if data.draw(st.booleans()):
            kind = data.draw(
                st.sampled_from([k for k in sorted(MAY_BE) if self.status[self.households[number].pk] in MAY_BE[k]])
            )
        household, actor, today = self.households[number], self.actors[who], timezone.localdate()
        change = ""
        if kind == "member_change":
            leaver = household.members.order_by("-pk").first()
            change = as_json(Change("death", today, members=[leaver.pk]))
            if leaver.left_on is not None:
                return
        ends_soon = household.pk in self.supported and self.supported[household.pk] <= today + timedelta(days=27)
        allowed = (
            self.is_seen_by(actor)
            and self.status[household.pk] in MAY_BE[kind]
            and household.pk not in self.running
            and (kind != "follow_up" or ends_soon)
        )
        if kind == "follow_up" and not ends_soon and timezone.localdate() > date(2017, 12, 1):
            return
        case = self.tried(allowed, lambda: open_case(actor, kind, household, "理由", change=change))
        if case:
            self.cases[case.pk] = Model(kind, FIRST[kind], actor.pk)
            self.running[household.pk] = case.pk

    @rule(who=st.integers(0, 6))
    def open_of_village(self, who):
        actor = self.actors[who]
        allowed = self.is_seen_by(actor) and OF_VILLAGE not in self.running and not self.is_decided
        case = self.tried(allowed, lambda: open_village_case(actor, self.result, "理由"))
        if case:
            self.cases[case.pk] = Model(case.kind, FIRST[case.kind], actor.pk)
            self.running[OF_VILLAGE] = case.pk

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def anything(self, data):
        """Any step by anybody, mostly wrong."""
        pk = data.draw(st.sampled_from(sorted(self.cases)))
        actor, code = data.draw(st.sampled_from(self.actors)), data.draw(st.sampled_from(CODES))
        self.take(pk, actor, code, data)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def something_that_begins_here(self, data):
        pk = data.draw(st.sampled_from(sorted(self.running.values())))
        case = self.cases[pk]
        row = data.draw(st.sampled_from([row for row in TABLE[case.kind] if row[0] == case.stage]))
        self.take(pk, data.draw(st.sampled_from(self.actors)), row[1], data)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), steps=st.integers(1, 12))
    def onward(self, data, steps):
        """Some lawful steps in a row, by whoever may."""
        pk = data.draw(st.sampled_from(sorted(self.running.values())))
        for _number in range(steps):
            case = self.cases[pk]
            if case.stage in OVER or case.is_objected_to:
                return
            row = next(row for row in TABLE[case.kind] if row[0] == case.stage)
            if row[1] in CLOSING:
                self.days_pass(max(0, (case.posted_until - timezone.localdate()).days + 1))
                continue
            able = [actor for actor in self.actors[:5]
                    if actor.role in row[3] and not self.is_barred(case, row[4], actor)]  # fmt: skip
            if not able:
                return
            day = max(timezone.localdate(), case.last_day or date.min)
            self.attempt(
                pk,
                data.draw(st.sampled_from(able)),
                row[1],
                case.version,
                timezone.localdate() if day > timezone.localdate() else day,
                "",
            )

    def take(self, pk, actor, code, data):
        seen = self.cases[pk].version - data.draw(st.sampled_from([0, 0, 0, 0, 1, -1]))
        day = timezone.localdate() + timedelta(days=data.draw(st.sampled_from([0, 0, 0, 0, -1, 1, -40, 31])))
        targets = sorted(RETURNED_TO.get((self.cases[pk].kind, code), ())) or STAGES
        self.attempt(pk, actor, code, seen, day, data.draw(st.sampled_from(targets + STAGES[:3])))

    def attempt(self, pk, actor, code, seen, day, target):
        allowed = self.may(self.cases[pk], code, actor, seen, day, target)
        allowed = allowed and not (code == "apply" and has_open_findings(pk))
        values = {} if code in CLOSING else values_of(code, on=day, to_stage=target)
        paper = picture(actor) if actor.role == T else None
        if self.tried(allowed, lambda: take_step(actor, code, {pk: seen}, values, [paper] if paper else [])):
            closed_on = self.cases[pk].posted_until
            self.moved(pk, code, actor, closed_on + timedelta(days=1) if code in CLOSING else day, target)
            event = CaseEvent.objects.filter(case=pk).latest("pk")
            assert (event.step, event.actor_id, event.to_stage) == (code, actor.pk, self.cases[pk].stage)
            assert list(event.papers.all()) == ([paper] if paper else [])
            photographed()

    def tried(self, allowed: bool, work):
        """What the work returns; refused exactly when the model says so, and then nothing was written."""
        before = self.everything()
        try:
            with transaction.atomic():
                result = work()
        except REFUSALS as refusal:
            assert not allowed, f"refused: {refusal!r}"  # noqa: PT017
            assert self.everything() == before
            return None
        assert allowed, "an unlawful step was taken"
        assert CaseEvent.objects.count() == before[1] + 1
        return result

    def everything(self):
        return (
            list(Case.objects.order_by("pk").values()),
            CaseEvent.objects.count(),
            CaseEvent.papers.through.objects.count(),
            list(Notice.objects.order_by("pk").values()),
            list(Household.objects.order_by("pk").values("status", "version", "registered_on")),
        )

    @rule(days=st.sampled_from([1, 1, 6, 7, 8, 40, 720]))
    def days_pass(self, days):
        """The sweep runs on every day at which something could end, and after so many days."""
        self.traveller.shift(timedelta(days=days))
        today = timezone.localdate()
        due = [pk for pk in self.running.values()
               if any(row[0] == self.cases[pk].stage and row[1] in CLOSING for row in TABLE[self.cases[pk].kind])
               and self.cases[pk].posted_until < today and not self.cases[pk].is_objected_to]  # fmt: skip
        events = CaseEvent.objects.count()
        assert close_finished() == len(due)
        assert CaseEvent.objects.count() == events + len(due)
        for pk in due:
            code = next(row[1] for row in TABLE[self.cases[pk].kind]
                        if row[0] == self.cases[pk].stage and row[1] in CLOSING)  # fmt: skip
            self.moved(pk, code, None, self.cases[pk].posted_until + timedelta(days=1), "")
            assert CaseEvent.objects.filter(case=pk).latest("pk").actor is None

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 1))
    def object(self, number):
        pk = self.running.get(self.households[number].pk)
        notice = Case.objects.get(pk=pk).notice if pk else None
        if notice is None or not notice.is_running:
            return
        entry = notice.entries.shown().filter(case=pk).first()
        if entry is not None:
            object_to(notice, Statement("listed", "有车", entry=entry))
            self.cases[pk].is_objected_to = True

    @rule(state=st.sampled_from(["not_upheld", "withdrawn", "upheld"]))
    def answer(self, state):
        for objection in Objection.objects.filter(state="open").select_related("entry"):
            pk = objection.entry.case_id
            able = [actor for actor in self.actors[1:5]
                    if actor.role == objection.level and actor.pk != self.cases[pk].opener]  # fmt: skip
            handle(able[0], objection, objection.version, state, "答复", "查实")
        for pk, case in self.cases.items():
            case.is_objected_to = Objection.objects.filter(
                entry__case=pk, notice=Case.objects.get(pk=pk).notice_id, state__in=("open", "upheld")
            ).exists()

    # --- What always holds ------------------------------------------------------------------------------------------
    @invariant()
    def the_register_and_the_cases_are_as_the_model_says(self):
        if not hasattr(self, "cases"):
            return
        kept = {case.pk: (case.kind, case.stage, case.version) for case in Case.objects.all()}
        assert kept == {pk: (case.kind, case.stage, case.version) for pk, case in self.cases.items()}
        assert dict(Household.objects.values_list("pk", "status")) == self.status
        unfinished = Case.objects.unfinished().values_list("household", flat=True)
        assert {household or OF_VILLAGE for household in unfinished} == set(self.running)
        assert len(unfinished) == len(self.running)
        assert VillageProfile.objects.filter(standing="weak").exists() == self.is_weak
        for pk, case in self.cases.items():
            events = CaseEvent.objects.filter(case=pk)
            assert events.count() == case.version
            assert all(event.step in CLOSING for event in events if event.actor_id is None)


def test_no_hand_leads_a_case_where_the_procedures_do_not():
    assert connection.in_atomic_block
    run_state_machine_as_test(
        Cases,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, derandomize=True, database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
