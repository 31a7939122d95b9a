"""Accounts of results as JSON: the shape of design §5, with what stands behind it; amounts as text with 2 decimals."""

from decimal import Decimal

from eligibility.explanation.basis import Basis
from eligibility.explanation.comparison import Comparison
from eligibility.explanation.distance import Distance
from eligibility.explanation.households import Explanation
from eligibility.explanation.records import FactRecord, Finding, Handling, Person, Statement
from eligibility.explanation.villages import VillageExplanation, VillageResult
from eligibility.models import StandardVersion


def household_json(explained: Explanation) -> dict:
    """A household's result, today's or a run's, and why."""
    stored = explained.stored
    said = explained.told.as_json() | {
        "version": explained.version.number,
        "income_year": explained.terms.income_year,
        "sentence": explained.told_sentence,
        "distance": _distance(explained.told_distance),
        "members": [_person(person) for person in explained.people],
        "income": _statement(explained.statement) if explained.statement else None,
        "criteria": [_finding(finding) for finding in explained.findings],
    }
    if stored:
        said["run"] = str(stored.run.pk)
        said["today"] = explained.assessment.as_json() | {"sentence": explained.sentence}
        said["changed_since"] = bool(stored.differences)
    return said


def village_json(explained: VillageExplanation) -> dict:
    """A village's result, today's or a run's, and why."""
    said = {"village": explained.village.pk} | _village_result(explained.told)
    said["income"] = [_item(item) for item in explained.items] if explained.row else None
    if explained.run:
        said["run"] = str(explained.run.pk)
        said["today"] = _village_result(explained.today)
        said["changed_since"] = bool(explained.differences)
    return said


def comparison_json(comparison: Comparison) -> dict:
    """A household judged twice, and the names of the lines in which both sides differ."""
    rows = [row for part in comparison.parts() for row in part.rows]
    return {
        "household": comparison.household.number,
        "outcome_differs": comparison.outcome_differs,
        "differing": [row.name for row in rows if row.differs],
        "left": _side(comparison.left_basis, comparison.left),
        "right": _side(comparison.right_basis, comparison.right),
    }


def _side(basis: Basis, explained: Explanation) -> dict:
    return household_json(explained) | {"is_trial": not basis.is_of_standard or basis.is_draft}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _distance(distance: Distance) -> dict:
    return {
        "decided_by": distance.decided_by.value,
        "counted_income": _text(distance.counted),
        "limit": _text(distance.limit),
        "gap": _text(distance.gap),
        "gap_per_head": _text(distance.gap_per_head),
        "change": _text(distance.change),
        "across": str(distance.across) if distance.change is not None else None,
        "must_go": [{"code": criterion.code, "effect": criterion.effect} for criterion in distance.must_go],
        "without": distance.without,
        "text": distance.sentences(),
    }


def _person(person: Person) -> dict:
    member = person.member
    return {
        "name": member.name,
        "born_on": member.born_on.isoformat(),
        "joined_on": _date(member.joined_on),
        "left_on": _date(member.left_on),
        "counts": person.counts,
        "text": person.why,
    }


def _statement(statement: Statement) -> dict:
    return {
        "year": statement.row.year,
        "items": [_item(item) for item in statement.items],
        "counted": _text(statement.counted),
        "production_expense": _text(statement.expenses),
        "entered": _handling(statement.entered),
    }


def _item(item) -> dict:
    return {"code": item.name, "amount": _text(item.amount), "counts": item.counts}


def _finding(finding: Finding) -> dict:
    deduction = finding.deduction
    return {
        "code": finding.criterion.code,
        "effect": finding.criterion.effect,
        "threshold": _text(finding.criterion.threshold),
        "hit": finding.is_hit,
        "text": finding.text,
        "facts": [_fact(record) for record in finding.records],
        "deduction": {
            "paid": _text(deduction.paid),
            "floor": _text(deduction.floor),
            "cap": _text(deduction.cap),
            "deducted": _text(deduction.deducted),
        }
        if deduction
        else None,
    }


def _fact(record: FactRecord) -> dict:
    fact = record.fact
    return {
        "fact_date": fact.fact_date.isoformat(),
        "ended_on": _date(fact.ended_on),
        "verification": fact.verification,
        "amount": _text(fact.amount),
        "note": fact.note,
        "counts": record.counts,
        "text": record.why,
        "recorded": _handling(record.recorded),
        "verified": _handling(record.verified),
    }


def _handling(handling: Handling | None) -> dict | None:
    return {"who": handling.who, "at": handling.at.isoformat()} if handling else None


def _date(day) -> str | None:
    return day.isoformat() if day else None


def _village_result(result: VillageResult) -> dict:
    version: StandardVersion = result.version
    return {
        "standard": version.standard.code,
        "version": version.number,
        "income_year": result.terms.income_year,
        "outcome": result.outcome,
        "total": _text(result.total),
        "line": _text(result.line),
        "sentence": result.sentence,
        "distance": {
            "gap": _text(result.gap),
            "change": _text(result.change),
            "across": str(result.across) if result.across else None,
            "text": result.sentences(),
        },
    }
