"""What must be true of a household as entered: each rule hits, and does not hit right beside its border."""

from datetime import date
from decimal import Decimal

import pytest

from fupin.identity import check_character
from households import rules
from households.models import IncomeYear
from households.rules import (
    MOST_MEMBERS,
    Circumstances,
    HouseholdEntry,
    Severity,
    check_household,
    has_errors,
    problems_of,
)
from tests.factories import id_number
from tests.households.makers import fact, head, income, make_entry, person

TODAY = date(2016, 6, 15)
ADULT = date(1975, 3, 8)
GRANDMOTHER = date(1940, 1, 1)


def found(entry: HouseholdEntry) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in check_household(entry, TODAY)]


def years_ago(years: int, *, days: int = 0) -> date:
    """The day on which somebody was born who is `years` old today; `days` later, somebody who is not yet."""
    return date.fromordinal(date(TODAY.year - years, TODAY.month, TODAY.day).toordinal() + days)


def member(**values):
    """A grown-up relative of the head, with these values."""
    return make_entry(person(ADULT, **{"relationship": "21"} | values))


def aged(years: int, *, days: int = 0, **values):
    """A household with one relative of that age."""
    return member_born(years_ago(years, days=days), **values)


def member_born(born_on: date, **values):
    return make_entry(person(born_on, **{"relationship": "99", "labour": ""} | values))


def headed(**values):
    return make_entry(members=[head(**values)])


def with_incomes(*incomes, others=()):
    return make_entry(*others, incomes=list(incomes))


def with_facts(*facts):
    return make_entry(facts=list(facts))


def people(count: int):
    return make_entry(*(person(ADULT, relationship="21") for _index in range(count - 1)))


def child_of(head_born: date, child_born: date, relationship: str = "03"):
    child = person(child_born, relationship=relationship, labour="", schooling="16")
    return make_entry(members=[head(born_on=head_born), child])


def with_spouse(born_on: date, *others):
    spouse = person(born_on, relationship="02", sex="2", labour="")
    return make_entry(members=[head(born_on=date(1940, 1, 1)), spouse, *others])


M = "members.1"
LIVING = {
    "cultivated_mu": Decimal("3.00"), "irrigated_mu": Decimal("1.00"), "forest_mu": Decimal(0), "water_mu": Decimal(0),
    "house_area": Decimal(80), "house_safety": "01", "road_km": Decimal("0.5"), "fuel": "04", "has_safe_water": True,
    "has_electricity": True, "has_broadcasting": True, "has_sanitary_toilet": True, "in_cooperative": False,
}  # fmt: skip
TWIN = id_number(ADULT, "1")

