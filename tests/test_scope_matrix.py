"""Who may open what, and who sees whose: every role against every address of the site, pages and API.

`ROUTES` is the table of all addresses. A route that is missing there fails the test: enter its permission for each
method, and the kind of object in its address (a key of `tests.worlds.World.keys`, or one of `SHARED`).

The rules (design §4): a stranger is sent to the login page, or answered 401 by the API, except on public routes. Who
lacks the permission is answered 403. An object out of reach does not exist: 404. No answer of any kind holds what
lies outside the person's reach.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import User
from tests.factories import make_user
from tests.worlds import Shared, World, make_shared, make_world

pytestmark = pytest.mark.django_db

PUBLIC = "everybody"
SIGNED_IN = "everybody who is signed in"


@dataclass(frozen=True)
class Route:
    """The permission that each method asks for, and the kind of object in the address."""

    get: str = ""
    post: str = ""
    patch: str = ""
    of: str = ""
    # Where the object is somebody else's, this permission is asked for too.
    unless_own: str = ""

    @property
    def methods(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("get", "post", "patch") if getattr(self, name)}


ROUTES = {
    # The public pages, and what serves machines.
    "metrics": Route(PUBLIC),
    "portal:home": Route(PUBLIC),
    "portal:lookup": Route(PUBLIC, PUBLIC),
    "portal:notices": Route(PUBLIC),
    "portal:notice": Route(PUBLIC, of="posted"),
    "portal:object": Route(PUBLIC, PUBLIC, of="posted"),
    "portal:objections": Route(PUBLIC, PUBLIC),
    "portal:villages": Route(PUBLIC),
    "portal:statistics": Route(PUBLIC),
    "portal:robots": Route(PUBLIC),
    # One's own account, and everybody's.
    "accounts:login": Route(PUBLIC, PUBLIC),
    "accounts:logout": Route(post=PUBLIC),
    "accounts:home": Route(SIGNED_IN),
    "accounts:password": Route(SIGNED_IN, SIGNED_IN),
    "accounts:token": Route(SIGNED_IN, SIGNED_IN),
    "accounts:list": Route("accounts.manage"),
    "accounts:create": Route("accounts.manage", "accounts.manage"),
    "accounts:edit": Route("accounts.manage", "accounts.manage", of="account"),
    "accounts:reset": Route(post="accounts.manage", of="account"),
    "accounts:audit": Route("accounts.view_audit"),
    # The cadre's phone.
    "my:home": Route("assistance.visit"),
    "my:household": Route("assistance.visit", of="household"),
    "my:visit": Route("assistance.visit", "assistance.visit", of="household"),
    "my:correct-visit": Route("assistance.visit", "assistance.visit", of="visit"),
    "my:alarm": Route("assistance.visit", "assistance.visit", of="alarm"),
    "my:delivery": Route("assistance.visit", "assistance.visit", of="grant"),
    "my:doubt": Route("assistance.visit", "assistance.visit", of="doubt"),
    # The desk.
    "casework:desk": Route("fupin.use_desk"),
    "casework:work": Route("casework.view"),
    "casework:work-place": Route("casework.view", of="village"),
    "casework:holidays": Route("casework.edit_holidays", "casework.edit_holidays"),
    "casework:holidays-take-over": Route(post="casework.edit_holidays"),
    "casework:holiday-delete": Route(post="casework.edit_holidays", of="holiday"),
    "casework:list": Route("casework.view"),
    "casework:detail": Route("casework.view", of="case"),
    "casework:settle": Route(post="casework.settle_proposals"),
    "casework:batches": Route("casework.view"),
    "casework:batch": Route("casework.take_steps", "casework.take_steps", of="case_list"),
    "casework:open": Route("casework.open", of="household"),
    "casework:open-change": Route("casework.open", "casework.open", of="change"),
    "casework:open-kind": Route("casework.open", "casework.open", of="case_to_open"),
    "casework:step": Route("casework.take_steps", "casework.take_steps", of="case_step"),
    "casework:paper": Route("casework.view", of="paper"),
    "casework:print-application": Route("casework.view", of="applied_case"),
    "casework:print-appraisal": Route("casework.view", of="applied_case"),
    "casework:print-refusal": Route("casework.view", of="rejected_case"),
    "casework:notices": Route("casework.view"),
    "casework:notice": Route("casework.view", of="notice"),
    "casework:print-notice": Route("casework.view", of="notice"),
    "casework:notice-photo": Route("casework.view", of="notice"),
    "casework:notice-add-photo": Route("casework.take_steps", "casework.take_steps", of="notice"),
    "casework:notice-take-down": Route("casework.take_steps", "casework.take_steps", of="notice"),
    "casework:objection-new": Route("casework.handle_objections", "casework.handle_objections", of="notice"),
    "casework:objections": Route("casework.view"),
    "casework:objection": Route("casework.view", "casework.handle_objections", of="objection"),
    "casework:objection-receipt": Route("casework.handle_objections", of="handled_objection"),
    "casework:objection-paper": Route("casework.handle_objections", of="objection_paper"),
    "casework:villages": Route("casework.view"),
    "casework:village": Route("casework.open", "casework.open", of="village_determination"),
    "jobs:list": Route("fupin.use_desk"),
    "jobs:detail": Route("fupin.use_desk", of="job"),
    "jobs:progress": Route("fupin.use_desk", of="job"),
    "jobs:cancel": Route(post="fupin.use_desk", of="job", unless_own="fupin.cancel_any_job"),
    # The register.
    "households:list": Route("households.view"),
    "households:export": Route("households.export_full", "households.export_full"),
    "households:create": Route("households.enter", "households.enter"),
    "households:assess": Route(post="households.enter"),
    "households:find": Route(post="households.view"),
    "households:imports": Route("households.import"),
    "households:detail": Route("households.view", of="household"),
    "households:edit": Route("households.enter", "households.enter", of="household"),
    "households:move": Route("households.move", "households.move", of="household"),
    "households:history": Route("households.view", of="household"),
    "households:print-registration": Route("households.view", "households.reveal", of="household"),
    "households:print-handbook": Route("households.view", of="household"),
    "households:reveal": Route(post="households.reveal", of="household"),
    "households:checks": Route("households.view_checks"),
    "households:checks-place": Route("households.view_checks", of="village"),
    "households:check-run": Route(post="households.run_checks", of="village"),
    "households:findings": Route("households.view_checks"),
    "households:finding-explain": Route("households.enter", "households.enter", of="finding"),
    "households:crossings": Route("households.view_checks"),
    "households:crossing-seen": Route(post="households.review_crossings", of="crossing"),
    "households:import": Route("households.import", "households.import"),
    "households:import-template": Route("households.import"),
    "households:import-detail": Route("households.import", of="import"),
    "households:import-report": Route("households.import", of="import"),
    "households:import-apply": Route(post="households.import", of="import"),
    "households:import-discard": Route(post="households.import", of="import"),
    "villages:list": Route("villages.view"),
    "villages:detail": Route("villages.view", of="village"),
    "villages:edit": Route("villages.enter_income", "villages.enter_income", of="village"),
    "villages:merge": Route("villages.merge", "villages.merge", of="village"),
    "villages:income-new": Route("villages.enter_income", "villages.enter_income", of="village"),
    "villages:income": Route("villages.enter_income", "villages.enter_income", of="village_income"),
    # Standards, recalculations and what they find.
    "eligibility:standards": Route("eligibility.view"),
    "eligibility:standard-new": Route("eligibility.edit_standard", "eligibility.edit_standard"),
    "eligibility:standard": Route("eligibility.view", of="standard"),
    "eligibility:version-new": Route(post="eligibility.edit_standard", of="standard"),
    "eligibility:version-edit": Route("eligibility.edit_standard", "eligibility.edit_standard", of="draft"),
    "eligibility:version-discard": Route(post="eligibility.edit_standard", of="draft"),
    "eligibility:version-approve": Route("eligibility.approve_standard", "eligibility.approve_standard", of="draft"),
    "eligibility:version-submit": Route(post="eligibility.edit_standard", of="draft"),
    "eligibility:version-take-back": Route(post="eligibility.edit_standard", of="draft"),
    "eligibility:version-return": Route(post="eligibility.approve_standard", of="draft"),
    "eligibility:version-print": Route("eligibility.view", of="draft"),
    "eligibility:version-file": Route("eligibility.view", of="draft"),
    "eligibility:standard-compare": Route("eligibility.view"),
    "eligibility:standard-upload": Route("eligibility.edit_standard", "eligibility.edit_standard"),
    "eligibility:runs": Route("eligibility.view"),
    "eligibility:run-new": Route("eligibility.recalculate", "eligibility.recalculate"),
    "eligibility:run": Route("eligibility.view", of="run"),
    "eligibility:run-resume": Route(post="eligibility.recalculate", of="run"),
    "eligibility:run-changes": Route("eligibility.view", of="run"),
    "eligibility:why": Route("eligibility.explain", of="household"),
    "eligibility:why-print": Route("eligibility.explain", of="household"),
    "eligibility:why-compare": Route("eligibility.explain", of="household"),
    "eligibility:why-run": Route("eligibility.explain", of="household_in_run"),
    "eligibility:why-run-print": Route("eligibility.explain", of="household_in_run"),
    "eligibility:why-village": Route("eligibility.view", of="village"),
    "eligibility:why-village-print": Route("eligibility.view", of="village"),
    "eligibility:why-run-village": Route("eligibility.view", of="village_in_run"),
    "eligibility:why-run-village-print": Route("eligibility.view", of="village_in_run"),
    "eligibility:simulations": Route("eligibility.view"),
    "eligibility:simulation-new": Route("eligibility.recalculate", "eligibility.recalculate"),
    "eligibility:simulation-compare": Route("eligibility.view"),
    "eligibility:simulation": Route("eligibility.view", of="simulation"),
    "eligibility:simulated": Route("eligibility.view", of="simulation"),
    "eligibility:simulation-figures": Route("eligibility.view", of="simulation"),
    "eligibility:simulation-differences": Route("eligibility.view", of="simulations"),
    "eligibility:simulation-keep": Route(
        post="eligibility.recalculate", of="simulation", unless_own="fupin.cancel_any_job"
    ),
    "eligibility:simulation-throw-away": Route(
        post="eligibility.recalculate", of="simulation", unless_own="fupin.cancel_any_job"
    ),
    "eligibility:determinations": Route("eligibility.view"),
    "eligibility:proposals": Route("eligibility.view"),
    "eligibility:village-determinations": Route("eligibility.view"),
    "eligibility:monitoring": Route("eligibility.view_alarms"),
    "eligibility:monitoring-place": Route("eligibility.view_alarms", of="village"),
    "eligibility:monitoring-terms": Route("eligibility.view_alarms", "eligibility.set_monitoring"),
    "eligibility:monitoring-compute": Route("eligibility.monitor", "eligibility.monitor"),
    "eligibility:alarms": Route("eligibility.view_alarms"),
    "eligibility:alarms-print": Route("eligibility.view_alarms"),
    "eligibility:alarm": Route("eligibility.view_alarms", of="alarm"),
    "eligibility:alarm-report": Route("eligibility.report_alarm", "eligibility.report_alarm", of="alarm"),
    "eligibility:alarm-close": Route("eligibility.close_alarm", "eligibility.close_alarm", of="alarm"),
    "eligibility:alarm-send-back": Route("eligibility.close_alarm", "eligibility.close_alarm", of="alarm"),
    # Data comparison.
    "comparison:overview": Route("eligibility.view_doubts"),
    "comparison:doubts": Route("eligibility.view_doubts"),
    "comparison:doubt": Route("eligibility.view_doubts", of="doubt"),
    "comparison:check": Route("eligibility.check_doubts", "eligibility.check_doubts", of="doubt"),
    "comparison:close": Route("eligibility.close_doubts", "eligibility.close_doubts", of="doubt"),
    "comparison:send-back": Route("eligibility.close_doubts", "eligibility.close_doubts", of="doubt"),
    "comparison:doubt-paper": Route("eligibility.view_doubts", of="doubt_paper"),
    "comparison:lists": Route("eligibility.view"),
    "comparison:load": Route("eligibility.load_lists", "eligibility.load_lists"),
    "comparison:list": Route("eligibility.view", of="compared_list"),
    "comparison:match": Route(post="eligibility.load_lists", of="compared_list"),
    "comparison:discard": Route(post="eligibility.load_lists", of="compared_list"),
    "comparison:unauthorised": Route("eligibility.view_doubts"),
    "comparison:authorise": Route("eligibility.authorise", "eligibility.authorise", of="household"),
    "comparison:withdraw": Route("eligibility.authorise", "eligibility.authorise", of="authorisation"),
    "comparison:authorisation-paper": Route("eligibility.view_doubts", of="authorisation_paper"),
    # Reference tables.
    "reference:home": Route("assistance.import_reference", "assistance.import_reference"),
    "reference:apply": Route(post="assistance.import_reference"),
    "reference:template": Route("assistance.import_reference", of="table"),
    "reference:export": Route("assistance.import_reference", of="table"),
    # Who helps whom, and with what.
    "assistance:pairings": Route("assistance.view"),
    "assistance:unpaired": Route("assistance.view"),
    "assistance:pair": Route("assistance.pair", "assistance.pair"),
    "assistance:cadre-choices": Route("assistance.pair"),
    "assistance:pairing-end": Route("assistance.pair", "assistance.pair", of="pairing"),
    "assistance:hand-over": Route("assistance.pair", "assistance.pair", of="pairing"),
    "assistance:measures": Route("assistance.view"),
    "assistance:measure-new": Route("assistance.manage_reference", "assistance.manage_reference"),
    "assistance:measure-edit": Route("assistance.manage_reference", "assistance.manage_reference", of="measure"),
    "assistance:grants": Route("assistance.view"),
    "assistance:grant-new": Route("assistance.grant", "assistance.grant"),
    "assistance:grant": Route("assistance.view", of="grant"),
    "assistance:grant-end": Route("assistance.grant", "assistance.grant", of="grant"),
    "assistance:delivery-new": Route("assistance.deliver", "assistance.deliver", of="grant"),
    "assistance:delivery-correct": Route("assistance.deliver", "assistance.deliver", of="delivery"),
    "assistance:delivery-withdraw": Route("assistance.deliver", "assistance.deliver", of="delivery"),
    "assistance:units": Route("assistance.view"),
    "assistance:unit-new": Route("assistance.manage_reference", "assistance.manage_reference"),
    "assistance:unit": Route("assistance.view", of="unit"),
    "assistance:unit-edit": Route("assistance.manage_reference", "assistance.manage_reference", of="unit"),
    "assistance:link": Route("assistance.manage_reference", "assistance.manage_reference", of="unit"),
    "assistance:linkage-end": Route("assistance.manage_reference", "assistance.manage_reference", of="linkage"),
    "assistance:cadres": Route("assistance.view"),
    "assistance:cadre": Route("assistance.view", of="cadre"),
    "assistance:cadre-new": Route("assistance.manage_reference", "assistance.manage_reference", of="unit"),
    "assistance:cadre-edit": Route("assistance.manage_reference", "assistance.manage_reference", of="cadre"),
    "assistance:my-unit": Route("assistance.own_unit"),
    # The API.
    "api:schema": Route(PUBLIC),
    "api:docs": Route(PUBLIC),
    "api:public-lookup": Route(post=PUBLIC),
    "api:household-list": Route("households.view", "households.enter"),
    "api:household-detail": Route("households.view", patch="households.enter", of="household"),
    "api:household-findings": Route("households.view_checks", of="household"),
    "api:household-assessment": Route("eligibility.explain", of="household"),
    "api:household-comparison": Route("eligibility.explain", of="household"),
    "api:village-assessment": Route("eligibility.view", of="village"),
    "api:recalculation-household": Route("eligibility.explain", of="household_in_run"),
    "api:recalculation-village": Route("eligibility.view", of="village_in_run"),
    "api:village-list": Route("villages.view"),
    "api:village-detail": Route("villages.view", of="village"),
    "api:standard-list": Route("eligibility.view"),
    "api:standard-detail": Route("eligibility.view", of="standard"),
    "api:recalculation-list": Route("eligibility.view", "eligibility.recalculate"),
    "api:recalculation-detail": Route("eligibility.view", of="run"),
    "api:recalculation-changes": Route("eligibility.view", of="run"),
    "api:recalculation-resume": Route(post="eligibility.recalculate", of="run"),
    "api:recalculation-cancel": Route(post="eligibility.recalculate", of="run", unless_own="fupin.cancel_any_job"),
    "api:alarm-list": Route("eligibility.view_alarms"),
    "api:alarm-detail": Route("eligibility.view_alarms", of="alarm"),
    "api:alarm-report": Route(post="eligibility.report_alarm", of="alarm"),
    "api:alarm-close": Route(post="eligibility.close_alarm", of="alarm"),
    "api:alarm-send-back": Route(post="eligibility.close_alarm", of="alarm"),
    "api:doubt-list": Route("eligibility.view_doubts"),
    "api:doubt-detail": Route("eligibility.view_doubts", of="doubt"),
    "api:doubt-answer": Route(post="eligibility.check_doubts", of="doubt"),
    "api:doubt-close": Route(post="eligibility.close_doubts", of="doubt"),
    "api:doubt-send-back": Route(post="eligibility.close_doubts", of="doubt"),
    "api:simulation-list": Route("eligibility.view"),
    "api:simulation-detail": Route("eligibility.view", of="simulation"),
    "api:simulation-households": Route("eligibility.view", of="simulation"),
    "api:simulation-throw-away": Route(
        post="eligibility.recalculate", of="simulation", unless_own="fupin.cancel_any_job"
    ),
    "api:case-list": Route("casework.view", "casework.open"),
    "api:case-detail": Route("casework.view", of="case"),
    "api:case-steps": Route(post="casework.take_steps", of="case"),
    "api:notice-list": Route("casework.view"),
    "api:notice-detail": Route("casework.view", of="notice"),
    "api:objection-list": Route("casework.view", "casework.handle_objections"),
    "api:objection-detail": Route("casework.view", of="objection"),
    "api:objection-answer": Route(post="casework.handle_objections", of="objection"),
    "api:pairing-list": Route("assistance.view", "assistance.pair"),
    "api:pairing-detail": Route("assistance.view", of="pairing"),
    "api:pairing-end": Route(post="assistance.pair", of="pairing"),
    "api:measure-list": Route("assistance.view"),
    "api:measure-detail": Route("assistance.view", of="measure"),
    "api:grant-list": Route("assistance.view", "assistance.grant"),
    "api:grant-detail": Route("assistance.view", of="grant"),
    "api:delivery-list": Route("assistance.view", "assistance.deliver"),
    "api:delivery-detail": Route("assistance.view", of="delivery"),
    "api:delivery-correct": Route(post="assistance.deliver", of="delivery"),
    "api:delivery-withdraw": Route(post="assistance.deliver", of="delivery"),
    "api:visit-list": Route("assistance.view", "assistance.visit"),
    "api:visit-detail": Route("assistance.view", of="visit"),
}
# Not ours to list: Django's own administration, and the switch of languages.
NOT_LISTED = ("admin:", "set_language")
# Objects that belong to no territory, and how they stand in an address.
SHARED = {
    "standard": ("demo-2015",),
    "draft": ("draft-2016", 1),
    "measure": ("M-1",),
    "table": ("units",),
    "holiday": (2016, 10, 1),
}
# Kinds that everybody reaches who has the permission.
WITHOUT_TERRITORY = {*SHARED, "account", "posted"}
# Kinds that only the role reaches that handles them; the objections of the worlds go to the township.
HANDLED_BY_TOWNSHIP = {"handled_objection", "objection_paper"}
# Kinds that only their maker reaches, beside those roles.
OWN = {"job": ("auditor", "administrator"), "import": ()}
# Kinds that staff reach wherever they are.
OF_ALL_STAFF = {"unit", "cadre"}
HELPERS = ("cadre", "contact")


def all_routes() -> Iterator[tuple[str, str]]:
    """Name and pattern of every address."""

    def walk(resolver, namespaces: tuple[str, ...], prefix: str):
        for pattern in resolver.url_patterns:
            path = f"{prefix}{pattern.pattern}"
            if isinstance(pattern, URLPattern):
                yield ":".join((*namespaces, pattern.name or "?")), path
            else:
                inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                yield from walk(pattern, inner, path)

    return ((name, path) for name, path in walk(get_resolver(), (), "/") if not name.startswith(NOT_LISTED))


def test_every_address_stands_in_the_table():
    missing = [f"{name} ({path})" for name, path in all_routes() if name not in ROUTES]
    assert not missing, f"Enter in ROUTES what permission and which object these ask for: {missing}"


def test_the_table_holds_no_address_that_is_gone():
    assert not ROUTES.keys() - {name for name, _path in all_routes()}


@dataclass
class Person:
    """Somebody who asks, and the worlds that lie in their reach."""

    user: User | None
    reach: list[World]

    @property
    def role(self) -> str:
        return self.user.role if self.user else "stranger"

    def may(self, permission: str) -> bool:
        return permission in (PUBLIC, SIGNED_IN) or self.user.has_perm(permission)

    def reaches(self, kind: str, world: World) -> bool:
        if kind in WITHOUT_TERRITORY:
            return True
        if kind in OWN:
            return self.user == world.clerk or self.role in OWN[kind]
        if kind in OF_ALL_STAFF and self.role not in HELPERS:
            return True
        if kind in HANDLED_BY_TOWNSHIP and self.role != "township":
            return False
        return world in self.reach

    def hidden(self, worlds: list[World]) -> list[str]:
        """What this person must never read."""
        texts = [text for world in worlds if world not in self.reach for text in world.secrets]
        if self.role in HELPERS:
            texts += [text for world in worlds for text in world.of_the_unpaired]
        if self.role not in OWN["job"]:
            texts += [text for world in worlds if self.user != world.clerk for text in world.of_the_clerk]
        return texts


@dataclass
class Everything:
    """The worlds: here and there in one district, and elsewhere in another."""

    shared: Shared
    here: World
    there: World
    elsewhere: World

    @property
    def worlds(self) -> list[World]:
        return [self.here, self.there, self.elsewhere]

    def person(self, name: str) -> Person:
        here, district = self.here, [self.here, self.there]
        return {
            "stranger": lambda: Person(None, []),
            "village worker": lambda: Person(here.worker, [here]),
            "township staff": lambda: Person(here.clerk, [here]),
            "staff of another township": lambda: Person(self.there.clerk, [self.there]),
            "district staff": lambda: Person(self.shared.district_user, district),
            "cadre": lambda: Person(here.cadre, [here]),
            "contact": lambda: Person(here.contact, [here]),
            "auditor": lambda: Person(make_user("auditor"), district),
            "administrator": lambda: Person(make_user("administrator"), district),
        }[name]()


PEOPLE = (
    "village worker",
    "township staff",
    "staff of another township",
    "district staff",
    "cadre",
    "contact",
    "auditor",
    "administrator",
)


@pytest.fixture
def everything(settings) -> Everything:
    settings.FUPIN_LOOKUPS_BY_ADDRESS = settings.FUPIN_LOOKUPS_BY_SUBJECT = 0
    shared = make_shared()
    return Everything(
        shared,
        make_world("320412100201", "欧阳", "13800001111", shared),
        make_world("320412101201", "司马", "13900002222", shared),
        make_world("320413100201", "诸葛", "13700003333", shared),
    )


def asks(route: Route, worlds: list[World]) -> Iterator[tuple[World | None, tuple]]:
    """Every object that may stand in the route's address, with the world that it belongs to."""
    if not route.of:
        yield None, ()
    elif route.of in SHARED:
        yield None, SHARED[route.of]
    else:
        for world in worlds:
            key = world.keys[route.of]
            yield world, key if isinstance(key, tuple) else (key,)


