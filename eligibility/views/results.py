"""The pages of results and proposals."""

from eligibility.filters import (
    DeterminationFilter,
    ProposalFilter,
    VillageDeterminationFilter,
)
from eligibility.models import (
    Determination,
    Proposal,
    VillageDetermination,
)
from eligibility.resources import (
    DeterminationResource,
    ProposalResource,
    VillageDeterminationResource,
)
from fupin.listing import DeskListView


class DeterminationList(DeskListView):
    """The results of households that count today."""

    permission_required = "eligibility.view"
    template_name = "eligibility/results.html"
    queryset_class = Determination.objects.current().select_related("household", "village__parent")
    filterset_class = DeterminationFilter
    resource_class = DeterminationResource
    orders = {"place": ("household_id", "pk")}


class ProposalList(DeskListView):
    permission_required = "eligibility.view"
    template_name = "eligibility/proposals.html"
    queryset_class = Proposal.objects.select_related(
        "household__village__parent", "determination", "made_by__job", "made_by__version__standard", "case"
    )
    filterset_class = ProposalFilter
    resource_class = ProposalResource
    orders = {"newest": ("-pk",)}


class VillageDeterminationList(DeskListView):
    permission_required = "eligibility.view"
    template_name = "eligibility/village_results.html"
    queryset_class = VillageDetermination.objects.current().select_related(
        "village__parent", "village__profile", "standard", "run__version"
    )
    filterset_class = VillageDeterminationFilter
    resource_class = VillageDeterminationResource
    orders = {"place": ("village_id", "pk")}