# What is wrong: the entry that breaks the rule, and the one right beside it that does not. Where, and the code.
ERRORS = {
    "no village": (make_entry(village=""), make_entry(), "village", "required"),
    "unknown attribute": (make_entry(attribute="05"), make_entry(attribute="04"), "attribute", "choice"),
    "no attribute": (make_entry(attribute=""), make_entry(), "attribute", "choice"),
    "unknown cause": (make_entry(main_cause="12"), make_entry(main_cause="11"), "main_cause", "choice"),
    "unknown other cause": (
        make_entry(main_cause="01", other_causes=["98"]),
        make_entry(main_cause="01", other_causes=["99"]),
        "other_causes",
        "choice",
    ),
    "main cause again": (
        make_entry(main_cause="01", other_causes=["01"]),
        make_entry(main_cause="01", other_causes=["02"]),
        "other_causes",
        "cause_twice",
    ),
    "three other causes": (
        make_entry(main_cause="01", other_causes=["02", "03", "04"]),
        make_entry(main_cause="01", other_causes=["02", "03"]),
        "other_causes",
        "too_many",
    ),
    "others without main": (
        make_entry(other_causes=["02"]),
        make_entry(main_cause="01", other_causes=["02"]),
        "main_cause",
        "required",
    ),
    "phone too short": (make_entry(phone="123456"), make_entry(phone="1234567"), "phone", "phone"),
    "phone too long": (make_entry(phone="0" * 13), make_entry(phone="0519-86000000"), "phone", "phone"),
    "phone in words": (make_entry(phone="村委会转"), make_entry(phone=""), "phone", "phone"),
    "phone in wide digits": (make_entry(phone="１３８００００００００"), make_entry(), "phone", "phone"),
    "member's phone": (member(phone="123456"), member(phone="1234567"), f"{M}.phone", "phone"),
    "account too short": (make_entry(bank_account="1" * 7), make_entry(bank_account="1" * 8), "bank_account", "digits"),
    "account too long": (
        make_entry(bank_account="1" * 31),
        make_entry(bank_account="1" * 30),
        "bank_account",
        "digits",
    ),
    "account with letters": (
        make_entry(bank_account="6222AAAA0000"),
        make_entry(bank_account="622200000000"),
        "bank_account",
        "digits",
    ),
    "nobody": (make_entry(members=[]), people(1), "members", "empty"),
    "too many": (people(MOST_MEMBERS + 1), people(MOST_MEMBERS), "members", "too_many"),
    "no head": (headed(relationship="03"), headed(), "members", "no_head"),
    "head has left": (
        headed(left_on=date(2016, 1, 1), left_reason="01"),
        make_entry(members=[head(left_on=date(2016, 1, 1), left_reason="01"), person(ADULT, relationship="01")]),
        "members",
        "no_head",
    ),
    "two heads": (
        member(relationship="01"),
        member(relationship="01", left_on=date(2016, 1, 1), left_reason="01"),
        f"{M}.relationship",
        "two_heads",
    ),
    "no name": (member(name=""), member(), f"{M}.name", "required"),
    "no relation": (member(relationship=""), member(), f"{M}.relationship", "required"),
    "unknown relation": (member(relationship="28"), member(relationship="99"), f"{M}.relationship", "choice"),
    "unknown education": (member(education="07"), member(education="06"), f"{M}.education", "choice"),
    "unknown schooling": (member(schooling="17"), member(schooling="16"), f"{M}.schooling", "choice"),
    "unknown labour": (member(labour="06"), member(labour="05"), f"{M}.labour", "choice"),
    "unknown employment": (member(employment="06"), member(employment="05"), f"{M}.employment", "choice"),
    "unknown ethnic group": (member(ethnicity="98"), member(ethnicity="97"), f"{M}.ethnicity", "choice"),
    "unknown health": (member(health=["05"]), member(health=["04"]), f"{M}.health", "choice"),
    "unknown reason": (
        member(left_on=date(2016, 1, 1), left_reason="88"),
        member(left_on=date(2016, 1, 1), left_reason="99"),
        f"{M}.left_reason",
        "choice",
    ),
    "number too short": (member(id_number=TWIN[:17]), member(id_number=TWIN), f"{M}.id_number", "id_length"),
    "number with a letter": (
        member(id_number=f"A{TWIN[1:]}"),
        member(id_number=TWIN),
        f"{M}.id_number",
        "id_characters",
    ),
    "wrong check character": (
        member(id_number=TWIN[:17] + ("0" if TWIN[17] != "0" else "1")),
        member(id_number=TWIN),
        f"{M}.id_number",
        "id_check",
    ),
    "number without a date": (
        member(id_number="320412197502300010"),
        member(id_number=TWIN),
        f"{M}.id_number",
        "id_date",
    ),
    "number of tomorrow": (
        member_born(years_ago(0, days=1)),
        member_born(years_ago(0), labour="04"),
        f"{M}.id_number",
        "id_future",
    ),
    "the same number twice": (
        make_entry(person(ADULT, id_number=TWIN), person(ADULT, id_number=TWIN)),
        make_entry(
            person(ADULT, id_number=TWIN, left_on=date(2016, 1, 1), left_reason="05"), person(ADULT, id_number=TWIN)
        ),
        "members.2.id_number",
        "id_twice",
    ),
    "number of another day": (
        make_entry(person(date(1975, 3, 9), id_number=TWIN)),
        make_entry(person(ADULT, id_number=TWIN)),
        f"{M}.born_on",
        "id_born_on",
    ),
    "number of the other sex": (
        member(sex="2", id_number=TWIN),
        member(sex="1", id_number=TWIN),
        f"{M}.sex",
        "id_sex",
    ),
    "joined tomorrow": (
        member(joined_on=date(2016, 6, 16)),
        member(joined_on=TODAY),
        f"{M}.joined_on",
        "future",
    ),
    "left tomorrow": (
        member(left_on=date(2016, 6, 16), left_reason="02"),
        member(left_on=TODAY, left_reason="02"),
        f"{M}.left_on",
        "future",
    ),
    "over 120": (
        member_born(date(1895, 12, 31)),
        member_born(date(1896, 1, 1)),
        f"{M}.born_on",
        "age",
    ),
    "joined before birth": (
        member(joined_on=date(1975, 3, 7)),
        member(joined_on=ADULT),
        f"{M}.joined_on",
        "order",
    ),
    "left before birth": (
        member(left_on=date(1975, 3, 7), left_reason="01"),
        member(left_on=ADULT, left_reason="01"),
        f"{M}.left_on",
        "order",
    ),
    "left before joining": (
        member(joined_on=date(2015, 5, 2), left_on=date(2015, 5, 1), left_reason="02"),
        member(joined_on=date(2015, 5, 2), left_on=date(2015, 5, 2), left_reason="02"),
        f"{M}.left_on",
        "order",
    ),
    "left without reason": (
        member(left_on=date(2016, 1, 1)),
        member(left_on=date(2016, 1, 1), left_reason="02"),
        f"{M}.left_reason",
        "required",
    ),
    "reason without leaving": (member(left_reason="02"), member(), f"{M}.left_on", "required"),
    "healthy and ill": (member(health=["01", "02"]), member(health=["02", "04"]), f"{M}.health", "exclusive"),
    "13 months": (
        member(employment="01", employment_months=13),
        member(employment="01", employment_months=12),
        f"{M}.employment_months",
        "months",
    ),
    "-1 months": (
        member(employment="01", employment_months=-1),
        member(employment="01", employment_months=0),
        f"{M}.employment_months",
        "months",
    ),
    "a female son": (
        make_entry(person(date(1995, 1, 1), "2", "03")),
        make_entry(person(date(1995, 1, 1), "1", "03")),
        f"{M}.relationship",
        "sex_relation",
    ),
    "a male daughter": (
        make_entry(person(date(1995, 1, 1), "1", "04")),
        make_entry(person(date(1995, 1, 1), "2", "04")),
        f"{M}.relationship",
        "sex_relation",
    ),
    "a spouse of the same sex": (
        make_entry(person(ADULT, "1", "02")),
        make_entry(person(ADULT, "2", "02")),
        f"{M}.relationship",
        "spouse_sex",
    ),
    "income without year": (with_incomes(income(None)), with_incomes(income()), "incomes.0.year", "required"),
    "income of 1999": (with_incomes(income(1999)), with_incomes(income(2000)), "incomes.0.year", "year"),
    "income of next year": (with_incomes(income(2017)), with_incomes(income(2016)), "incomes.0.year", "year"),
    "a year twice": (
        with_incomes(income(2015), income(2015)),
        with_incomes(income(2015), income(2014)),
        "incomes.1.year",
        "year_twice",
    ),
    "a negative amount": (
        with_incomes(income(wages="-0.01")),
        with_incomes(income(wages="0.00")),
        "incomes.0.wages",
        "negative",
    ),
    "half a fen": (
        with_incomes(income(wages="1000.005")),
        with_incomes(income(wages="1000.01")),
        "incomes.0.wages",
        "amount",
    ),
    "an amount too large": (
        with_incomes(income(other_transfer="1000000000000.00")),
        with_incomes(income(other_transfer="999999999999.99")),
        "incomes.0.other_transfer",
        "amount",
    ),
    "an unknown item": (with_incomes(income(lottery="5.00")), with_incomes(income(other_transfer="5.00")),
        "incomes.0.lottery", "choice"),
    "fact without kind": (with_facts(fact("")), with_facts(fact()), "facts.0.kind", "required"),
    "fact without date": (with_facts(fact(fact_date=None)), with_facts(fact()), "facts.0.fact_date", "required"),
    "fact without verification": (
        with_facts(fact(verification="")),
        with_facts(fact(verification="pending")),
        "facts.0.verification",
        "required",
    ),
    "unknown kind of fact": (with_facts(fact("yacht")), with_facts(fact("housing")), "facts.0.kind", "choice"),
    "unknown verification": (
        with_facts(fact(verification="maybe")),
        with_facts(fact(verification="explained")),
        "facts.0.verification",
        "choice",
    ),
    "fact of tomorrow": (
        with_facts(fact(fact_date=date(2016, 6, 16))),
        with_facts(fact(fact_date=TODAY)),
        "facts.0.fact_date",
        "future",
    ),
    "fact that ended before": (
        with_facts(fact(ended_on=date(2015, 2, 28))),
        with_facts(fact(ended_on=date(2015, 3, 1))),
        "facts.0.ended_on",
        "order",
    ),
    "a negative area": (
        make_entry(living=LIVING | {"house_area": Decimal("-0.01")}),
        make_entry(living=LIVING | {"house_area": Decimal(0)}),
        "living.house_area",
        "negative",
    ),
    "a fact with a negative amount": (
        with_facts(fact(amount=Decimal("-0.01"))),
        with_facts(fact(amount=Decimal(0))),
        "facts.0.amount",
        "negative",
    ),
    "a fact twice": (
        with_facts(fact(), fact()),
        with_facts(fact(), fact(fact_date=date(2015, 3, 2)), fact("housing")),
        "facts.1.fact_date",
        "fact_twice",
    ),
}  # fmt: skip

