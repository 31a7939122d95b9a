"""What a benchmark found, beside its goal."""

import os
from dataclasses import dataclass
from pathlib import Path


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


def processor_seconds(process: int | str) -> float:
    """What a process has used of the processors so far; nothing where it cannot be told, as of a server elsewhere."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
