"""Why a result is what it is: who counts, what is counted, which criteria hit, and on which records each rests."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override

from eligibility import recalculation
from eligibility.explanation import villages
from eligibility.explanation.as_json import household_json
from eligibility.explanation.basis import Basis, version_named
from eligibility.explanation.comparison import compare
from eligibility.explanation.distance import DecidedBy, change_across
from eligibility.explanation.households import explain_run, explain_today
from eligibility.models import Recalculation
from fupin import jobs
from households.models import Fact
from tests.eligibility.makers import DAY, make_version
from tests.factories import DISTRICT, make_fact, make_household, make_income, make_member, make_user, make_village
from villages.models import VillageIncome

pytestmark = pytest.mark.django_db
FEN = Decimal("0.01")


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def version():
    return make_version(code="demo-2015")


@pytest.fixture
def household():
    return make_household(members=1)


def yuan(text: str) -> Decimal:
    return Decimal(text)


def run_of(version, division: str = DISTRICT, **values) -> Recalculation:
    run = recalculation.start(version, division, None, **values)
    jobs.run(run.pk)
    return Recalculation.objects.explained_to(make_user("district")).get(pk=run.pk)


class TestWhoCounts:
    @pytest.mark.parametrize(
        ("values", "counts", "why"),
        [
            ({}, True, "lives together"),
            ({"joined_on": DAY}, True, "joined on"),
            ({"joined_on": DAY + timedelta(days=1)}, False, "joined only on"),
            ({"born_on": DAY}, True, "lives together"),
            ({"born_on": DAY + timedelta(days=1)}, False, "born only on"),
            ({"left_on": DAY, "left_reason": "01"}, False, "no longer there since"),
            ({"left_on": DAY + timedelta(days=1)}, True, "lives together"),
            ({"is_living_together": False}, False, "does not live together"),
        ],
    )
    def test_each_member_is_told_whether_and_why(self, version, household, values, counts, why):
        make_member(household, name="李四", **values)
        told = {person.member.name: person for person in explain_today(household, version).people}
        assert (told["李四"].counts, why in told["李四"].why) == (counts, True), told["李四"].why

    def test_all_obstacles_are_named(self, version, household):
        make_member(household, name="李四", is_living_together=False, left_on=DAY)
        (person,) = [person for person in explain_today(household, version).people if person.member.name == "李四"]
        assert "no longer there" in person.why
        assert "does not live together" in person.why

    def test_the_divisor_is_the_version_s(self, household):
        make_member(household, name="李四", is_registered_resident=False)
        version = make_version(divisor="registered")
        explained = explain_today(household, version)
        assert explained.assessment.headcount == 1
        assert [person.why for person in explained.people if not person.counts] == [
            "has the household registration elsewhere"
        ]


class TestWhatIsCounted:
    def test_items_add_up_to_the_net_income(self, household):
        version = make_version(items=["wages", "pension"])
        make_income(household, wages="8000.00", business="5000.00", pension="1200.50", production_expense="300.25")
        explained = explain_today(household, version)
        statement = explained.statement
        assert {item.name for item in statement.items if item.counts} == {"wages", "pension"}
        assert statement.counted - statement.expenses == explained.assessment.net_income == yuan("8900.25")

    def test_a_note_on_an_item_is_shown(self, household):
        version = make_version(items=["wages"], item_notes={"pension": "不计基础养老金"})
        make_income(household, wages="8000.00")
        notes = {item.name: item.note for item in explain_today(household, version).statement.items}
        assert notes["pension"] == "不计基础养老金"

    @pytest.mark.parametrize(
        ("paid", "deducted", "said"),
        [
            ("2000.00", "0.00", "does not exceed 2,000.00"),
            ("2000.01", "0.01", "less 2,000.00 yuan: 0.01"),
            ("7000.00", "5000.00", "less 2,000.00 yuan: 5,000.00"),
            ("7000.01", "5000.00", "at most 5,000.00"),
        ],
    )
    def test_a_deduction_is_worked_out(self, household, paid, deducted, said):
        criterion = {"effect": "deduct", "cost": "medical_cost", "floor": yuan("2000.00"), "cap": yuan("5000.00")}
        version = make_version(criteria=[criterion])
        make_income(household, wages="9000.00", medical_cost=paid)
        explained = explain_today(household, version)
        (finding,) = explained.deducting
        assert finding.deduction.deducted == yuan(deducted) == explained.assessment.deductions
        assert said in finding.text
        assert finding.is_hit == (yuan(deducted) > 0)

    def test_without_a_statement_nothing_is_invented(self, version, household):
        explained = explain_today(household, version)
        assert explained.statement is None
        assert explained.distance.decided_by == DecidedBy.MISSING_DATA
        assert "Once the income of 2015 is entered" in explained.distance.sentences()[-1]


class TestCriteria:
    def test_every_criterion_is_told_with_hit_or_no_hit(self, version, household):
        make_fact(household, "housing", date(2014, 5, 1))
        findings = explain_today(household, version).findings
        assert [(finding.criterion.code, finding.is_hit) for finding in findings] == [
            ("vehicle", False), ("housing", True), ("business", False), ("payroll", False), ("subsistence", False),
            ("destitute", False),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ({"verification": "pending"}, "not verified as true"),
            ({"verification": "explained"}, "not verified as true"),
            ({"fact_date": DAY + timedelta(days=1)}, "arose only on"),
            ({"ended_on": DAY}, "ended on"),
        ],
    )
    def test_a_record_that_does_not_count_says_why(self, version, household, values, why):
        values = {"fact_date": date(2014, 5, 1)} | values
        make_fact(household, "vehicle", values.pop("fact_date"), **values)
        finding = explain_today(household, version).findings[0]
        (record,) = finding.records
        assert (finding.is_hit, record.counts) == (False, False)
        assert why in record.why

    def test_a_threshold_is_part_of_it(self, household):
        version = make_version(criteria=[{"effect": "exclude", "fact_kind": "savings", "threshold": yuan("50000.00")}])
        make_fact(household, "savings", date(2014, 5, 1), amount=yuan("50000.00"))
        make_fact(household, "savings", date(2014, 6, 1), amount=yuan("50000.01"))
        (finding,) = explain_today(household, version).findings
        assert [record.counts for record in finding.records] == [False, True]
        assert "50,000.00" in finding.label
        assert "more than 50,000.00" in finding.records[0].why

    def test_who_recorded_and_who_verified_it_is_known_from_its_history(self, version, household):
        clerk, checker, other = (make_user("township", name=name) for name in ("录入人", "核查人", "后来人"))
        fact = Fact(household=household, village=household.village, kind="vehicle", fact_date=date(2014, 5, 1))
        for actor, values in ((clerk, {}), (checker, {"verification": "true"}), (other, {"note": "苏D"})):
            for name, value in values.items():
                setattr(fact, name, value)
            fact._history_user = actor
            fact.save()
        (record,) = explain_today(household, version).findings[0].records
        assert (record.recorded.who, record.verified.who) == ("录入人", "核查人")

    def test_what_is_not_known_is_not_claimed(self, version, household):
        Fact.objects.bulk_create([
            Fact(
                household=household, village=household.village, kind="vehicle", fact_date=DAY, verification="true"
            )
        ])  # fmt: skip
        (record,) = explain_today(household, version).findings[0].records
        assert (record.recorded, record.verified) == (None, None)


class TestDistance:
    @pytest.mark.parametrize(
        ("inclusive", "counted", "is_below", "change"),
        [
            (False, "17999.99", True, "0.01"),
            (False, "18000.00", False, "-0.01"),
            (True, "18000.00", True, "0.01"),
            (True, "18000.01", False, "-0.01"),
            (False, "-500.00", True, "18500.00"),
            (False, "20000.00", False, "-2000.01"),
            (True, "20000.00", False, "-2000.00"),
        ],
    )
    def test_the_change_is_the_smallest_that_crosses(self, inclusive, counted, is_below, change):
        crossed = change_across(yuan(counted), yuan("18000.00"), inclusive=inclusive, is_below=is_below)
        assert crossed == yuan(change)

    def test_below_the_line(self, version, household):
        make_member(household)
        make_income(household, wages="12000.50")
        distance = explain_today(household, version).distance
        assert (distance.gap, distance.gap_per_head, distance.change) == (
            yuan("-5999.50"), yuan("-2999.75"), yuan("5999.50"),
        )  # fmt: skip
        assert distance.is_exact_per_head
        assert "It takes 5,999.50 yuan more income in 2015" in distance.sentences()[-1]

    def test_a_share_that_is_no_whole_fen_is_called_about(self, version, household):
        make_member(household)
        make_member(household)
        make_income(household, wages="27000.01")
        distance = explain_today(household, version).distance
        assert (distance.gap, distance.gap_per_head, distance.change) == (FEN, yuan("0.00"), yuan("-0.02"))
        assert "about 0.00 yuan a head" in " ".join(distance.sentences())

    def test_on_the_line(self, version, household):
        make_income(household, wages="9000.00")
        distance = explain_today(household, version).distance
        assert (distance.gap, distance.change) == (Decimal("0.00"), -FEN)
        assert "exactly the line" in " ".join(distance.sentences())

    @pytest.mark.parametrize(
        ("facts", "wages", "decided_by", "must_go", "without"),
        [
            (["vehicle"], "1.00", "exclusion", ["vehicle"], "eligible"),
            (["vehicle", "housing"], "1.00", "exclusion", ["vehicle", "housing"], "eligible"),
            (["vehicle"], "9000.00", "exclusion", ["vehicle"], "not_eligible"),
            (["vehicle"], None, "exclusion", ["vehicle"], "insufficient_data"),
            (["vehicle", "subsistence"], "9000.00", "exclusion", ["vehicle"], "eligible"),
            (["subsistence"], "9000.00", "inclusion", ["subsistence"], "not_eligible"),
            (["subsistence"], "1.00", "inclusion", ["subsistence"], "eligible"),
            ([], "1.00", "income", [], "eligible"),
            ([], None, "missing_data", [], "insufficient_data"),
        ],
    )
    def test_what_must_go(self, version, household, facts, wages, decided_by, must_go, without):
        for kind in facts:
            make_fact(household, kind, date(2014, 5, 1))
        if wages:
            make_income(household, wages=wages)
        distance = explain_today(household, version).distance
        assert distance.decided_by.value == decided_by
        assert [criterion.code for criterion in distance.must_go] == must_go
        assert distance.without == without
        Fact.objects.filter(kind__in=must_go).delete()
        assert explain_today(household, version).assessment.outcome == without

    def test_nobody_counts(self, version, household):
        household.members.update(left_on=DAY)
        make_income(household, wages="9000.00")
        distance = explain_today(household, version).distance
        assert (distance.limit, distance.change) == (None, None)
        assert "at least one person" in distance.sentences()[-1]


class TestOfARun:
    def test_what_was_stored_is_shown_and_that_nothing_changed(self, version, household):
        make_income(household, wages="8999.99")
        explained = explain_run(household, run_of(version))
        assert explained.told == explained.assessment
        assert (explained.stored.differences, explained.stored.changes) == ([], [])

    def test_what_has_changed_since_is_said_plainly(self, version, household):
        income = make_income(household, wages="8999.99")
        run = run_of(version)
        income.wages = yuan("9000.00")
        income.save()
        make_fact(household, "vehicle", date(2014, 5, 1))
        explained = explain_run(household, run)
        assert (explained.told.outcome, explained.assessment.outcome) == ("eligible", "not_eligible")
        assert explained.told_distance.change == FEN
        differences = {row.label: (row.stored, row.today) for row in explained.stored.differences}
        assert differences == {
            "Result": ("Eligible", "Not eligible"),
            "Net income (yuan)": ("8,999.99", "9,000.00"),
            "Per head (yuan)": ("8,999.99", "9,000.00"),
            "Criteria that hit": ("—", "Motor vehicle"),
        }  # fmt: skip
        assert (explained.findings[0].is_hit, explained.findings[0].is_hit_today) == (False, True)
        assert len(explained.stored.changes) == 2

    def test_a_run_that_found_nothing_new_is_explained_by_the_row_before(self, version, household):
        make_income(household, wages="8999.99")
        first, second = run_of(version), run_of(version)
        assert explain_run(household, second).stored.determination.run_id == first.pk
        assert explain_run(household, second).told.outcome == "eligible"

    def test_a_run_elsewhere_says_nothing_of_it(self, version, household):
        make_income(household, wages="8999.99")
        run_of(version)
        elsewhere = make_household(make_village("320412101201"))
        assert explain_run(household, run_of(version, elsewhere.village_id)) is None

    def test_a_simulation_is_explained_by_its_own_terms(self, version, household):
        make_income(household, wages="9000.00")
        run = run_of(version, changes={"line": "9000.01"}, simulate=True)
        explained = explain_run(household, run)
        assert (explained.told.outcome, explained.told.line) == ("eligible", yuan("9000.01"))
        assert explained.told_distance.change == FEN
        assert explained.stored.differences == []

    def test_queries_do_not_grow_with_the_household(self, version, household, django_assert_max_num_queries):
        make_income(household, wages="9000.00")
        for position in range(8):
            make_member(household)
            make_fact(household, "vehicle", date(2014, 1, 1 + position))
        with django_assert_max_num_queries(12):
            explain_today(household, version)


class TestVillages:
    @pytest.fixture
    def of_villages(self):
        return make_version(code="village-2015", subject="village", items=["operating", "subsidy"])

    @pytest.mark.parametrize(
        ("operating", "outcome", "change"),
        [
            ("1499999.99", "weak", "0.01"),
            ("1500000.00", "not_weak", "-0.01"),
            ("1600000.00", "not_weak", "-100000.01"),
        ],
    )
    def test_categories_sum_and_distance(self, of_villages, operating, outcome, change):
        village = make_village()
        VillageIncome.objects.create(village=village, year=2015, operating=yuan(operating), other=yuan("9.00"))
        explained = villages.explain_today(village, of_villages)
        assert (explained.told.outcome, explained.told.change) == (outcome, yuan(change))
        assert sum(item.amount for item in explained.items if item.counts) == explained.told.total
        assert {item.name for item in explained.items if not item.counts} == {"contracting", "investment", "other"}

    def test_without_a_statement(self, of_villages):
        told = villages.explain_today(make_village(), of_villages).told
        assert (told.outcome, told.change, told.across) == ("insufficient_data", None, None)
        assert "Once the income of 2015 is entered" in told.sentences()[0]

    def test_of_a_run_with_what_changed_since(self, of_villages):
        village = make_village()
        income = VillageIncome.objects.create(village=village, year=2015, operating=yuan("900000.00"))
        run = run_of(of_villages)
        assert villages.explain_run(village, run).differences == []
        income.operating = yuan("1500000.00")
        income.save()
        explained = villages.explain_run(village, run)
        assert (explained.told.outcome, explained.today.outcome) == ("weak", "not_weak")
        assert [difference.label for difference in explained.differences] == ["Result", "Counted income (yuan)"]


class TestComparison:
    def test_the_income_year_moves_with_the_date(self, version):
        assert Basis.of(version).is_of_standard
        other = Basis.of(version, date(2017, 6, 30))
        assert (other.income_year, other.is_of_standard) == (2017, False)
        assert Basis.of(version, date(2017, 6, 30), 2016).income_year == 2016
        assert (version.reference_date, version.income_year) == (DAY, 2015)

    def test_two_dates_differ_in_what_differs_only(self, version, household):
        make_member(household, name="李四", joined_on=date(2016, 2, 1))
        make_income(household, 2015, wages="9000.00")
        make_income(household, 2016, wages="9000.00")
        comparison = compare(household, Basis.of(version), Basis.of(version, date(2016, 12, 31)))
        assert comparison.outcome_differs
        differing = {row.name for part in comparison.parts() for row in part.rows if row.differs}
        joined = household.members.get(name="李四")
        assert differing == {
            "reference_date", "income_year", f"member-{joined.pk}", "headcount", "per_head", "limit", "gap", "outcome",
        }  # fmt: skip

    def test_two_standards_differ_in_criteria_and_line(self, version, household):
        make_income(household, wages="9000.00")
        other = make_version(
            line=yuan("9500.00"), items=["wages"], criteria=[{"effect": "exclude", "fact_kind": "savings"}]
        )
        comparison = compare(household, Basis.of(version), Basis.of(other))
        rows = {row.name: (row.left, row.right) for part in comparison.parts() for row in part.rows if row.differs}
        assert rows["line"] == ("below 9,000.00", "below 9,500.00")
        assert rows["exclude-savings"] == ("—", "no hit")
        assert rows["exclude-vehicle"] == ("no hit", "—")
        assert rows["outcome"] == ("Not eligible", "Eligible")

    def test_a_version_is_named_by_code_and_number(self, version):
        assert version_named("demo-2015@1", "household") == version
        assert version_named("demo-2015", "household") == version


def test_json_extends_the_contract(version, household):
    make_income(household, wages="8999.99")
    explained = explain_today(household, version)
    assert explained.assessment.as_json().items() <= household_json(explained).items()
    assert timezone.is_aware(datetime.fromisoformat(household_json(explained)["income"]["entered"]["at"]))