DOUBTS = {
    "a head under 16": (
        headed(born_on=years_ago(16, days=1), labour=""),
        headed(born_on=years_ago(16), labour=""),
        "members.0.relationship",
        "young_head",
    ),
    "a child 14 years younger at most": (
        child_of(date(1970, 6, 15), date(1984, 6, 13)),
        child_of(date(1970, 6, 15), date(1984, 6, 16)),
        f"{M}.born_on",
        "child_age",
    ),
    "a parent 14 years older at most": (
        child_of(date(1970, 6, 15), date(1956, 6, 17), "11"),
        child_of(date(1970, 6, 15), date(1956, 6, 14), "11"),
        f"{M}.born_on",
        "parent_age",
    ),
    "a parent of the spouse 14 years older at most": (
        with_spouse(date(1970, 6, 15), person(date(1956, 6, 17), relationship="13", labour="")),
        with_spouse(date(1970, 6, 15), person(date(1956, 6, 14), relationship="13", labour="")),
        "members.2.born_on",
        "parent_age",
    ),
    "a child able to work": (
        aged(16, days=1, labour="01", schooling="09"),
        aged(16, labour="01"),
        f"{M}.labour",
        "child_labour",
    ),
    "a healthy young adult without labour": (
        aged(16, labour="04"),
        aged(16, days=1, labour="04", schooling="09"),
        f"{M}.labour",
        "able_adult",
    ),
    "a healthy adult of 59 without labour": (
        aged(60, days=1, labour="04"),
        aged(60, labour="04"),
        f"{M}.labour",
        "able_adult",
    ),
    "an employed child": (
        aged(16, days=1, employment="01", schooling="09"),
        aged(16, employment="01"),
        f"{M}.employment",
        "child_employed",
    ),
    "in primary school at 5": (
        aged(6, days=1, schooling="03"),
        aged(6, schooling="03"),
        f"{M}.schooling",
        "primary_age",
    ),
    "in primary school at 15": (
        aged(15, schooling="03"),
        aged(15, days=1, schooling="03"),
        f"{M}.schooling",
        "primary_age",
    ),
    "in senior high at 14": (
        aged(15, days=1, schooling="07"),
        aged(15, schooling="07"),
        f"{M}.schooling",
        "senior_age",
    ),
    "in vocational school at 21": (
        aged(21, schooling="12"),
        aged(21, days=1, schooling="12"),
        f"{M}.schooling",
        "senior_age",
    ),
    "of school age and not at school": (aged(6), aged(6, days=1), f"{M}.schooling", "dropout"),
    "not at school at 15": (aged(16, days=1), aged(16), f"{M}.schooling", "dropout"),
    "wages of a few yuan": (
        with_incomes(income(wages="299.99")),
        with_incomes(income(wages="300.00")),
        "incomes.0.wages",
        "wages",
    ),
    "wages of a fortune": (
        with_incomes(income(wages="300000.01")),
        with_incomes(income(wages="300000.00")),
        "incomes.0.wages",
        "wages",
    ),
    "business without expense": (
        with_incomes(income(business="0.01")),
        with_incomes(income(business="0.01", production_expense="0.01")),
        "incomes.0.production_expense",
        "no_expense",
    ),
    "a pension and no man of 60": (
        with_incomes(income(2015, pension="1.00"), others=[person(date(1956, 1, 1), relationship="21")]),
        with_incomes(income(2015, pension="1.00"), others=[person(date(1955, 12, 31), relationship="21")]),
        "incomes.0.pension",
        "no_pensioner",
    ),
    "a pension and no woman of 55": (
        with_incomes(income(2015, pension="1.00"), others=[person(date(1961, 1, 1), "2", "21")]),
        with_incomes(income(2015, pension="1.00"), others=[person(date(1960, 12, 31), "2", "21")]),
        "incomes.0.pension",
        "no_pensioner",
    ),
    "a mobile number of 10 digits": (make_entry(phone="1380000000"), make_entry(phone="13800000000"), "phone",
        "mobile"),
    "a mobile number of 12 digits": (member(phone="138000000001"), member(phone="13800000001"), f"{M}.phone", "mobile"),
    "illness, and nobody is ill": (
        make_entry(person(ADULT, relationship="21", health=["04"]), main_cause="01"),
        make_entry(person(ADULT, relationship="21", health=["02"]), main_cause="01"),
        "main_cause",
        "cause_illness",
    ),
    "illness among the others, and who was ill has left": (
        make_entry(person(ADULT, relationship="21", health=["03"], left_on=date(2016, 1, 1), left_reason="01"),
                   main_cause="99", other_causes=["01"]),
        make_entry(person(ADULT, relationship="21", health=["03"]), main_cause="99", other_causes=["01"]),
        "other_causes",
        "cause_illness",
    ),
    "disability, and nobody is disabled": (
        make_entry(person(ADULT, relationship="21", health=["03"]), main_cause="02"),
        make_entry(person(ADULT, relationship="21", health=["04"]), main_cause="02"),
        "main_cause",
        "cause_disability",
    ),
    "schooling, and nobody at school": (
        make_entry(person(years_ago(17), relationship="03", schooling="01"), main_cause="03"),
        make_entry(person(years_ago(17), relationship="03", schooling="09"), main_cause="03"),
        "main_cause",
        "cause_schooling",
    ),
    "a lack of labour with two who can work": (
        make_entry(person(ADULT, relationship="21", labour="02"), main_cause="08"),
        make_entry(person(ADULT, relationship="21", labour="05"), main_cause="08"),
        "main_cause",
        "cause_labour",
    ),
    "destitute with somebody able to work": (
        make_entry(members=[head(labour="01")], attribute="03"),
        make_entry(members=[head(labour="05")], attribute="03"),
        "attribute",
        "destitute_worker",
    ),
    "a subsistence household without the allowance": (
        make_entry(attribute="02", incomes=[income(2014, subsistence_allowance="4000"), income(2015)]),
        make_entry(attribute="02", incomes=[income(2014), income(2015, subsistence_allowance="4000")]),
        "attribute",
        "no_subsistence",
    ),
    "a destitute household without support": (
        make_entry(attribute="03", incomes=[income(2015)]),
        make_entry(attribute="03", incomes=[income(2015, destitute_support="4000")]),
        "attribute",
        "no_destitute",
    ),
    "on the register without a cause": (
        make_entry(status="registered"),
        make_entry(status="registered", main_cause="99"),
        "main_cause",
        "no_cause",
    ),
    "a student who is employed": (
        aged(17, schooling="08", employment="01"),
        aged(17, schooling="01", employment="01"),
        f"{M}.employment",
        "student_employed",
    ),
    "a child of 5 who has finished school": (
        aged(6, days=1, education="02"),
        aged(6, education="02", schooling="03"),
        f"{M}.education",
        "education_of_child",
    ),
    "a pre-school child of 8": (
        aged(8, education="06", schooling="03"),
        aged(8, days=1, education="06", schooling="03"),
        f"{M}.education",
        "preschool_education",
    ),
    "college at 15": (
        aged(16, days=1, education="05", schooling="09"),
        aged(16, education="05"),
        f"{M}.education",
        "early_college",
    ),
    "months without work": (
        member(employment_months=1),
        member(employment_months=0),
        f"{M}.employment",
        "months_without_work",
    ),
    "a subsistence allowance from nowhere": (
        with_incomes(income(2015, subsistence_allowance="4000")),
        make_entry(incomes=[income(2015, subsistence_allowance="4000")],
                   facts=[fact("subsistence", date(2015, 12, 31))]),
        "incomes.0.subsistence_allowance",
        "subsistence_unfounded",
    ),
    "a subsistence allowance of the year after it ended": (
        make_entry(incomes=[income(2015, subsistence_allowance="4000")],
                   facts=[fact("subsistence", date(2013, 1, 1), ended_on=date(2014, 12, 31))]),
        make_entry(incomes=[income(2015, subsistence_allowance="4000")],
                   facts=[fact("subsistence", date(2013, 1, 1), ended_on=date(2015, 1, 1))]),
        "incomes.0.subsistence_allowance",
        "subsistence_unfounded",
    ),
    "a subsistence allowance found untrue": (
        make_entry(incomes=[income(2015, subsistence_allowance="4000")],
                   facts=[fact("subsistence", date(2013, 1, 1), verification="false")]),
        make_entry(incomes=[income(2015, subsistence_allowance="4000")], attribute="02"),
        "incomes.0.subsistence_allowance",
        "subsistence_unfounded",
    ),
    "destitute support from nowhere": (
        with_incomes(income(2015, destitute_support="4000")),
        make_entry(incomes=[income(2015, destitute_support="4000")], facts=[fact("destitute", date(2015, 1, 1))]),
        "incomes.0.destitute_support",
        "destitute_unfounded",
    ),
    "a subsistence allowance below 200": (
        with_incomes(income(subsistence_allowance="199.99")),
        with_incomes(income(subsistence_allowance="200.00")),
        "incomes.0.subsistence_allowance",
        "low_subsistence",
    ),
    "destitute support below 200": (
        with_incomes(income(destitute_support="199.99")),
        with_incomes(income(destitute_support="200.00")),
        "incomes.0.destitute_support",
        "low_destitute",
    ),
    "a family-planning allowance below 100": (
        with_incomes(income(family_planning="99.99")),
        with_incomes(income(family_planning="100.00")),
        "incomes.0.family_planning",
        "low_family_planning",
    ),
    "a pension below 88": (
        with_incomes(income(pension="87.99")),
        with_incomes(income(pension="88.00")),
        "incomes.0.pension",
        "low_pension",
    ),
    "out of poverty in a dangerous house": (
        make_entry(status="exited", living=LIVING | {"house_safety": "02"}),
        make_entry(status="registered", living=LIVING | {"house_safety": "02"}),
        "living.house_safety",
        "exited_unsafe_house",
    ),
    "out of poverty without safe water": (
        make_entry(status="exited_supported", living=LIVING | {"has_safe_water": False}),
        make_entry(status="exited_supported", living=LIVING | {"has_safe_water": None}),
        "living.has_safe_water",
        "exited_unsafe_water",
    ),
    "out of poverty in the dark": (
        make_entry(status="exited", living=LIVING | {"has_electricity": False}),
        make_entry(status="exited", living=LIVING),
        "living.has_electricity",
        "exited_dark",
    ),
    "more irrigated than cultivated": (
        make_entry(living=LIVING | {"irrigated_mu": Decimal("3.01")}),
        make_entry(living=LIVING | {"irrigated_mu": Decimal("3.00")}),
        "living.irrigated_mu",
        "irrigated",
    ),
    "more than 5 km from the road": (
        make_entry(living=LIVING | {"road_km": Decimal("5.01")}),
        make_entry(living=LIVING | {"road_km": Decimal("5.00")}),
        "living.road_km",
        "far_road",
    ),
}  # fmt: skip

