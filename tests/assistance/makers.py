"""Makers of helpers and help for tests."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from assistance.models import Cadre, Delivery, Grant, HelpingUnit, Linkage, Measure, Pairing, Visit
from tests.factories import make_household, make_user

_sequence = itertools.count(1)


def today() -> date:
    return timezone.localdate()


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def make_unit(**values) -> HelpingUnit:
    n = next(_sequence)
    contacts = values.pop("contacts", [])
    unit = HelpingUnit.objects.create(**{"code": f"U{n}", "name": f"区帮扶单位{n}"} | values)
    unit.contacts.set(contacts)
    return unit


def make_cadre(unit: HelpingUnit | None = None, *, with_account: bool = True, **values) -> Cadre:
    n = next(_sequence)
    values = {"code": f"C{n}", "name": f"干部{n}", "unit": unit or make_unit()} | values
    if with_account:
        values.setdefault("user", make_user("cadre"))
    return Cadre.objects.create(**values)


def make_pairing(household=None, cadre=None, **values) -> Pairing:
    values = {"started_on": ago(30)} | values
    return Pairing.objects.create(household=household or make_household(), cadre=cadre or make_cadre(), **values)


def make_linkage(village, unit, **values) -> Linkage:
    return Linkage.objects.create(village=village, unit=unit, **{"started_on": ago(30)} | values)


def make_visit(pairing: Pairing, visited_on: date | None = None, **values) -> Visit:
    values = {"situation": "生活平稳", "household": pairing.household, "cadre": pairing.cadre} | values
    return Visit.objects.create(key=uuid4(), visited_on=visited_on or today(), **values)


def make_measure(**values) -> Measure:
    n = next(_sequence)
    return Measure.objects.create(
        **{"code": f"M{n}", "name": f"措施{n}", "pillar": "safety_net", "unit_label": "元"} | values
    )


def make_grant(household=None, measure=None, **values) -> Grant:
    values = {"started_on": ago(30)} | values
    return Grant.objects.create(household=household or make_household(), measure=measure or make_measure(), **values)


def make_delivery(grant: Grant, amount: str | None = "100.00", **values) -> Delivery:
    values = {"delivered_on": ago(1), "form": "money", "payer": "区民政局", "evidence": "发放表1号"} | values
    return Delivery.objects.create(grant=grant, amount=None if amount is None else Decimal(amount), **values)
