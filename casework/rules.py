"""What must be true of a step before it is taken: dates in order, votes that add up, a clock that has run out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from casework.calendar import days_of, last_day
from casework.choices import CaseKind, CaseStage
from casework.forms import Decision
from casework.models import Case, CaseEvent, Objection
from casework.stages import ENTERED, NOTICE_OF_STAGE, OPENED, PROCEDURES, Step
from eligibility.comparison.standing import Standing, standing_of
from households.checks.registry import process_rules
from households.choices import HouseholdStatus, Verification
from households.models import Fact, Household
from villages.models import VillageIncome

LATEST_START = timedelta(days=30)
MOST_DAYS_POSTED = 60


@dataclass(frozen=True)
class Dossier:
    """A case with what was done in it, as the rules look at it."""

    case: Case
    events: list[CaseEvent]

    def last_day_until(self, today: date) -> date | None:
        """The latest day on which something of this case happened, by what was written down.

        A list may be posted that begins later; until then the case can be returned or withdrawn all the same.
        """
        days = [date.fromisoformat(event.details["on"]) for event in self.events if event.details.get("on")]
        return min(max(days), today) if days else None

    def latest(self, code: str) -> CaseEvent | None:
        """The latest step of this code."""
        return next((event for event in reversed(self.events) if event.step == code), None)


def dossier_of(case: Case) -> Dossier:
    return Dossier(case, sorted(case.events.all(), key=lambda event: event.pk))


# --- Who ------------------------------------------------------------------------------------------------------------
def check_person(step: Step, dossier: Dossier, actor: User) -> None:
    """Whether this person may take this step in this case.

    Raises:
        PermissionDenied: the role may not, or a duty that the person had in the case bars them; the message says which.
    """
    if not actor.has_perm(step.permission):
        raise PermissionDenied
    for duty in step.not_by:
        if _had(duty, dossier, actor):
            raise PermissionDenied(_barred(duty))


def _had(duty: str, dossier: Dossier, actor: User) -> bool:
    case = dossier.case
    if duty == OPENED:
        return case.opened_by_id == actor.pk
    if duty == ENTERED:
        return has_entered(case.household, actor) if case.household else has_entered_income(case, actor)
    return any(event.step == duty and event.actor_id == actor.pk for event in dossier.events)


def has_entered(household: Household, actor: User) -> bool:
    """Whether somebody entered a household or edited it. What a case wrote into it is no edit."""
    if household.entered_by_id == actor.pk:
        return True
    return household.history.filter(history_user=actor, history_type="~", history_change_reason=None).exists()


def has_entered_income(case: Case, actor: User) -> bool:
    """Whether somebody entered the income that the result of a village rests on."""
    if case.determination is None:
        return False
    year = case.determination.run.version.income_year
    return VillageIncome.objects.filter(village=case.village_id, year=year, entered_by=actor).exists()


def _barred(duty: str) -> str:
    if duty == ENTERED:
        return _("Whoever entered the data cannot take this step; a colleague must.")
    if duty == OPENED:
        return _("Whoever opened the case cannot take this step; a colleague must.")
    return _("You took an earlier step of this case; a colleague must take this one.")


# --- What -----------------------------------------------------------------------------------------------------------
def check_record(step: Step, dossier: Dossier, values: dict, today: date) -> None:
    """Whether what is written down of a step is right for this case.

    Raises:
        ValidationError: with the errors by field.
    """
    errors: dict[str, list[str]] = {}
    for check in (_check_day, _check_status, *CHECKS.get(step.record, ())):
        for name, message in check(step, dossier, values, today):
            errors.setdefault(name, []).append(message)
    if errors:
        raise ValidationError(errors)


Faults = Iterable[tuple[str, str]]
Check = Callable[[Step, Dossier, dict, date], Faults]


def _check_day(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    day = values.get("on")
    if day is None:
        return
    if day > today and step.posts is None:
        yield "on", _("The day cannot lie in the future.")
    earlier = dossier.last_day_until(today)
    if earlier and day < earlier:
        yield "on", _("Something of this case happened on %(day)s; this cannot be before it.") % {"day": earlier}


def _check_status(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    """What is written into the register rests on the status that the case was opened for."""
    case = dossier.case
    if step.effect and case.household and case.household.status not in PROCEDURES[case.kind].statuses:
        yield (
            NON_FIELD_ERRORS,
            _("A household with the status “%(status)s” cannot have a case of this kind: %(kind)s.")
            % {"status": case.household.get_status_display(), "kind": case.get_kind_display()},
        )


def _check_findings(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    yield from ((NON_FIELD_ERRORS, message) for message in faults_of_data(dossier.case))


def faults_of_data(case: Case) -> list[str]:
    """What the check of the register still objects to, and is corrected or explained before the household applies.

    A finding about procedures is none of the data's, and may be the very ground of the case.
    """
    findings = case.household.findings.open().exclude(rule__in=process_rules).count() if case.household else 0
    if not findings:
        return []
    message = ngettext(
        "The data check has %(count)d open finding on this household: correct it, or explain it.",
        "The data check has %(count)d open findings on this household: correct or explain them.",
        findings,
    )
    return [message % {"count": findings}]


def _check_votes(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    cast = values["in_favour"] + values["against"] + values["abstained"]
    if cast != values["attending"]:
        yield (
            "in_favour",
            _("%(cast)d votes and abstentions, but %(attending)d people came: they must be as many.")
            % {"cast": cast, "attending": values["attending"]},
        )
    if values["attending"] > values["entitled"]:
        yield "attending", _("More people came than are entitled to attend.")


def _check_majority(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    if 2 * values["in_favour"] <= values["attending"]:
        yield "in_favour", _("More than half of those who came must be for it; otherwise the appraisal is not passed.")


def _check_no_majority(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    if 2 * values["in_favour"] > values["attending"]:
        yield "in_favour", _("More than half were for it: the appraisal is passed.")


def _check_posting(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    first = values["on"]
    if first < today:
        yield "on", _("A list is public from today on, or later; it cannot begin in the past.")
        return
    if first > today + LATEST_START:
        yield "on", _("A list begins within 30 days.")
        return
    ends_on = values.get("ends_on")
    if ends_on is None:
        return
    days = days_of(step.posts)
    earliest = last_day(first, days, settings.FUPIN_PUBLICITY_DAY_KIND)
    if ends_on < earliest:
        yield (
            "ends_on",
            _("It must be posted for %(days)d days, both ends counted: until %(day)s at least.")
            % {"days": days, "day": earliest},
        )
    elif (ends_on - first).days >= MOST_DAYS_POSTED:
        yield "ends_on", _("A list is posted for 60 days at most.")


def _check_clock(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    yield from ((NON_FIELD_ERRORS, message) for message in faults_of_clock(dossier.case, today))


def faults_of_clock(case: Case, today: date) -> list[str]:
    """Why the publicity that a case is in cannot be closed today; nothing when it can."""
    faults = []
    if case.notice is None or case.notice.kind != NOTICE_OF_STAGE.get(case.stage):
        return [_("No publicity of this case runs.")]
    if case.notice.taken_down_at is not None:
        faults.append(_("The list was taken down before its time; return the case, and post it anew."))
    if case.notice.ends_on >= today:
        faults.append(
            _("It is posted until the end of %(day)s; it cannot close before.") % {"day": case.notice.ends_on}
        )
    if blocking_objections(case).exists():
        faults.append(_("There is an objection to this household that is not settled."))
    return faults


def blocking_objections(case: Case):
    """Objections to this household in the publicity that runs, open or upheld and not yet acted upon."""
    return Objection.objects.blocking().filter(entry__case=case, notice=case.notice_id)


def _check_photo(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    notice = dossier.case.notice
    if notice is not None and notice.photo_id is None:
        yield (
            NON_FIELD_ERRORS,
            _("The photograph of the posted list %(number)s is missing; add it on the notice's page.")
            % {"number": notice.number},
        )


def _check_objections(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    """An objection that was entered after the publicity had closed."""
    if blocking_objections(dossier.case).exists():
        yield NON_FIELD_ERRORS, _("There is an objection to this household that is not settled.")


def _check_comparison(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    """What the district says of the comparison must be what the doubts of the household say."""
    said, standing = values["comparison"], standing_of(dossier.case.household)
    if said == Decision.HIT:
        yield "comparison", _("With hits that are true the household cannot pass: return or reject the case.")
    elif standing.unclosed:
        yield (
            "comparison",
            _("This household has doubts that are not closed (%(count)d); until they are, it cannot pass.")
            % {"count": len(standing.unclosed)},
        )
    elif standing.excluding:
        yield (
            "comparison",
            _("A hit was found true and excludes the household: %(source)s. Return or reject the case.")
            % {"source": standing.excluding[0].get_source_display()},
        )
    elif said == Decision.CLEAN and standing.closed:
        yield "comparison", _("There were hits; say that they were explained or found untrue, and how.")
    if said == Decision.EXPLAINED and not values["comparison_note"].strip():
        yield "comparison_note", _("Say how the hits were explained.")


def proposed_comparison(standing: Standing) -> str:
    """What the doubts of a household say to the district's question; nothing while some are not closed."""
    if standing.unclosed:
        return ""
    if standing.excluding:
        return Decision.HIT
    return Decision.EXPLAINED if standing.closed else Decision.CLEAN