HINTS = {
    "a bank card with another last digit": (
        make_entry(bank_account="6222000011112224"),
        make_entry(bank_account="6222000011112223"),
        "bank_account",
        "luhn",
    ),
    "on the register, no living conditions": (
        make_entry(status="registered", main_cause="99"),
        make_entry(status="registered", main_cause="99", living=LIVING),
        "living",
        "no_living",
    ),
    "no state of health": (member(health=[]), member(health=["01"]), f"{M}.health", "no_health"),
    "no labour capacity at 16": (aged(16), aged(16, days=1, schooling="09"), f"{M}.labour", "no_labour"),
    "no labour capacity at 59": (aged(60, days=1), aged(60), f"{M}.labour", "no_labour"),
    "employed for how long?": (
        member(employment="01"),
        member(employment="01", employment_months=0),
        f"{M}.employment_months",
        "no_months",
    ),
    "wages without a worker": (
        with_incomes(income(wages="300.00")),
        with_incomes(income(wages="300.00"), others=[person(ADULT, relationship="21", employment="05")]),
        "incomes.0.wages",
        "no_worker",
    ),
    "a fact to be verified": (
        with_facts(fact(verification="pending")),
        with_facts(fact(verification="explained")),
        "facts.0.verification",
        "pending",
    ),
    "no area": (
        make_entry(living=LIVING | {"water_mu": None}),
        make_entry(living=LIVING | {"water_mu": Decimal(0)}),
        "living.water_mu",
        "no_area",
    ),
    "no distance": (
        make_entry(living=LIVING | {"road_km": None}),
        make_entry(living=LIVING | {"road_km": Decimal(0)}),
        "living.road_km",
        "no_road",
    ),
    "no word on the toilet": (
        make_entry(living=LIVING | {"has_sanitary_toilet": None}),
        make_entry(living=LIVING | {"has_sanitary_toilet": False}),
        "living.has_sanitary_toilet",
        "no_flag",
    ),
}


