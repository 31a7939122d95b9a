"""Panels: what the upper floors show of a household or village on the pages of the floors below.

A floor registers its panels when the application starts; the page asks for those of its kind and never knows who
stands behind them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Panel:
    """A part of a page: where it stands, its template, and what it needs to know (None: nothing to show)."""

    position: int
    template: str
    context: Callable[[models.Model, object], dict | None]


_panels_of_page: dict[str, list[Panel]] = {}


def register_panel(page: str, position: int, template: str, context: Callable[[models.Model, object], dict | None]):
    """Show `template` on a page of kind "household", "village", "my_household" or "print_…", by position.

    `context(subject, user)` returns what the template needs, or None to leave the panel out for this person.
    """
    panels = _panels_of_page.setdefault(page, [])
    panels.append(Panel(position, template, context))
    panels.sort(key=lambda panel: panel.position)


def panels_for(page: str, subject: models.Model, user) -> list[tuple[str, dict]]:
    """Template and context of every panel that the person gets on this page; shown by components/panels.html."""
    shown = ((panel.template, panel.context(subject, user)) for panel in _panels_of_page.get(page, []))
    return [(template, context) for template, context in shown if context is not None]
