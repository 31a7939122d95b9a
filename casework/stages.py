"""The procedures, as tables: from which stage to which, who may, what is recorded, what it writes (reference §2).

A step is one row. What a step records (its dates, figures and papers) is a form of `casework.forms`, checked by
`casework.rules`; what it writes into the register is a function of `casework.services.effects`. A province's extra
step is one more row, between two stages; a further kind of case is one more procedure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.choices import CaseKind, CaseStage, NoticeKind
from households.choices import HouseholdStatus

# Duties that keep somebody from a later step, beside having taken an earlier one (which is named by its code).
ENTERED = "entered"
OPENED = "opened"

# Days that a case may stay at a stage before it is overdue. During a publicity its last day counts instead.
DAYS_OF_STAGE = {
    CaseStage.APPLICATION: 30,
    CaseStage.APPRAISAL: 30,
    CaseStage.VERIFICATION: 15,
    CaseStage.TO_PUBLICISE: 10,
    CaseStage.TOWNSHIP_REVIEW: 10,
    CaseStage.TO_PUBLICISE_TOWNSHIP: 5,
    CaseStage.DISTRICT_REVIEW: 15,
    CaseStage.TO_ANNOUNCE: 5,
    CaseStage.TO_CONCLUDE: 5,
    CaseStage.FOLLOW_UP: 30,
}
# The publicity that runs while a case is at a stage.
NOTICE_OF_STAGE = {
    CaseStage.VILLAGE_PUBLICITY: NoticeKind.VILLAGE,
    CaseStage.TOWNSHIP_PUBLICITY: NoticeKind.TOWNSHIP,
    CaseStage.ANNOUNCEMENT: NoticeKind.ANNOUNCEMENT,
}


@dataclass(frozen=True)
class Step:
    """One way from a stage to another.

    Attributes:
        record: what is written down of it; a key of `casework.forms.RECORDS`.
        not_by: duties in this case that bar a person from the step: ENTERED, OPENED, or the code of an earlier step.
        posts: the notice that begins with it.
        awaits_clock: it needs the publicity that runs to have ended, with no objection unanswered; the sweep takes it.
        back_to: for a step that returns a case, the stages that it may be returned to; `target` is then the first.
        effect: what it writes into the register; a key of `casework.services.effects.EFFECTS`.
    """

    code: str
    label: str
    sources: tuple[CaseStage, ...]
    target: CaseStage
    permission: str
    record: str
    not_by: tuple[str, ...] = ()
    posts: NoticeKind | None = None
    awaits_clock: bool = False
    back_to: tuple[CaseStage, ...] = ()
    effect: str = ""

    @property
    def is_forward(self) -> bool:
        """Whether the case gets on by it; otherwise it is returned, rejected or withdrawn."""
        return not self.back_to and self.target not in (CaseStage.REJECTED, CaseStage.WITHDRAWN)


@dataclass(frozen=True)
class Procedure:
    """A kind of case: of households with which status (none: of a village), where it begins, and its steps."""

    kind: CaseKind
    statuses: tuple[HouseholdStatus, ...]
    first: CaseStage
    steps: tuple[Step, ...]

    @property
    def is_of_households(self) -> bool:
        """Whether it is about a household; otherwise it is about a village."""
        return bool(self.statuses)

    def step(self, code: str) -> Step | None:
        return next((step for step in self.steps if step.code == code), None)

    def steps_from(self, stage: str) -> list[Step]:
        return [step for step in self.steps if stage in step.sources]

    @property
    def path(self) -> list[CaseStage]:
        """The stages of a case that nobody stops, in their order.

        Raises:
            ValueError: the steps lead in a circle.
        """
        path = [self.first]
        while onward := next((step for step in self.steps_from(path[-1]) if step.is_forward), None):
            if onward.target in path:
                raise ValueError(f"{self.kind}: {onward.code} leads back to {onward.target}")
            path.append(onward.target)
        return path


_S = CaseStage
_WITHDRAW = pgettext_lazy("case", "Withdraw")
_BEFORE_TOWNSHIP = (_S.APPLICATION, _S.APPRAISAL, _S.VERIFICATION, _S.TO_PUBLICISE)
_AT_TOWNSHIP = (_S.VILLAGE_PUBLICITY, _S.TOWNSHIP_REVIEW, _S.TO_PUBLICISE_TOWNSHIP, _S.TOWNSHIP_PUBLICITY)
_AT_DISTRICT = (_S.DISTRICT_REVIEW, _S.TO_ANNOUNCE, _S.ANNOUNCEMENT, _S.TO_CONCLUDE)


# --- Rows that several procedures share -----------------------------------------------------------------------------
def _appraisal(target: CaseStage) -> tuple[Step, ...]:
    source = (_S.APPRAISAL,)
    return (
        Step("appraise", _("Record the democratic appraisal"), source, target, "casework.appraise", "appraisal"),
        Step("not_passed", _("Appraisal not passed"), source, _S.REJECTED, "casework.appraise", "failed_appraisal"),
    )


_VILLAGE_PUBLICITY = (
    Step(
        "publicise", _("Begin the village publicity"), (_S.TO_PUBLICISE,), _S.VILLAGE_PUBLICITY,
        "casework.appraise", "publicity", posts=NoticeKind.VILLAGE,
    ),
    Step(
        "close_publicity", _("Close the village publicity"), (_S.VILLAGE_PUBLICITY,), _S.TOWNSHIP_REVIEW,
        "casework.appraise", "closing", awaits_clock=True,
    ),
)  # fmt: skip
_TOWNSHIP_PUBLICITY = (
    Step(
        "publicise_township", _("Begin the township publicity"), (_S.TO_PUBLICISE_TOWNSHIP,), _S.TOWNSHIP_PUBLICITY,
        "casework.review", "publicity", posts=NoticeKind.TOWNSHIP,
    ),
    Step(
        "close_township_publicity", _("Close the township publicity"), (_S.TOWNSHIP_PUBLICITY,), _S.DISTRICT_REVIEW,
        "casework.review", "closing", awaits_clock=True,
    ),
)  # fmt: skip


def _township_review(target: CaseStage) -> Step:
    return Step(
        "review", _("Record the township review"), (_S.TOWNSHIP_REVIEW,), target,
        "casework.review", "review", not_by=(ENTERED, OPENED, "appraise"),
    )  # fmt: skip


def _announcement(permission: str, effect: str) -> tuple[Step, ...]:
    return (
        Step(
            "announce", _("Announce"), (_S.TO_ANNOUNCE,), _S.ANNOUNCEMENT,
            permission, "announcement", posts=NoticeKind.ANNOUNCEMENT,
        ),
        Step(
            "close_announcement", _("Close the announcement"), (_S.ANNOUNCEMENT,), _S.TO_CONCLUDE,
            permission, "closing", awaits_clock=True,
        ),
        Step(
            "conclude", _("Conclude"), (_S.TO_CONCLUDE,), _S.COMPLETED,
            permission, "conclusion", not_by=(ENTERED, OPENED), effect=effect,
        ),
    )  # fmt: skip


_DISTRICT_REVIEW = Step(
    "decide", _("Record the district review"), (_S.DISTRICT_REVIEW,), _S.TO_ANNOUNCE,
    "casework.decide", "decision", not_by=(ENTERED, OPENED, "review"),
)  # fmt: skip


def _ends_early(back_to: tuple[CaseStage, ...], township: tuple[CaseStage, ...], district: tuple[CaseStage, ...]):
    """Returning and rejecting, by the township and by the district, and the household's withdrawal."""
    steps = [
        Step("return", _("Return"), township, back_to[0], "casework.review", "return", back_to=back_to),
        Step("reject", _("Reject"), township, _S.REJECTED, "casework.review", "refusal"),
    ]
    if district:
        to = (*back_to, _S.TOWNSHIP_REVIEW)
        steps += [
            Step("return_district", _("Return"), district, to[0], "casework.decide", "return", back_to=to),
            Step("reject_district", _("Reject"), district, _S.REJECTED, "casework.decide", "refusal"),
        ]
    everywhere = (*_BEFORE_TOWNSHIP, *_AT_TOWNSHIP, _S.DISTRICT_REVIEW)
    withdraw = Step("withdraw", _WITHDRAW, everywhere, _S.WITHDRAWN, "casework.open", "withdrawal")
    return (*steps, withdraw)