def test_an_entry_as_it_should_be_has_no_problems():
    spouse = person(ADULT, "2", "02", employment="01", employment_months=10)
    son = person(date(2003, 9, 1), "1", "03", schooling="05", labour="04")
    mother = person(GRANDMOTHER, "2", "12", labour="04", health=["02", "04"])
    entry = make_entry(
        spouse,
        son,
        mother,
        phone="13800000000",
        bank_account="6222000011112223",
        main_cause="01",
        other_causes=["02", "99"],
        incomes=[income(2015, wages="12000.50", business="3000.00", production_expense="500.00", pension="1200.00")],
        living=LIVING,
        facts=[fact("subsistence", date(2014, 1, 1), ended_on=date(2015, 12, 31))],
    )
    assert found(entry) == []


@pytest.mark.parametrize(("wrong", "beside", "path", "code"), ERRORS.values(), ids=ERRORS)
def test_errors(wrong, beside, path, code):
    problems = {(problem.path, problem.code): problem for problem in check_household(wrong, TODAY)}
    assert (path, code) in problems
    assert problems[path, code].is_error
    assert problems[path, code].message
    assert (path, code) not in found(beside)
    assert not has_errors(check_household(beside, TODAY)), found(beside)


@pytest.mark.parametrize(("odd", "beside", "path", "code"), DOUBTS.values(), ids=DOUBTS)
def test_doubts(odd, beside, path, code):
    problems = check_household(odd, TODAY)
    assert Severity.DOUBT in {problem.severity for problem in problems if (problem.path, problem.code) == (path, code)}
    assert not has_errors(problems), found(odd)
    assert (path, code) not in found(beside)


