"""The catalogue that ships with Fupin: the policy's measures for pillars 3 to 6."""

import pytest

from assistance.choices import Pillar
from assistance.models import Measure
from assistance.services import load_catalogue

pytestmark = pytest.mark.django_db


def test_every_pillar_has_measures_and_each_names_its_basis():
    loaded = load_catalogue()
    assert loaded.created == Measure.objects.count() >= 30
    assert set(Measure.objects.values_list("pillar", flat=True)) == set(Pillar.values)
    assert not Measure.objects.exclude(legal_basis__contains="六坚持").exists()


def test_loading_twice_changes_nothing_and_keeps_edits():
    load_catalogue()
    Measure.objects.filter(code="BZ01").update(name="低保金")
    assert load_catalogue().created == 0
    assert Measure.objects.get(code="BZ01").name == "低保金"
