"""A plain Celery set-up for the same work, to be hit by the same blows: one task for every chunk of villages.

It is what one writes first and writes well: a task that reads and writes in one transaction, in set-based SQL, its
arguments small. What there is to do stands in the queue alone. PLAIN_ACKS_LATE=1 acknowledges a message when its task
has ended instead of when it begins; everything else is Celery's default.
"""

import os
import sys

import psycopg2
from celery import Celery

ADDRESS, BROKER = os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
app = Celery("plain", broker=BROKER)
app.conf.task_acks_late = os.environ.get("PLAIN_ACKS_LATE") == "1"
app.conf.task_ignore_result = True
app.conf.broker_connection_retry_on_startup = True

RESULTS = """
    INSERT INTO plain_result (chunk, household_id, headcount, net)
    SELECT %(chunk)s, h.id, COALESCE(m.headcount, 0), i.net
    FROM households_household h
    LEFT JOIN (SELECT household_id, count(*) AS headcount FROM households_member
               WHERE village_id BETWEEN %(first)s AND %(last)s AND is_living_together GROUP BY household_id) m
           ON m.household_id = h.id
    LEFT JOIN (SELECT household_id, wages + business + property_income - production_expense AS net
               FROM households_incomeyear WHERE village_id BETWEEN %(first)s AND %(last)s AND year = 2015) i
           ON i.household_id = h.id
    WHERE h.village_id BETWEEN %(first)s AND %(last)s
"""


@app.task(name="plain.assess")
def assess(chunk: int, first: str, last: str) -> None:
    """Judge the households of some villages, in one transaction that takes as long as a chunk of ours."""
    connection = psycopg2.connect(ADDRESS)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(RESULTS, {"chunk": chunk, "first": first, "last": last})
            cursor.execute("SELECT pg_sleep(%s)", [float(os.environ["PLAIN_PACE"])])
    finally:
        connection.close()


def publish() -> None:
    """What the web process does when the button is pressed: a message for every chunk, then it lives on."""
    connection = psycopg2.connect(ADDRESS)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT number, first, last FROM plain_chunk ORDER BY number")
        chunks = cursor.fetchall()
    for chunk in chunks:
        assess.delay(*chunk)
    sys.stdin.read()


if __name__ == "__main__":
    publish()
