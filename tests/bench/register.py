"""A register as large as wanted, in a few minutes: the demo's households copied within the database, with other sums.

Copies hold what an assessment reads: households, members, income years and facts. They come after the demo's own in
every village, so that the keys of a village lie in two places, as they do in a register that has grown.
"""

from django.db import connection, models

from households.models import Fact, Household, IncomeYear, Member

# What differs from the household that is copied; everything else is the same.
_HOUSEHOLD = {"id": "c.new_id", "number": "t.village_id || '9' || c.new_id"}
_MEMBER = {"household_id": "c.new_id", "id_digest": "md5(t.id_digest || c.new_id)"}
_FACT = {"household_id": "c.new_id"}
_INCOME = {"household_id": "c.new_id"} | {
    item: f"t.{item} * (90 + c.new_id * 7919 % 21) / 100" for item in ("wages", "business", "production_expense")
}


def grow(households: int) -> None:
    """Copy households until there are that many."""
    given = Household.objects.count()
    if households <= given:
        return
    with connection.cursor() as cursor:
        # Foreign keys of the copies hold because those of the demo do; checking them takes longer than the copying.
        cursor.execute("SELECT set_config('session_replication_role', 'replica', false) WHERE " + _IS_SUPERUSER)
        cursor.execute(
            """
            CREATE TEMPORARY TABLE bench_copy AS
            SELECT h.id, (SELECT max(id) FROM households_household)
                         + row_number() OVER (ORDER BY h.village_id, n, h.id) AS new_id
            FROM households_household h, generate_series(1, %s) n
            ORDER BY h.village_id, n, h.id LIMIT %s
            """,
            [-(-households // given) - 1, households - given],
        )
        cursor.execute("ANALYZE bench_copy")
        for model, changed in ((Household, _HOUSEHOLD), (Member, _MEMBER), (IncomeYear, _INCOME), (Fact, _FACT)):
            _copy(cursor, model, changed)
        cursor.execute("DROP TABLE bench_copy")
        cursor.execute("SELECT set_config('session_replication_role', 'origin', false) WHERE " + _IS_SUPERUSER)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('households_household', 'id'), max(id)) FROM households_household"
        )
        cursor.execute("VACUUM ANALYZE")


_IS_SUPERUSER = "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"


def _copy(cursor, model: type[models.Model], changed: dict[str, str]) -> None:
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changed]
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    key = "id" if model is Household else "household_id"
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM bench_copy c JOIN "{table}" t ON t."{key}" = c.id '
        f"ORDER BY c.new_id"
    )
