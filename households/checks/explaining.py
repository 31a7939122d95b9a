"""Why something doubtful is right after all: said when it is entered, or later from the list."""

from collections import defaultdict
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from households.checks.finding import circumstances, digest_of_problem, refresh
from households.checks.places import place_of
from households.choices import Severity
from households.entries import entry_of
from households.models import Explanation, Finding, Household
from households.rules import Problem, problems_of

LONGEST = 300


def unexplained(problems: list[Problem], household: Household | None) -> list[Problem]:
    """The doubts of an entry that are new with it, or speak of another value than was explained.

    What stands in the register already, explained or not, is not asked about again by an edit of something else.
    """
    doubts = [problem for problem in problems if problem.is_doubt]
    if household is None or not doubts:
        return doubts
    known = {
        (problem.rule, digest_of_problem(problem)) for problem in problems_of(entry_of(household), circumstances())
    }
    known |= set(Explanation.objects.filter(household=household).values_list("rule", "digest"))
    return [problem for problem in doubts if (problem.rule, digest_of_problem(problem)) not in known]


def explain_entry(household: Household, problems: list[Problem], texts: Mapping[tuple[str, str], str], actor: User):
    """Keep the explanations that were given for an entry, now that its rows have keys.

    Args:
        problems: those of the entry as it was sent.
        texts: by rule and path in that entry.
    """
    given: dict[tuple[str, str], list[str]] = defaultdict(list)
    for problem in problems:
        text = texts.get((problem.rule, problem.path), "").strip()
        if problem.is_doubt and text:
            given[problem.rule, digest_of_problem(problem)].append(text)
    if not given:
        return
    entry = entry_of(household)
    for problem in problems_of(entry, circumstances()):
        digest = digest_of_problem(problem)
        if waiting := given.get((problem.rule, digest)):
            text = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            _keep(household, problem.rule, place_of(problem.path, entry)[0], digest, text, actor)


@transaction.atomic
def explain(finding: Finding, text: str, actor: User) -> Explanation:
    """Explain a doubt of the register; said again, the newer explanation counts.

    Raises:
        PermissionDenied: the actor may not enter data.
        ValidationError: it is no doubt, or nothing is said.
    """
    if not actor.has_perm("households.enter"):
        raise PermissionDenied
    if finding.severity != Severity.DOUBT:
        raise ValidationError(_("Only a doubt can be explained; an error has to be corrected."))
    if not text.strip():
        raise ValidationError({"text": _("Say why it is right all the same.")})
    made = _keep(finding.household, finding.rule, finding.place, finding.digest, text, actor)
    refresh([finding.household_id])
    return made


def _keep(household: Household, rule: str, place: str, digest: str, text: str, actor: User) -> Explanation:
    return Explanation.objects.create(
        household=household,
        village_id=household.village_id,
        rule=rule,
        place=place,
        digest=digest,
        text=text.strip()[:LONGEST],
        given_by=actor,
    )