# --- The procedures -------------------------------------------------------------------------------------------------
def _identification(kind: CaseKind, statuses: tuple[HouseholdStatus, ...]) -> Procedure:
    """认定, 两公示一公告 (reference §2.1); a return (返贫) takes the same steps under its own mark."""
    return Procedure(
        kind,
        statuses,
        _S.APPLICATION,
        (
            Step("apply", _("Record the application"), (_S.APPLICATION,), _S.APPRAISAL, "casework.open", "application"),
            *_appraisal(_S.TO_PUBLICISE),
            *_VILLAGE_PUBLICITY,
            _township_review(_S.TO_PUBLICISE_TOWNSHIP),
            *_TOWNSHIP_PUBLICITY,
            _DISTRICT_REVIEW,
            *_announcement("casework.decide", "register"),
            *_ends_early((_S.APPLICATION, _S.APPRAISAL, _S.TO_PUBLICISE), _AT_TOWNSHIP, _AT_DISTRICT),
        ),
    )


_EXIT = Procedure(
    CaseKind.EXIT,
    (HouseholdStatus.REGISTERED,),
    _S.APPRAISAL,
    (
        *_appraisal(_S.VERIFICATION),
        Step(
            "verify", _("Record verification and signature"), (_S.VERIFICATION,), _S.TO_PUBLICISE,
            "casework.appraise", "verification",
        ),
        *_VILLAGE_PUBLICITY,
        _township_review(_S.TO_ANNOUNCE),
        *_announcement("casework.review", "exit"),
        *_ends_early(
            (_S.APPRAISAL, _S.VERIFICATION, _S.TO_PUBLICISE),
            (_S.VILLAGE_PUBLICITY, _S.TOWNSHIP_REVIEW, _S.TO_ANNOUNCE, _S.ANNOUNCEMENT, _S.TO_CONCLUDE),
            (),
        ),
    ),
)  # fmt: skip
_FOLLOW_UP = Procedure(
    CaseKind.FOLLOW_UP,
    (HouseholdStatus.EXITED_SUPPORTED,),
    _S.FOLLOW_UP,
    (
        Step(
            "visit", _("Record the follow-up visit"), (_S.FOLLOW_UP,), _S.TOWNSHIP_REVIEW,
            "casework.appraise", "follow_up",
        ),
        Step(
            "review", _("Record the township review"), (_S.TOWNSHIP_REVIEW,), _S.COMPLETED,
            "casework.review", "review", not_by=(ENTERED, "visit"), effect="end_support",
        ),
        Step(
            "return", _("Return"), (_S.TOWNSHIP_REVIEW,), _S.FOLLOW_UP,
            "casework.review", "return", back_to=(_S.FOLLOW_UP,),
        ),
        Step("reject", _("Reject"), (_S.TOWNSHIP_REVIEW,), _S.REJECTED, "casework.review", "refusal"),
    ),
)  # fmt: skip
_REMOVAL = Procedure(
    CaseKind.REMOVAL,
    (HouseholdStatus.REGISTERED, HouseholdStatus.EXITED_SUPPORTED),
    _S.APPRAISAL,
    (
        *_appraisal(_S.TO_PUBLICISE),
        *_VILLAGE_PUBLICITY,
        _township_review(_S.DISTRICT_REVIEW),
        _DISTRICT_REVIEW,
        *_announcement("casework.decide", "remove"),
        *_ends_early(
            (_S.APPRAISAL, _S.TO_PUBLICISE), (_S.VILLAGE_PUBLICITY, _S.TOWNSHIP_REVIEW), _AT_DISTRICT
        ),
    ),
)  # fmt: skip
_MEMBER_CHANGE = Procedure(
    CaseKind.MEMBER_CHANGE,
    tuple(status for status in HouseholdStatus if status != HouseholdStatus.CLOSED),
    _S.TOWNSHIP_REVIEW,
    (
        Step(
            "review", _("Record the township review"), (_S.TOWNSHIP_REVIEW,), _S.COMPLETED,
            "casework.review", "review", not_by=(OPENED,), effect="change_members",
        ),
        Step("reject", _("Reject"), (_S.TOWNSHIP_REVIEW,), _S.REJECTED, "casework.review", "refusal"),
        Step("withdraw", _WITHDRAW, (_S.TOWNSHIP_REVIEW,), _S.WITHDRAWN, "casework.open", "withdrawal"),
    ),
)  # fmt: skip

