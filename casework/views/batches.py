"""Whole lists at once: a village takes its households through appraisal and publicity, a township reviews a list.

Cases of villages make one list a person: the township audits its villages, the district confirms its villages.
"""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, F, Min, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from casework import records, services
from casework.choices import CaseStage
from casework.forms import RECORDS
from casework.models import Case
from casework.services.steps import MOST_CASES_AT_ONCE
from casework.stages import PROCEDURES, Step, places_waiting_for, steps_from
from casework.views.cases import TakesCasePapers
from fupin.conflicts import Conflict
from fupin.pages import ServicePage
from fupin.parsers import whole_number
from fupin.scope import division_range
from villages.models import Division


class Batches(PermissionRequiredMixin, TemplateView):
    """The lists that wait for this person: of households by kind, stage and village; of villages by stage."""

    template_name = "casework/batches.html"
    permission_required = "casework.view"

    def get_context_data(self, **kwargs):
        user = self.request.user
        waiting = Case.objects.visible_to(user).at(list(places_waiting_for(user))).order_by()
        village = {"code": F("village_id"), "place": F("village__name"), "above": F("village__parent__name")}
        groups = [
            *_grouped(waiting.filter(household=None)),
            *_grouped(waiting.exclude(household=None), **village),
        ]
        mine = Division.objects.filter(pk=user.jurisdiction).first()
        for group in groups:
            if "code" not in group and mine:
                group |= {"code": mine.pk, "place": mine.name, "above": ""}
        return super().get_context_data(groups=groups, **kwargs)


def _grouped(waiting: QuerySet, **place) -> list[dict]:
    """How many cases wait by kind and stage, and by place where one is given, since when, and for which step."""
    rows = waiting.values("kind", "stage", **place).annotate(count=Count("pk"), since=Min("stage_since"))
    return [
        row
        | {
            "label": PROCEDURES[row["kind"]].kind.label,
            "step": next(step for step in steps_from(row["kind"], row["stage"]) if step.is_forward).label,
        }
        for row in rows.order_by(*(["code"] if place else []), "kind", "stage")
    ]


class TakeBatch(TakesCasePapers, ServicePage):
    """One step for all cases of a kind at a stage in a village, less those that are drawn out of the list."""

    permission_required = "casework.take_steps"
    template_name = "casework/batch.html"

    @cached_property
    def place(self) -> Division:
        division = Division.objects.visible_to(self.request.user).filter(code=self.kwargs["division"]).first()
        if division is None:
            raise Http404
        return division

    @cached_property
    def steps(self) -> list[Step]:
        """The steps that this person's role takes from the stage, those that go on first."""
        found = [
            step
            for step in steps_from(self.kwargs["kind"], self.kwargs["stage"])
            if self.request.user.has_perm(step.permission)
        ]
        if not found:
            raise Http404
        return sorted(found, key=lambda step: not step.is_forward)

    @cached_property
    def step(self) -> Step:
        asked = self.request.GET.get("step", "")
        return next((step for step in self.steps if step.code == asked), self.steps[0])

    @cached_property
    def cases(self) -> list[Case]:
        rows = Case.objects.visible_to(self.request.user).filter(
            division_range("village_id", self.place.pk), kind=self.kwargs["kind"], stage=self.kwargs["stage"]
        )
        rows = rows.select_related("household", "village__parent", "notice", "determination").order_by(
            "village_id", "household__number"
        )
        return list(rows[:MOST_CASES_AT_ONCE])

    @cached_property
    def chosen(self) -> dict[int, int]:
        """The version that the person saw by the key of every case that is ticked."""
        pairs = (entry.partition(":") for entry in self.request.POST.getlist("case"))
        numbers = ((whole_number(key, 2**62), whole_number(version, 2**31)) for key, _colon, version in pairs)
        return {key: version for key, version in numbers if key and version}

    def get_form(self, form_class=None):
        options = self.get_form_kwargs()
        if self.cases:
            options["initial"] = records.initial_of(self.step, self.cases[0], self.request.user)
        return RECORDS[self.step.record](**options, step=self.step, has_papers=bool(self.kept_papers))

    def act(self, values):
        papers = self.papers(values)
        try:
            moved = services.take_step(self.request.user, self.step.code, self.chosen, values, papers)
        except Conflict:
            self.kept_papers = papers
            raise records.moved_meanwhile() from None
        said = ngettext("%(count)d case: written down.", "%(count)d cases: written down.", len(moved))
        return said % {"count": len(moved)}, reverse("casework:batches")

    def get_context_data(self, **kwargs):
        kind = PROCEDURES[self.kwargs["kind"]].kind.label
        return super().get_context_data(
            place=self.place,
            cases=self.cases,
            chosen=self.chosen if self.request.method == "POST" else {case.pk for case in self.cases},
            step=self.step,
            steps=self.steps,
            kind=kind,
            stage=CaseStage(self.kwargs["stage"]),
            crumbs=[
                (_("Cases"), reverse("casework:list")),
                (_("Lists"), reverse("casework:batches")),
                (f"{kind} · {self.place.name}", ""),
            ],
            **kwargs,
        )
