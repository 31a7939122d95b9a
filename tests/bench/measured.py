"""What a benchmark found, beside its goal."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """A ratio, the goal it is to reach (None: told for what it is worth), and in words what was measured."""

    name: str
    ratio: float
    detail: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def goal(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    @property
    def verdict(self) -> str:
        if not self.goal:
            return ""
        is_short = self.ratio < self.at_least if self.at_least is not None else self.ratio > self.at_most
        return "SHORT" if is_short else "reached"