# 经济一般村审核确认 (reference §2.5): the village's income is in, the township audits it, the district confirms.
_VILLAGE_CONFIRMATION = Procedure(
    CaseKind.VILLAGE_CONFIRMATION,
    (),
    _S.TOWNSHIP_REVIEW,
    (
        Step(
            "audit", _("Audit the village's accounts"), (_S.TOWNSHIP_REVIEW,), _S.DISTRICT_REVIEW,
            "casework.review", "audit", not_by=(ENTERED,),
        ),
        Step(
            "confirm", _("Confirm the village's standing"), (_S.DISTRICT_REVIEW,), _S.COMPLETED,
            "casework.confirm_village", "confirmation", not_by=(ENTERED, OPENED, "audit"), effect="confirm_village",
        ),
        Step(
            "return_district", _("Return"), (_S.DISTRICT_REVIEW,), _S.TOWNSHIP_REVIEW,
            "casework.confirm_village", "return", back_to=(_S.TOWNSHIP_REVIEW,),
        ),
        Step(
            "reject_district", _("Reject"), (_S.DISTRICT_REVIEW,), _S.REJECTED,
            "casework.confirm_village", "village_refusal", not_by=(ENTERED, OPENED),
        ),
        Step(
            "withdraw", _WITHDRAW, (_S.TOWNSHIP_REVIEW, _S.DISTRICT_REVIEW), _S.WITHDRAWN,
            "casework.open", "withdrawal",
        ),
    ),
)  # fmt: skip

