"""How standards, assessments and recalculations are written in the API (design §5)."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.reverse import reverse

from eligibility import choices as c
from eligibility.models import Criterion, Recalculation, Simulation, Standard, StandardVersion
from fupin.api import RecordSerializer, VisibleSlugField, YuanField
from fupin.models import JobState
from households.choices import FactKind
from households.models import IncomeYear
from villages.models import Division, Village, VillageIncome

ITEMS = [*IncomeYear.ITEMS, *VillageIncome.CATEGORIES]
RUN_STATES = [(state.value, state.label) for state in JobState if state != JobState.NEEDS_ATTENTION]
CHANGE_OUTCOMES = [*c.Outcome.choices, *(choice for choice in c.VillageOutcome.choices if choice[0] not in c.Outcome)]


class CriterionSerializer(RecordSerializer):
    """A condition of a standard's version: what excludes, includes, or is deducted."""

    class Meta:
        model = Criterion
        fields = ["effect", "fact_kind", "threshold", "cost", "floor", "cap", "note"]


class StandardVersionSerializer(RecordSerializer):
    """What a standard says, in one version; the line is yuan a head a year, for villages yuan a year."""

    items = serializers.ListField(child=serializers.ChoiceField(ITEMS))
    item_notes = serializers.DictField(child=serializers.CharField(), help_text=_("Why an item is counted, or is not."))
    criteria = CriterionSerializer(many=True)

    class Meta:
        model = StandardVersion
        fields = [
            "number",
            "state",
            "reference_date",
            "income_year",
            "line",
            "inclusive",
            "divisor",
            "items",
            "item_notes",
            "criteria",
            "valid_from",
            "valid_to",
            "basis",
            "note",
            "submitted_at",
            "approved_at",
        ]


class StandardSerializer(RecordSerializer):
    """A standard in a list."""

    class Meta:
        model = Standard
        fields = ["code", "title", "subject"]


class StandardDetailSerializer(StandardSerializer):
    """A standard with its versions, the newest first."""

    versions = StandardVersionSerializer(many=True)

    class Meta(StandardSerializer.Meta):
        fields = [*StandardSerializer.Meta.fields, "versions"]


class ReasonSerializer(serializers.Serializer):
    """A criterion that hit."""

    code = serializers.CharField(help_text=_("Kind of fact, or cost."))
    effect = serializers.ChoiceField(c.Effect.choices)
    text = serializers.CharField()


class AssessmentSerializer(serializers.Serializer):
    """What a standard says of a household today; amounts in yuan."""

    household = serializers.CharField(help_text=_("Household number."))
    standard = serializers.CharField()
    reference_date = serializers.DateField()
    outcome = serializers.ChoiceField(c.Outcome.choices)
    headcount = serializers.IntegerField()
    net_income = YuanField(allow_null=True, help_text=_("Null without an income statement of the year."))
    deductions = YuanField()
    per_head = YuanField(allow_null=True)
    line = YuanField()
    reasons = ReasonSerializer(many=True)


class ProgressSerializer(serializers.Serializer):
    """How far a run is, in households."""

    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text=_("0 while it is not known."))


class CountsSerializer(serializers.Serializer):
    """What a run has found so far, and how it differs from the results before."""

    eligible = serializers.IntegerField()
    not_eligible = serializers.IntegerField()
    insufficient_data = serializers.IntegerField()
    newly_eligible = serializers.IntegerField()
    no_longer_eligible = serializers.IntegerField()

    weak = serializers.IntegerField(required=False, help_text=_("Of a run for villages, as those that follow."))
    not_weak = serializers.IntegerField(required=False)
    newly_weak = serializers.IntegerField(required=False)
    no_longer_weak = serializers.IntegerField(required=False)

    def to_representation(self, counts: dict) -> dict:
        return {name: counts.get(name, 0) for name, field in self.fields.items() if field.required or name in counts}


class RunStatus(serializers.ChoiceField):
    """The state of the run's job; one that was given up on has failed."""

    def __init__(self, **kwargs):
        super().__init__(choices=RUN_STATES, **kwargs)

    def to_representation(self, state: str) -> str:
        return JobState.FAILED if state == JobState.NEEDS_ATTENTION else state


class RecalculationSerializer(RecordSerializer):
    """A run of a standard over a division."""

    id = serializers.UUIDField(source="pk")
    url = serializers.SerializerMethodField()
    standard = serializers.CharField(source="version.standard.code")
    version = serializers.IntegerField(source="version.number")
    division = serializers.CharField(source="division_code", help_text=_("The smallest that holds all of its scope."))
    scope = serializers.ChoiceField(c.ScopeKind.choices)
    incremental = serializers.BooleanField(source="is_incremental", help_text=_("It judged only what was touched."))
    status = RunStatus(source="job.state")
    progress = ProgressSerializer(source="job")
    counts = CountsSerializer()
    error = serializers.CharField(source="job.error")
    created_at = serializers.DateTimeField(source="job.created_at")
    finished_at = serializers.DateTimeField(source="job.finished_at", allow_null=True)

    class Meta:
        model = Recalculation
        fields = [
            "id",
            "url",
            "standard",
            "version",
            "division",
            "scope",
            "incremental",
            "is_simulation",
            "line",
            "changes",
            "status",
            "progress",
            "counts",
            "checksum",
            "error",
            "watermark",
            "created_at",
            "finished_at",
        ]

    def get_url(self, run: Recalculation) -> str:
        return reverse("api:recalculation-detail", [run.pk], request=self.context["request"])