@pytest.mark.parametrize(("odd", "beside", "path", "code"), HINTS.values(), ids=HINTS)
def test_hints(odd, beside, path, code):
    problems = check_household(odd, TODAY)
    assert Severity.HINT in {problem.severity for problem in problems if (problem.path, problem.code) == (path, code)}
    assert not has_errors(problems), found(odd)
    assert (path, code) not in found(beside)


def test_a_village_that_is_gone_is_a_doubt():
    around = Circumstances(TODAY, gone_villages=frozenset({"320412100201"}))
    assert "village_gone" in codes_in(make_entry(), around)
    assert "village_gone" not in codes_in(make_entry(village="320412100202"), around)


def test_a_household_on_the_register_has_a_statement_of_the_standards_year():
    around = Circumstances(TODAY, income_year=2015)
    assert "no_statement" in codes_in(make_entry(status="registered", incomes=[income(2014)]), around)
    assert "no_statement" not in codes_in(make_entry(status="registered", incomes=[income(2015)]), around)
    assert "no_statement" not in codes_in(make_entry(incomes=[income(2014)]), around)
    assert "no_statement" not in codes_in(make_entry(status="registered"), Circumstances(TODAY))


def codes_in(entry: HouseholdEntry, around: Circumstances) -> set[str]:
    return {problem.code for problem in problems_of(entry, around)}


