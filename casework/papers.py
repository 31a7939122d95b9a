"""Papers of cases, of objections and of what is posted."""

from collections.abc import Iterable, Sequence

from django.core.files.uploadedfile import UploadedFile

from casework.models import CaseEvent, Paper
from fupin import papers


def keep(file: UploadedFile, actor) -> Paper:
    """Keep an uploaded file, encrypted. It belongs to nothing until `attach`.

    Raises:
        ValidationError: it is no file that is taken.
    """
    return papers.keep(Paper, file, actor)


def attach(papers: Iterable[Paper], events: Sequence[CaseEvent]) -> None:
    """Say to which steps papers belong."""
    through = Paper.events.through
    through.objects.bulk_create(
        through(paper_id=paper.pk, caseevent_id=event.pk) for paper in papers for event in events
    )
