"""The demo's standard in OpenFisca's words, from the database and back to it: `python -m tests.bench.openfisca_rule`.

A process of its own, so that its memory can be told, with nothing of Django in it. What is read is narrowed and
joined in the database as far as a careful team would: the year's incomes, the facts that hold, the outcome before.
Dates come as days since 1970, amounts as whole fen; nothing is loaded that the rule does not read.
"""

import argparse
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import psycopg2
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import ETERNITY, YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

TABLE = "bench_openfisca"
EPOCH = date(1970, 1, 1)


class Outcome(Enum):
    insufficient_data = "insufficient_data"
    eligible = "eligible"
    not_eligible = "not_eligible"


@dataclass(frozen=True)
class Standard:
    """What is handed over of a version of a standard: the line in fen, facts as (kind, effect, bit)."""

    standard_id: int
    run_id: str
    year: int
    day: int
    line: int
    divisor: str
    items: list[str]
    facts: list[tuple[str, str, int]]


# --- The rule -----------------------------------------------------------------------------------------------------
PERSON = build_entity("person", "persons", "A member", is_person=True)
HOUSEHOLD = build_entity("household", "households", "A household", roles=[{"key": "member", "plural": "members"}])


def system_for(standard: Standard) -> TaxBenefitSystem:
    """OpenFisca's variables and formulas for a standard."""
    system = TaxBenefitSystem([PERSON, HOUSEHOLD])
    reference_day, year_line = standard.day, standard.line / 100

    def variable(name: str, entity, kind, period=YEAR, formula: Callable | None = None, **more) -> None:
        body = {"value_type": kind, "entity": entity, "definition_period": period, "label": name, **more}
        system.add_variable(type(name, (Variable,), body | ({"formula": formula} if formula else {})))

    def counts(person, period):
        return (
            person("lives_together", period)
            & (person("born_on", period) <= reference_day)
            & (person("joined_on", period) <= reference_day)
            & (person("left_on", period) > reference_day)
        )

    def headcount(household, period):
        return household.sum(household.members("counts", period))

    def net_income(household, period):
        return sum(household(item, period) for item in standard.items) - household("production_expense", period)

    def reasons(household, period):
        return sum(household(f"fact_{kind}", period) * bit for kind, _effect, bit in standard.facts)

    def outcome(household, period):
        def hit(effect):
            return sum(household(f"fact_{kind}", period) for kind, its, _bit in standard.facts if its == effect) > 0

        people = household("headcount", period)
        return np.select(
            [
                hit("exclude"),
                hit("include"),
                ~household("has_statement", period) | (people == 0),
                household("net_income", period) < year_line * people,
            ],
            [Outcome.not_eligible, Outcome.eligible, Outcome.insufficient_data, Outcome.eligible],
            Outcome.not_eligible,
        )

    variable("lives_together", PERSON, bool, ETERNITY)
    for name in ("born_on", "joined_on", "left_on"):
        variable(name, PERSON, int, ETERNITY)
    variable("counts", PERSON, bool, formula=counts)
    variable("headcount", HOUSEHOLD, int, formula=headcount)
    variable("has_statement", HOUSEHOLD, bool)
    for item in (*standard.items, "production_expense"):
        variable(item, HOUSEHOLD, float)
    for kind, _effect, _bit in standard.facts:
        variable(f"fact_{kind}", HOUSEHOLD, bool)
    variable("net_income", HOUSEHOLD, float, formula=net_income)
    variable("reasons", HOUSEHOLD, int, formula=reasons)
    variable(
        "outcome", HOUSEHOLD, Enum, formula=outcome, possible_values=Outcome, default_value=Outcome.insufficient_data
    )
    return system


# --- From the database --------------------------------------------------------------------------------------------
def queries(standard: Standard) -> dict[str, str]:
    """What is read, each with integers and short texts only, in the order of the households where that matters."""
    who = "is_living_together" if standard.divisor == "resident" else "is_registered_resident"
    items = ", ".join((*standard.items, "production_expense"))
    kinds = ", ".join(f"'{kind}'" for kind, _effect, _bit in standard.facts)
    day = f"(DATE '1970-01-01' + {standard.day})"
    return {
        "households": f"""
            SELECT h.id, h.village_id, COALESCE(p.outcome, '') AS previous FROM households_household h
            LEFT JOIN eligibility_determination p
                   ON p.household_id = h.id AND p.standard_id = {standard.standard_id} AND p.is_current
            ORDER BY h.id""",
        "members": f"""
            SELECT household_id, {who}::int AS lives_together, born_on - DATE '1970-01-01' AS born_on,
                   COALESCE(joined_on - DATE '1970-01-01', -1000000) AS joined_on,
                   COALESCE(left_on - DATE '1970-01-01', 1000000) AS left_on
            FROM households_member""",
        "incomes": f"SELECT household_id, {items} FROM households_incomeyear WHERE year = {standard.year}",
        "facts": f"""
            SELECT household_id, kind FROM households_fact
            WHERE kind IN ({kinds}) AND verification = 'true' AND fact_date <= {day}
                  AND (ended_on IS NULL OR ended_on > {day})""",
    }