def _check_stability(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    visit = dossier.latest("visit")
    if dossier.case.kind == CaseKind.FOLLOW_UP and visit and not visit.details.get("is_stable"):
        yield (
            NON_FIELD_ERRORS,
            _("The visit found that income is not stable: reject the case, and open a return if needed."),
        )


def _check_newest(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    determination = dossier.case.determination
    if determination is not None and not determination.is_current:
        yield NON_FIELD_ERRORS, _("A newer result of this village stands: withdraw this case, and open one upon that.")


def _check_target(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    if values["to_stage"] not in step.back_to:
        yield "to_stage", _("It cannot be returned to this stage.")


def _check_reason(step: Step, dossier: Dossier, values: dict, today: date) -> Faults:
    if not values["reason"].strip():
        yield "reason", _("Give a reason.")


CHECKS: dict[str, tuple[Check, ...]] = {
    "application": (_check_findings,),
    "appraisal": (_check_votes, _check_majority),
    "failed_appraisal": (_check_votes, _check_no_majority, _check_reason),
    "publicity": (_check_posting,),
    "announcement": (_check_posting, _check_photo, _check_objections),
    "closing": (_check_clock,),
    "review": (_check_photo, _check_objections, _check_stability),
    "decision": (_check_photo, _check_objections, _check_comparison),
    "conclusion": (_check_photo, _check_objections),
    "audit": (_check_newest,),
    "confirmation": (_check_newest,),
    "village_refusal": (_check_reason,),
    "return": (_check_target, _check_reason),
    "refusal": (_check_reason,),
    "withdrawal": (_check_reason,),
}


# --- Opening --------------------------------------------------------------------------------------------------------
def check_opening(kind: str, household: Household, fact: Fact | None, ground: str) -> None:
    """Whether a case of this kind may be opened for a household, beside what the procedure says of its status.

    A fact of before the registration means that the household never was eligible: removal. One that arose after it
    means that it no longer is: exit (reference §2.4).

    Raises:
        ValidationError: with the errors by field.
    """
    errors: dict[str, str] = {}
    if not ground.strip():
        errors["ground"] = _("Say why the case is opened.")
    if fact is not None and (why := _fault_of_fact(kind, household, fact)):
        errors["fact"] = why
    if errors:
        raise ValidationError(errors)


def _fault_of_fact(kind: str, household: Household, fact: Fact) -> str:
    if fact.household_id != household.pk or fact.verification != Verification.TRUE:
        return _("A case rests on a fact of this household that was verified.")
    if household.registered_on is None:
        return _("The day of the household's registration is not known; without it the fact decides nothing.")
    existed_before = fact.fact_date <= household.registered_on
    days = {"fact": fact.fact_date, "registered": household.registered_on}
    if kind == CaseKind.REMOVAL and not existed_before:
        return _("This fact is of %(fact)s and arose after the registration of %(registered)s: open an exit.") % days
    if kind == CaseKind.EXIT and existed_before:
        return _("This fact is of %(fact)s and existed at the registration of %(registered)s: open a removal.") % days
    return ""


def check_follow_up(household: Household, today: date) -> None:
    """Whether the support that a household kept after its exit ends soon, so that it may be followed up.

    A household whose exit was carried over has no such day; it may be followed up at any time.

    Raises:
        ValidationError: the support ends later than the days before it in which a follow-up begins.
    """
    until = supported_until(household)
    if until is not None and until > today + timedelta(days=settings.FUPIN_FOLLOW_UP_DAYS):
        raise ValidationError(_("The household keeps its support until %(day)s; follow it up then.") % {"day": until})


def supported_until(household: Household) -> date | None:
    """Until when a household that exited keeps its support; None where no case of this system says so."""
    if household.status != HouseholdStatus.EXITED_SUPPORTED:
        return None
    exits = household.cases.filter(kind=CaseKind.EXIT, stage=CaseStage.COMPLETED).order_by("-decided_on", "-pk")
    return exits.values_list("supported_until", flat=True).first()
