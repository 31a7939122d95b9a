"""The SELECT that assesses households: the rule's expressions over grouped sub-queries, each joined once.

Members and facts are aggregated before they are joined, income is one row a household and year; nothing is
correlated. What is typed into a form goes through the same SELECT, with its rows standing in for the tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import BigIntegerField, BooleanField, CharField, Q, Value
from django.db.models.expressions import Expression, RawSQL
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql import Query

from eligibility.rules import Rule
from fupin.money import FenField
from households.models import Fact, Household, IncomeYear, Member

Sql = tuple[str, tuple]

# What a determination says; where one of these differs from the current determination, a run writes a new one.
RESULTS = ("village_id", "outcome", "headcount", "net_income", "deductions", "line", "reasons")
# What is asked of the determination before.
PREVIOUS = ("id", "run_id", "previous_outcome", *RESULTS)
# What else of a household matters where a result is compared with the one before.
OF_HOUSEHOLD = ("status", "registered_on")


class Column(Expression):
    """A column of a joined sub-query."""

    def __init__(self, table: str, name: str, output_field: models.Field | None = None):
        super().__init__(output_field=output_field or BigIntegerField())
        self.table, self.name = table, name

    def as_sql(self, compiler, connection):
        return f'"{self.table}"."{self.name}"', []


class OfChunk(Expression):
    """A value of the chunk that a statement is carried out for: made once, it serves every chunk of a run."""

    def __init__(self, name: str, output_field: models.Field):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


def bound(statement: Sql, chunk: models.Model) -> Sql:
    """A statement with the values of a chunk in the place of what is `OfChunk`."""
    sql, params = statement
    return sql, tuple(getattr(chunk, param.name) if isinstance(param, OfChunk) else param for param in params)


@dataclass(frozen=True)
class Narrowing:
    """Which households are assessed, and which rows of other tables may belong to them.

    `rows` may let more through than `households`: what belongs to none of them finds nothing to join. Without `rows`
    the households are looked up first, and the rows through their keys.
    """

    households: Q
    rows: Q | None = None

    @classmethod
    def to_one(cls, household_id: int) -> "Narrowing":
        return cls(Q(pk=household_id), Q(household_id=household_id))


def assessment(rule: Rule, narrowing: Narrowing, *, previous: models.QuerySet | None = None) -> Sql:
    """One row a household: `household_id` and RESULTS; with `previous`, also OF_HOUSEHOLD and PREVIOUS as `previous_…`.

    `previous` holds at most one determination a household. It is found by the household alone: where a household was
    determined last says nothing of where it lives now.
    """
    rows = _of_those_looked_up() if narrowing.rows is None else narrowing.rows
    members = Member.objects.filter(rows, rule.members_who_count)
    incomes = IncomeYear.objects.filter(rows, year=rule.terms.income_year)
    joined = {
        "members": members.values("household_id").annotate(headcount=rule.headcount()),
        "incomes": incomes.values("household_id", *rule.income_columns),
    }
    columns = {
        "household_id": Column("households", "id"),
        "village_id": Column("households", "village_id", CharField()),
        "line": Value(rule.terms.line, FenField()),
        "headcount": Coalesce(Column("members", "headcount"), Value(0)),
        "facts_hit": Value(0, BigIntegerField()),
    } | {name: Column("incomes", name, FenField()) for name in rule.income_columns}
    selected = ["household_id", *RESULTS]
    if rule.fact_criteria:
        facts = Fact.objects.filter(rows, rule.facts_that_count)
        joined["facts"] = facts.values("household_id").annotate(facts_hit=rule.facts_hit())
        columns["facts_hit"] = Coalesce(Column("facts", "facts_hit"), Value(0))
    if previous is not None:
        joined["previous"] = previous.values("household_id", *PREVIOUS)
        of_both = {name: Column("households", name) for name in OF_HOUSEHOLD}
        of_both |= {f"previous_{name}": Column("previous", name) for name in PREVIOUS}
        columns |= of_both
        selected += of_both
    select, select_params = compile_expressions(columns | rule.results(), selected)
    of_household = ("id", "village_id", *(OF_HOUSEHOLD if previous is not None else ()))
    households, params = compile_queryset(Household.objects.filter(narrowing.households).values(*of_household))
    if narrowing.rows is None:
        select, select_params, params = f'WITH "households" AS ({households}) {select}', params + select_params, ()
    sources = ['"households"' if narrowing.rows is None else f'({households}) "households"']
    for name, queryset in joined.items():
        sql, its_params = compile_queryset(queryset)
        sources.append(f'({sql}) "{name}" ON "{name}"."household_id" = "households"."id"')
        params += its_params
    return f"{select} FROM {' LEFT JOIN '.join(sources)}", select_params + params


def _of_those_looked_up() -> Q:
    """Rows of the households that a statement has looked up first."""
    return Q(RawSQL(among("household_id", 'SELECT "id" FROM "households"'), (), BooleanField()))


def compile_queryset(queryset: models.QuerySet) -> Sql:
    sql, params = queryset.order_by().query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(params)


def compile_expressions(expressions: dict[str, Expression], selected: Iterable[str]) -> Sql:
    """`SELECT selected` without a FROM; an expression may name those before it."""
    query = Query(None)
    for name, expression in expressions.items():
        query.add_annotation(expression, name)
    query.set_annotation_mask(selected)
    sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(params)


def standing_in(tables: dict[type[models.Model], tuple[Iterable[str], list[dict]]]) -> Sql:
    """`WITH …` that puts unsaved rows in the place of models' tables, for the statement that follows.

    `tables` gives for a model the fields that the statement reads, and the rows. A common table expression hides the
    table of its name, on PostgreSQL as on SQLite, so the statement is the same as for what is kept.
    """
    expressions, params = [], ()
    for model, (fields, rows) in tables.items():
        selects = [_typed_row(model, {name: row.get(name) for name in fields}) for row in rows]
        if not selects:
            sql, its_params = _typed_row(model, dict.fromkeys(fields))
            selects = [(f"{sql} WHERE 1 = 0", its_params)]
        expressions.append(f'"{model._meta.db_table}" AS ({" UNION ALL ".join(sql for sql, _params in selects)})')
        params += sum((its_params for _sql, its_params in selects), ())
    return f"WITH {', '.join(expressions)} ", params


def _typed_row(model: type[models.Model], values: dict) -> Sql:
    columns = {}
    for name, value in values.items():
        stored = model._meta.get_field(name)
        kind = stored.target_field if stored.is_relation else stored
        columns[stored.column] = Cast(Value(value, kind), kind)
    return compile_expressions(columns, columns)


def quoted(columns: Iterable[str]) -> str:
    """Column names for a statement that is put together by hand."""
    return ", ".join(f'"{column}"' for column in columns)


def among(column: str, keys: str) -> str:
    """The condition that an indexed column has one of the keys that a SELECT finds.

    As an array they are followed through the index in their order. Of a sub-query the planner may expect millions of
    rows, and keep them apart in hashes; and each key is looked up by itself.
    """
    return f'"{column}" = ANY (ARRAY({keys}))' if connection.vendor == "postgresql" else f'"{column}" IN ({keys})'


def prepared(model: type[models.Model], values: dict) -> tuple:
    """Values of a model's columns as parameters."""
    fields = ((model._meta.get_field(column), value) for column, value in values.items())
    return tuple(field.get_db_prep_save(value, connection) for field, value in fields)


def execute(sql: str, params: tuple = ()) -> None:
    """Run a statement made here; `%` stands for parameters only where there are any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def fetch(sql: str, params: tuple = ()) -> list[dict]:
    """The rows of a statement made here, by column; amounts still in fen."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
