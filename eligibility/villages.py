"""Whether a village's income of the year lies below the line (经济一般村): a candidate until people confirm it."""

from eligibility.models import StandardVersion, VillageDetermination


def explain(determination: VillageDetermination, version: StandardVersion | None = None) -> str:
    """Why, in a sentence: the total, the line; `version` saves the look-up of the run's."""
    raise NotImplementedError