def by_rows(cursor, query: str) -> dict[str, np.ndarray]:
    """The columns of a query whose rows are fetched, as most programs do."""
    cursor.execute(query)
    names = [column.name for column in cursor.description]
    columns = zip(*cursor.fetchall(), strict=True)
    return {name: np.array(values) for name, values in zip(names, columns, strict=False)}


def by_copy(cursor, query: str) -> dict[str, np.ndarray]:
    """The columns of a query that is copied out as one stream and parsed by Polars, as a careful team does."""
    stream = io.BytesIO()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", stream)
    texts = dict.fromkeys(("village_id", "previous", "kind"), pl.String)
    frame = pl.read_csv(stream.getvalue(), schema_overrides=texts).with_columns(pl.col(pl.String).fill_null(""))
    return {name: frame[name].to_numpy() for name in frame.columns}


LOADERS = {"rows": by_rows, "copy": by_copy}


# --- The work -----------------------------------------------------------------------------------------------------
def calculate(standard: Standard, tables: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Build the simulation and let OpenFisca's formulas do the rest."""
    households, members, incomes, facts = (tables[name] for name in ("households", "members", "incomes", "facts"))
    keys, period = households["id"], str(standard.year)

    def place(table: dict[str, np.ndarray]) -> np.ndarray:
        return np.searchsorted(keys, table["household_id"])

    builder = SimulationBuilder()
    system = system_for(standard)
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(len(members["household_id"])))
    population = builder.declare_entity("household", keys)
    population.members_entity_id = place(members)
    population.members_role = np.repeat(HOUSEHOLD.flattened_roles[0], len(members["household_id"]))
    simulation = builder.build(system)
    for name in ("lives_together", "born_on", "joined_on", "left_on"):
        simulation.set_input(name, "ETERNITY", members[name])
    at = place(incomes)
    for item in (*standard.items, "production_expense"):
        values = np.zeros(len(keys), dtype=np.float32)
        values[at] = incomes[item] / 100
        simulation.set_input(item, period, values)
    stated = np.zeros(len(keys), dtype=bool)
    stated[at] = True
    simulation.set_input("has_statement", period, stated)
    at = place(facts)
    for kind, _effect, _bit in standard.facts:
        hit = np.zeros(len(keys), dtype=bool)
        hit[at[facts["kind"] == kind]] = True
        simulation.set_input(f"fact_{kind}", period, hit)
    results = {name: simulation.calculate(name, period) for name in ("headcount", "net_income", "reasons", "outcome")}
    return results | {"stated": stated}


def write(cursor, standard: Standard, households: dict, results: dict) -> None:
    """Copy a row a household into a table like that of the determinations."""
    net = np.rint(results["net_income"].astype(np.float64) * 100).astype(np.int64)
    frame = pl.DataFrame(
        {
            "household_id": households["id"],
            "village_id": households["village_id"],
            "outcome": results["outcome"].decode_to_str(),
            "previous_outcome": households["previous"],
            "headcount": results["headcount"],
            "net_income": pl.Series(net).set(pl.Series(~results["stated"]), None),
            "reasons": results["reasons"],
        }
    ).with_columns(
        pl.lit(standard.run_id).alias("run_id"),
        pl.lit(standard.standard_id).alias("standard_id"),
        pl.lit(standard.line).alias("line"),
        pl.lit(0).alias("deductions"),
        pl.lit("t").alias("is_current"),
    )
    stream = io.BytesIO()
    frame.write_csv(stream, include_header=False, null_value="\\N")
    stream.seek(0)
    cursor.copy_expert(
        f"COPY {TABLE} ({', '.join(frame.columns)}) FROM STDIN (FORMAT csv, NULL '\\N')",
        stream,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("loader", choices=LOADERS)
    parser.add_argument("standard", help="as JSON")
    arguments = parser.parse_args()
    standard = Standard(**json.loads(arguments.standard))
    connection = psycopg2.connect(arguments.database)
    stages, start = {}, time.perf_counter()

    def passed(stage: str) -> None:
        stages[stage] = round(time.perf_counter() - start - sum(stages.values()), 3)

    with connection, connection.cursor() as cursor:
        tables = {name: LOADERS[arguments.loader](cursor, query) for name, query in queries(standard).items()}
        passed("load")
        results = calculate(standard, tables)
        passed("calculate")
        write(cursor, standard, tables["households"], results)
    connection.close()
    passed("write")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({"seconds": sum(stages.values()), "stages": stages, "megabytes": memory}) + "\n")


if __name__ == "__main__":
    main()