def test_the_limits_are_data(settings):
    settings.FUPIN_CHECK_LIMITS = settings.FUPIN_CHECK_LIMITS | {"least_pension": "1200.50", "senior_ages": [14, 21]}
    assert ("incomes.0.pension", "low_pension") in found(with_incomes(income(pension="1200.49")))
    assert ("incomes.0.pension", "low_pension") not in found(with_incomes(income(pension="1200.50")))
    assert (f"{M}.schooling", "senior_age") not in found(aged(21, schooling="12"))
    odd = check_household(aged(22, schooling="12"), TODAY)
    assert any("14" in problem.message and "21" in problem.message for problem in odd)


def test_every_rule_is_tried():
    entries = [case[0] for cases in (ERRORS, DOUBTS, HINTS) for case in cases.values()]
    tried = {problem.rule for entry in entries for problem in check_household(entry, TODAY)}
    asked_of_the_register = {"H-202", "H-211"}
    assert {rule.number for rule in rules.RULES} - tried == asked_of_the_register


def test_numbers_are_given_once_and_say_the_severity():
    numbers = [rule.number for rule in rules.RULES] + [*rules.OF_THE_REGISTER]
    assert len(numbers) == len(set(numbers))
    kind = {"1": Severity.ERROR, "2": Severity.DOUBT, "3": Severity.HINT}
    assert all(kind[rule.number[2]] == rule.severity for rule in rules.RULES)


