"""A process that runs the recalculations that wait, to be killed: `python -m tests.eligibility.worker [CHUNK]`.

With CHUNK it says "in hand" when that chunk has been written but not committed, and stays there. Otherwise it ends
with one line of JSON about each run.
"""

import json
import sys
import time

import django


def main(chunk_to_die_in: int | None) -> None:
    django.setup()
    from eligibility import determinations
    from eligibility.models import Determination, Recalculation
    from fupin import jobs
    from fupin.models import Job

    determinations.HOUSEHOLDS_A_CHUNK = 4
    if chunk_to_die_in is not None:
        real = determinations.Writer.write

        def write(writer, chunk):
            counts = real(writer, chunk)
            if chunk.position == chunk_to_die_in:
                say("in hand")
                time.sleep(60)
            return counts

        determinations.Writer.write = write
    for job in Job.objects.unfinished().order_by("created_at"):
        jobs.run(job.pk)
    for run in Recalculation.objects.select_related("job").order_by("job__created_at"):
        rows = Determination.objects.filter(run=run)
        households = rows.values("household").distinct().count()
        chunks = sorted(run.chunks.values_list("position", "state", "attempts"))
        say(json.dumps([run.job.state, run.checksum, run.counts, rows.count(), households, chunks]))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