def send(client: Client, method: str, url: str):
    """The answer to a request without content; what it changes is undone."""
    body = {"data": "{}", "content_type": "application/json"} if _is_api(url) and method != "get" else {}
    with transaction.atomic():
        answer = getattr(client, method)(url, **body)
        transaction.set_rollback(True)
    return answer


def _is_api(url: str) -> bool:
    return url.startswith("/api/")


def _leads_to_login(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/login/")


def _text(answer) -> str:
    return "" if answer.streaming else answer.content.decode("utf-8", "replace")


def fault(person: Person, route: Route, permission: str, world: World | None, answer) -> str:
    """What is wrong with the answer's status; empty when it is as the rules say."""
    status = answer.status_code
    if status >= 500 or _leads_to_login(answer) or status == 401:
        return f"{status}{' to the login page' if status == 302 else ''}"
    if not person.may(permission):
        return "" if status == 403 else f"{status} instead of 403"
    if world is not None and not person.reaches(route.of, world):
        return "" if status == 404 else f"{status} instead of 404"
    if route.unless_own and person.user != world.clerk and not person.may(route.unless_own):
        return "" if status == 403 else f"{status} instead of 403: it is somebody else's"
    return f"{status} though permitted and in reach" if status in (403, 404, 405) else ""


@pytest.mark.parametrize("name", PEOPLE)
def test_each_role_opens_what_it_may_within_its_reach_and_reads_nothing_else(everything, name):
    person = everything.person(name)
    client = Client(raise_request_exception=False)
    client.force_login(person.user)
    hidden = person.hidden(everything.worlds)
    faults = []
    for route_name, route in ROUTES.items():
        for method, permission in route.methods.items():
            if route_name == "accounts:logout":
                continue
            # Who may not do it at all is asked once: whose it is makes no difference.
            worlds = everything.worlds if person.may(permission) else everything.worlds[:1]
            for world, keys in asks(route, worlds):
                url = reverse(route_name, args=keys)
                answer = send(client, method, url)
                what = f"{method} {url} [{permission}]"
                if wrong := fault(person, route, permission, world, answer):
                    faults.append(f"{what}: {wrong}")
                faults += [f"{what} holds {text}" for text in hidden if text in _text(answer)]
    assert not faults, f"{name}:\n" + "\n".join(faults)


@pytest.mark.parametrize("name", PEOPLE)
def test_lists_as_files_hold_nothing_outside_the_reach(everything, name):
    person = everything.person(name)
    client = Client(raise_request_exception=False)
    client.force_login(person.user)
    hidden = person.hidden(everything.worlds)
    for route_name, route in ROUTES.items():
        if route.get and not route.of and not route_name.startswith(("api:", "metrics")):
            answer = client.get(reverse(route_name), {"format": "csv"})
            assert answer.status_code < 500, route_name
            assert not [text for text in hidden if text in _text(answer)], route_name


def test_a_stranger_is_sent_to_sign_in_except_where_the_public_may_look(everything):
    client = Client(raise_request_exception=False)
    hidden = Person(None, []).hidden(everything.worlds)
    faults = []
    for route_name, route in ROUTES.items():
        for method, permission in route.methods.items():
            for _world, keys in asks(route, everything.worlds):
                url = reverse(route_name, args=keys)
                answer = send(client, method, url)
                if permission == PUBLIC:
                    right = answer.status_code < 500 and (answer.status_code not in (401, 403))
                elif _is_api(url):
                    right = answer.status_code == 401 and answer["Content-Type"] == "application/problem+json"
                else:
                    right = _leads_to_login(answer)
                if not right:
                    faults.append(f"{method} {url}: {answer.status_code}")
                faults += [f"{method} {url} holds {text}" for text in hidden if text in _text(answer)]
    assert not faults, "\n".join(faults)


def test_a_method_that_the_table_does_not_name_is_not_answered(everything):
    client = Client(raise_request_exception=False)
    client.force_login(everything.shared.district_user)
    faults = []
    for route_name, route in ROUTES.items():
        if {PUBLIC, SIGNED_IN} & set(route.methods.values()):
            continue
        _world, keys = next(asks(route, everything.worlds))
        url = reverse(route_name, args=keys)
        for method in ({"get", "post", "patch", "delete"} if _is_api(url) else {"get", "post"}) - set(route.methods):
            answer = send(client, method, url)
            if answer.status_code not in (403, 405):
                faults.append(f"{method} {url}: {answer.status_code}")
    assert not faults, "Not in ROUTES, but answered:\n" + "\n".join(faults)
