"""The public pages read what is public, say it in both languages, and give nobody away."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.models import PublicRecord
from portal import caching, figures
from portal.figures import FEWEST, without_small
from tests.factories import make_village
from villages.models import VillageProfile

pytestmark = pytest.mark.django_db

PAGES = ["/", "/lookup/", "/notices/", "/objections/", "/villages/", "/statistics/"]
# What the public pages may read: the public register, what is posted, places, and sums over all units and deliveries.
OPEN_TABLES = {
    "casework_notice",
    "casework_noticeentry",
    "casework_publicrecord",
    "villages_division",
    "villages_villageprofile",
    "assistance_helpingunit",
    "assistance_delivery",
    "assistance_grant",
    "assistance_measure",
}


def publish_rows(village, count, **values):
    start = PublicRecord.objects.count()
    PublicRecord.objects.bulk_create(
        PublicRecord(
            **{
                "number": f"{village.pk}{start + number:05d}",
                "village_code": village.pk,
                "name_key": "x",
                "village_name": village.name,
                "township_name": "township100",
                "masked_name": "王*",
                "size": 2,
                "status": "registered",
                "year": 2016,
            }
            | values
        )
        for number in range(count)
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages_empty_or_not(client, registered, page, language):
    client.cookies["django_language"] = language
    assert client.get(page).status_code == 200
    PublicRecord.objects.all().delete()
    caching.forget()
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_public_page_reads_only_public_tables(client, registered, page):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page).status_code == 200
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(query["sql"] for query in captured)))
    assert tables <= OPEN_TABLES


@pytest.mark.parametrize("page", PAGES)
def test_no_public_page_lists_households(client, registered, page):
    text = client.get(page).content.decode()
    assert registered.number not in text
    assert "王*明" not in text


def test_figures_are_asked_for_once_in_a_while(client, registered, django_assert_num_queries):
    client.get("/")
    with django_assert_num_queries(0):
        client.get("/")


def test_key_figures_count_what_is_registered_and_weak(registered):
    publish_rows(registered.village, 2, status="exited_supported")
    VillageProfile.objects.create(village=registered.village, standing="weak")
    found = figures.key_figures()
    assert (found.households, found.weak_villages) == (1, 1)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": FEWEST, "b": FEWEST + 1}, {"a": FEWEST, "b": FEWEST + 1}),
        ({"a": FEWEST - 1, "b": 0, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": FEWEST - 1, "b": 9, "c": 8}, {"a": None, "b": 9, "c": None}),
        ({"a": 0, "b": 9}, {"a": None, "b": None}),
        ({"a": 1}, {"a": None}),
        ({}, {}),
    ],
)
def test_small_counts_are_hidden_and_cannot_be_worked_out(counts, shown):
    assert without_small(counts) == shown


def test_villages_show_their_number_from_five_on_and_their_standing(client):
    villages = [make_village(f"32041210020{number}", f"第{number}村") for number in range(1, 5)]
    for village, count in zip(villages, (FEWEST, FEWEST - 1, 3, 12), strict=True):
        publish_rows(village, count)
    VillageProfile.objects.create(village=villages[1], standing="weak")
    (township,) = figures.townships()
    assert [line.households for line in township.villages] == [FEWEST, None, None, 12]
    assert [line.is_weak for line in township.villages] == [False, True, False, False]
    page = client.get("/villages/").content.decode()
    assert page.count("不公布") == 3  # two villages, and the sentence that says why
    assert "经济一般村" in page


def test_a_township_of_one_small_village_does_not_give_it_away():
    publish_rows(make_village("320412100201"), 2)
    publish_rows(make_village("320412101201"), 40)
    publish_rows(make_village("320412102201"), 30)
    assert {line.code[-3:]: line.households for line in figures.townships()} == {"100": None, "101": 40, "102": None}


def test_the_statistics_show_every_number_as_a_table_too(client, registered):
    page = client.get("/statistics/").content.decode()
    assert page.count('<figure class="chart">') == 4
    assert page.count("<table") == 4
    assert "在册" in page


def test_aid_is_summed_exactly_and_corrected_entries_do_not_count(registered):
    from assistance.models import Delivery, Grant, Measure

    measure = Measure.objects.create(code="m", name="助学金", pillar="education", unit_label="元")
    grant = Grant.objects.create(household=registered, measure=measure, started_on="2016-05-01")
    common = {"grant": grant, "delivered_on": "2016-05-02", "form": "money", "payer": "区", "evidence": "1"}
    wrong = Delivery.objects.create(**common, amount="0.10")
    Delivery.objects.create(**common, amount="0.20", corrects=wrong, reason="误")
    Delivery.objects.create(**common, amount="0.10")
    assert str(figures.key_figures().aid) == "0.30"
    assert str(figures.aid_by_pillar()["education"]) == "0.30"
    assert str(figures.aid_by_pillar()["safety_net"]) == "0.00"


def test_search_engines_are_asked_to_leave_the_register_alone(client):
    text = client.get("/robots.txt").content.decode()
    for path in ("/lookup/", "/notices/", "/desk/", "/api/"):
        assert f"Disallow: {path}\n" in text
    assert "Disallow: /\n" not in text