PROCEDURES: dict[str, Procedure] = {
    procedure.kind: procedure
    for procedure in (
        _identification(CaseKind.IDENTIFICATION, (HouseholdStatus.UNREGISTERED, HouseholdStatus.REMOVED)),
        _identification(CaseKind.RETURN, (HouseholdStatus.EXITED_SUPPORTED, HouseholdStatus.EXITED)),
        _EXIT,
        _FOLLOW_UP,
        _REMOVAL,
        _MEMBER_CHANGE,
        _VILLAGE_CONFIRMATION,
    )
}


def step_of(kind: str, code: str) -> Step | None:
    """A step of a kind of case; None if the kind has no such step."""
    procedure = PROCEDURES.get(kind)
    return procedure.step(code) if procedure else None


def steps_from(kind: str, stage: str) -> list[Step]:
    """The steps that lead on from a stage; none where the case is closed or its kind has no procedure."""
    procedure = PROCEDURES.get(kind)
    return procedure.steps_from(stage) if procedure else []


def kinds_for(status: str) -> list[Procedure]:
    """The procedures that may be opened for a household with this status."""
    return [procedure for procedure in PROCEDURES.values() if status in procedure.statuses]


def places_waiting_for(user) -> Iterator[tuple[str, str]]:
    """Pairs of kind and stage from which this person's role takes a case on."""
    for procedure in PROCEDURES.values():
        for stage in CaseStage:
            onward = [step for step in procedure.steps_from(stage) if step.is_forward and not step.awaits_clock]
            if any(user.has_perm(step.permission) for step in onward):
                yield procedure.kind, stage