class ChangeSerializer(serializers.Serializer):
    """A result that differs from the one before, of a household or (where the standard is for villages) a village."""

    household = serializers.CharField(source="household.number", allow_null=True, default=None)
    village = serializers.CharField(source="village_id")
    outcome = serializers.ChoiceField(CHANGE_OUTCOMES)
    previous_outcome = serializers.ChoiceField(
        CHANGE_OUTCOMES, allow_blank=True, help_text=_("Empty: it is the first.")
    )
    headcount = serializers.IntegerField(allow_null=True, default=None)
    net_income = YuanField(allow_null=True, default=None)
    deductions = YuanField(allow_null=True, default=None)
    per_head = YuanField(allow_null=True, default=None)
    total = YuanField(allow_null=True, default=None, help_text=_("Of a village: its counted income."))
    line = YuanField()


class SimulationSerializer(RecordSerializer):
    """A simulation in a list; what is told of its run stands at `recalculation`."""

    id = serializers.UUIDField(source="pk")
    recalculation = serializers.SerializerMethodField()
    standard = serializers.CharField(source="run.version.standard.code")
    version = serializers.IntegerField(source="run.version.number")
    division = serializers.CharField(source="run.division_code")
    status = RunStatus(source="run.job.state")
    line = YuanField(source="run.line")
    changes = serializers.JSONField(source="run.changes", help_text=_("The terms that differ from the standard's."))
    counts = CountsSerializer(source="run.counts")
    created_at = serializers.DateTimeField(source="run.job.created_at")

    class Meta:
        model = Simulation
        fields = [
            "id",
            "name",
            "note",
            "recalculation",
            "standard",
            "version",
            "division",
            "status",
            "line",
            "changes",
            "counts",
            "created_at",
            "expires_at",
        ]

    def get_recalculation(self, simulation: Simulation) -> str:
        return reverse("api:recalculation-detail", [simulation.pk], request=self.context["request"])


class SimulationDetailSerializer(SimulationSerializer):
    """A simulation with its figures: in all, by township, cause, size and labour, and the curve."""

    figures = serializers.JSONField(help_text=_("Empty until the simulation has ended."))

    class Meta(SimulationSerializer.Meta):
        fields = [*SimulationSerializer.Meta.fields, "figures"]


class SimulatedSerializer(serializers.Serializer):
    """A household as a simulation judges it."""

    household = serializers.CharField(source="household.number")
    village = serializers.CharField(source="village_id")
    status = serializers.CharField(source="household.status")
    outcome = serializers.ChoiceField(c.Outcome.choices)
    previous_outcome = serializers.ChoiceField(c.Outcome.choices, allow_blank=True)
    headcount = serializers.IntegerField()
    net_income = YuanField(allow_null=True)
    deductions = YuanField()
    per_head = YuanField(allow_null=True)
    line = YuanField()
    boundary = YuanField(allow_null=True, help_text=_("The smallest line under which it is eligible; null: none."))


# --- What is asked for ------------------------------------------------------------------------------------------
class TriedCriterionSerializer(serializers.Serializer):
    """A condition that a simulation tries out."""

    effect = serializers.ChoiceField(c.Effect.choices)
    fact_kind = serializers.ChoiceField(FactKind.choices, required=False)
    threshold = YuanField(required=False, allow_null=True, min_value=0)
    cost = serializers.ChoiceField(c.Cost.choices, required=False)
    floor = YuanField(required=False, min_value=0)
    cap = YuanField(required=False, allow_null=True, min_value=0)


class TriedTermsSerializer(serializers.Serializer):
    """What a simulation tries out; what is left out is as in the standard."""

    name = serializers.CharField(required=False, max_length=80)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)
    line = YuanField(required=False, min_value=0, help_text=_("Without it, the standard's."))
    inclusive = serializers.BooleanField(required=False, help_text=_("Whether the line itself counts as below."))
    divisor = serializers.ChoiceField(c.Divisor.choices, required=False)
    income_year = serializers.IntegerField(required=False, min_value=2000, max_value=2100)
    reference_date = serializers.DateField(required=False)
    items = serializers.ListField(child=serializers.ChoiceField(ITEMS), required=False, allow_empty=False)
    criteria = TriedCriterionSerializer(
        many=True, required=False, help_text=_("All conditions, in the place of the standard's.")
    )


class RecalculationRequestSerializer(serializers.Serializer):
    """A run to start."""

    standard = serializers.SlugRelatedField(slug_field="code", queryset=Standard.objects.all())
    version = serializers.IntegerField(
        required=False, min_value=1, help_text=_("Without it, the one in force. A draft only as a simulation.")
    )
    division = VisibleSlugField(
        slug_field="code", queryset=Division.objects.all(), required=False, help_text=_("Unless a list is given.")
    )
    villages = serializers.ListField(
        child=VisibleSlugField(slug_field="code", queryset=Village.objects.all()),
        required=False,
        max_length=1_000,
        help_text=_("Codes: only these villages."),
    )
    households = serializers.ListField(
        child=serializers.CharField(max_length=24),
        required=False,
        max_length=10_000,
        help_text=_("Numbers: only these households."),
    )
    incremental = serializers.BooleanField(
        default=False, help_text=_("Only what was touched since the last run of the version over all of the scope.")
    )
    simulate = TriedTermsSerializer(required=False, help_text=_("With it, nothing that counts is written."))

    def validate(self, asked: dict) -> dict:
        """What is sent, which names its scope in exactly one way."""
        if sum(name in asked for name in ("division", "villages", "households")) != 1:
            raise serializers.ValidationError({"division": _("Name a division, villages, or households: one of them.")})
        return asked