@pytest.mark.parametrize("name", rules.REQUIRED_OF_MEMBER)
def test_what_every_member_must_have(name):
    entry = member()
    setattr(entry.members[1], name, None if name == "born_on" else "")
    assert (f"members.1.{name}", "required") in found(entry)


@pytest.mark.parametrize("item", IncomeYear.AMOUNTS)
def test_no_amount_is_negative(item):
    assert (f"incomes.0.{item}", "negative") in found(with_incomes(income(**{item: "-0.01"})))


def test_an_amount_is_no_float():
    entry = with_incomes(income())
    entry.incomes[0].amounts["wages"] = 1000.5
    assert ("incomes.0.wages", "amount") in found(entry)


@pytest.mark.parametrize("relationship", sorted(rules.MALE_RELATIONS))
def test_relations_of_men(relationship):
    assert (f"{M}.relationship", "sex_relation") in found(member(sex="2", relationship=relationship))
    assert (f"{M}.relationship", "sex_relation") not in found(member(sex="1", relationship=relationship))


@pytest.mark.parametrize("relationship", sorted(rules.FEMALE_RELATIONS))
def test_relations_of_women(relationship):
    assert (f"{M}.relationship", "sex_relation") in found(member(sex="1", relationship=relationship))
    assert (f"{M}.relationship", "sex_relation") not in found(member(sex="2", relationship=relationship))


def test_whoever_has_left_is_not_asked_about_school_and_work():
    gone = {"left_on": date(2016, 1, 1), "left_reason": "02"}
    assert found(aged(10, labour="01", schooling="09", phone="1380000000", **gone)) == []


def test_a_number_is_read_as_people_type_it():
    wide = f" {TWIN[:6]}-{TWIN[6:14]}\u3000{TWIN[14:]}"
    assert found(member(id_number=wide)) == []
    first_17 = next(n for n in (f"32041219750308{i:03d}" for i in range(1, 999, 2)) if check_character(n) == "X")
    assert found(member(id_number=f"{first_17}x")) == []


def test_a_number_in_two_spellings_is_the_same_number():
    entry = make_entry(person(ADULT, id_number=TWIN), person(ADULT, id_number=f"{TWIN[:6]} {TWIN[6:]}"))
    assert ("members.2.id_number", "id_twice") in found(entry)


def test_errors_stand_before_warnings():
    entry = with_incomes(income(wages="1.00"), income(2015, wages="-1.00"))
    severities = [problem.is_error for problem in check_household(entry, TODAY)]
    assert severities == sorted(severities, reverse=True)
    assert {True, False} == set(severities)


def test_a_day_of_birth_on_the_29th_of_february_counts_from_the_1st_of_march():
    assert person(date(2000, 2, 29)).age_on(date(2016, 2, 28)) == 15
    assert person(date(2000, 2, 29)).age_on(date(2015, 3, 1)) == 15
    assert person(date(2000, 2, 29)).age_on(date(2015, 2, 28)) == 14
    assert person(date(2000, 2, 29)).age_on(date(2016, 2, 29)) == 16


def test_net_income_is_exact_and_may_be_negative():
    year = IncomeYear(wages=Decimal("0.10"), business=Decimal("0.20"), pension=Decimal("0.30"))
    assert (year.gross, year.transfers, year.net) == (Decimal("0.60"), Decimal("0.30"), Decimal("0.60"))
    year.production_expense = Decimal("1.00")
    assert year.net == Decimal("-0.40")
