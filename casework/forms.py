"""What is accepted of cases: the record of every step, opening a case, objections, holidays.

A record's fields are what people write down of a step; whether they are right for the case, `casework.rules` says.
"""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.choices import CaseStage, ChangeKind, ObjectionGround, ObjectionState
from casework.models import Case, CaseEvent, Holiday, Notice, NoticeEntry, Objection
from fupin.forms import DayInput
from fupin.paper_forms import PapersField
from households.choices import Health, LabourCapacity, Relationship, Schooling, Verification
from households.models import Fact, Household

LONGEST_REASON = CaseEvent._meta.get_field("reason").max_length
LONGEST_TEXT = 1000


def _day(label, **kwargs) -> forms.DateField:
    return forms.DateField(**{"label": label, "widget": DayInput, "initial": timezone.localdate} | kwargs)


def _text(label, rows: int = 3, **kwargs) -> forms.CharField:
    return forms.CharField(**{"label": label, "widget": forms.Textarea(attrs={"rows": rows})} | kwargs)


def _count(label, **kwargs) -> forms.IntegerField:
    return forms.IntegerField(**{"label": label, "min_value": 0, "max_value": 100_000} | kwargs)


# --- The record of a step -------------------------------------------------------------------------------------------
class Record(forms.Form):
    """What is written down of a step. `on` is its day."""

    needs_papers = False
    papers_hint = ""
    # Fields that are for the step itself and not written into its record.
    unwritten = ("papers",)

    papers = PapersField()

    def __init__(self, *args, step=None, has_papers: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "papers"] + ["papers"])
        if self.papers_hint:
            self.fields["papers"].help_text = self.papers_hint
        self.fields["papers"].required = self.needs_papers and not has_papers
        if step is not None and "to_stage" in self.fields:
            self.fields["to_stage"].choices = [(stage.value, stage.label) for stage in step.back_to]


class Application(Record):
    """申请: the applicant's dated application, with the page that bears the signature."""

    needs_papers = True
    papers_hint = _("The application with the applicant's signature: photograph or scan.")

    on = _day(_("Date of the application"))
    applicant = forms.CharField(label=_("Applicant"), max_length=60)


class Appraisal(Record):
    """民主评议: when, where, who came, how they voted, and the minutes."""

    needs_papers = True
    papers_hint = _("The minutes with the signatures of those who came: photograph or scan.")

    on = _day(_("Date of the meeting"))
    place = forms.CharField(label=_("Place of the meeting"), max_length=100)
    chaired_by = forms.CharField(label=_("Chaired by"), max_length=60)
    entitled = _count(_("Entitled to attend"), min_value=1)
    attending = _count(_("Came"), min_value=1)
    in_favour = _count(_("Votes for"))
    against = _count(_("Votes against"), initial=0)
    abstained = _count(_("Abstentions"), initial=0)
    opinion = _text(_("Opinion of the meeting"), required=False, max_length=LONGEST_TEXT)


class FailedAppraisal(Appraisal):
    """An appraisal that was not passed."""

    reason = _text(
        _("Reason"), max_length=LONGEST_REASON, help_text=_("The household reads it: write it so that it understands.")
    )


class Publicity(Record):
    """公示: from when to when, where the list is posted, where to object."""

    papers_hint = _("A photograph of the posted list can also be added afterwards; it is needed for the review.")
    unwritten = ("papers",)

    on = _day(_("First day"))
    ends_on = _day(
        _("Last day"), required=False, initial=None, help_text=_("Left empty: as many days as the rules ask for.")
    )
    place = forms.CharField(
        label=_("Where it is posted"), max_length=Notice._meta.get_field("place").max_length,
        initial=_("Notice board of the village affairs"),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("Where to object"),
        max_length=Notice._meta.get_field("contact").max_length,
        help_text=_("Office and telephone number, as they are to stand on the list."),
    )


class Announcement(Publicity):
    """公告: a publicity of the decision, under the number of its document."""

    document = forms.CharField(label=_("Number of the announcement"), max_length=60)

    field_order = ["document", "on", "ends_on", "place", "contact"]


class Closing(Record):
    """The end of a publicity; there is nothing to write down but that it ended."""


class Review(Record):
    """乡镇审核: the township's opinion."""

    on = _day(_("Date of the review"))
    opinion = _text(_("Opinion"), max_length=LONGEST_TEXT)


class Decision(Record):
    """区级复审: the district's opinion, with the result of the data comparison (数据比对)."""

    CLEAN, EXPLAINED, HIT = "clean", "explained", "hit"
    COMPARISON = [
        (CLEAN, _("No hit")),
        (EXPLAINED, _("Hits, all explained or found untrue")),
        (HIT, _("Hits that are true")),
    ]

    on = _day(_("Date of the review"))
    comparison = forms.ChoiceField(label=_("Data comparison"), choices=COMPARISON, widget=forms.RadioSelect)
    comparison_note = _text(
        _("Note on the data comparison"), 2, required=False, max_length=LONGEST_TEXT,
        help_text=_("Which lists were compared, and how hits were explained."),
    )  # fmt: skip
    opinion = _text(_("Opinion"), max_length=LONGEST_TEXT)


class Conclusion(Record):
    """The end of a case: from which day, by which document."""

    on = _day(_("Day of the decision"))
    document = forms.CharField(
        label=_("Document number"), max_length=Case._meta.get_field("document").max_length, required=False,
        help_text=_("Left empty: the number of the announcement."),
    )  # fmt: skip


class HouseholdVerification(Record):
    """核实认可 (reference §2.3): who went there, what is secured, and that the household agrees and signs."""

    needs_papers = True
    papers_hint = _("The verification sheet with the household's signature: photograph or scan.")

    on = _day(_("Date of the verification"))
    verified_by = forms.CharField(
        label=_("Verified by"), max_length=100, help_text=_("Two persons: village, work team or first secretary.")
    )
    is_income_stable = forms.BooleanField(label=_("Net income a head is stably above the line"))
    has_food_and_clothing = forms.BooleanField(label=_("No lack of food and clothing"))
    has_schooling = forms.BooleanField(label=_("Compulsory education is secured"))
    has_medical_care = forms.BooleanField(label=_("Basic medical care is secured"))
    has_safe_housing = forms.BooleanField(label=_("Safe housing is secured"))
    has_safe_water = forms.BooleanField(label=_("Drinking water is safe"))
    signed_by = forms.CharField(label=_("Signed for the household by"), max_length=60)


class FollowUp(Record):
    """回访: whether a household that left the register stands on its own feet when its support ends."""

    on = _day(_("Date of the visit"))
    verified_by = forms.CharField(label=_("Visited by"), max_length=100)
    is_stable = forms.TypedChoiceField(
        label=_("Income is stably above the line"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    opinion = _text(_("Findings"), max_length=LONGEST_TEXT)


class Audit(Record):
    """镇级审核: the township has looked at the village's accounts."""

    papers_hint = _("The audited statement of the village's income: photograph or scan.")

    on = _day(_("Date of the audit"))
    opinion = _text(_("Opinion"), max_length=LONGEST_TEXT)


class Confirmation(Record):
    """审核确认: the district's decision by its document."""

    on = _day(_("Day of the decision"))
    document = forms.CharField(label=_("Document number"), max_length=Case._meta.get_field("document").max_length)
    opinion = _text(_("Opinion"), 2, required=False, max_length=LONGEST_TEXT)


class Return(Record):
    """退回: to which stage, and why."""

    on = _day(_("Date"))
    to_stage = forms.ChoiceField(label=_("Return to"), choices=CaseStage.choices)
    reason = _text(_("Reason"), max_length=LONGEST_REASON, help_text=_("What has to be done before it comes back."))


class Refusal(Record):
    """不予通过: closes the case with a reason that the household can read."""

    on = _day(_("Date"))
    reason = _text(
        _("Reason"), max_length=LONGEST_REASON, help_text=_("The household reads it: write it so that it understands.")
    )


class VillageRefusal(Record):
    """不予确认: the village keeps its standing, although the result says otherwise."""

    on = _day(_("Day of the decision"))
    document = forms.CharField(label=_("Document number"), max_length=Case._meta.get_field("document").max_length)
    reason = _text(_("Reason"), max_length=LONGEST_REASON, help_text=_("Why the decision differs from the result."))


class Withdrawal(Record):
    """撤回: the household no longer wants it, or it was opened by mistake."""

    on = _day(_("Date"))
    reason = _text(_("Reason"), max_length=LONGEST_REASON)


RECORDS: dict[str, type[Record]] = {
    "application": Application,
    "appraisal": Appraisal,
    "failed_appraisal": FailedAppraisal,
    "publicity": Publicity,
    "announcement": Announcement,
    "closing": Closing,
    "review": Review,
    "decision": Decision,
    "conclusion": Conclusion,
    "verification": HouseholdVerification,
    "follow_up": FollowUp,
    "audit": Audit,
    "confirmation": Confirmation,
    "village_refusal": VillageRefusal,
    "return": Return,
    "refusal": Refusal,
    "withdrawal": Withdrawal,
}


# --- Opening a case -------------------------------------------------------------------------------------------------
class OpenForm(forms.Form):
    """Opening a case of a kind for a household."""

    ground = _text(_("Why it is opened"), 2, max_length=Case._meta.get_field("ground").max_length)
    fact = forms.ModelChoiceField(
        label=_("Fact that it rests on"), queryset=Fact.objects.none(), required=False, empty_label=_("None"),
        help_text=_("A fact of before the registration leads to removal, one that arose after it to exit."),
    )  # fmt: skip

    def __init__(self, *args, household: Household, takes_fact: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if takes_fact:
            facts = household.facts.filter(verification=Verification.TRUE).order_by("-fact_date")
            self.fields["fact"].queryset = facts
            self.fields["fact"].label_from_instance = lambda fact: f"{fact.get_kind_display()} {fact.fact_date}"
        else:
            del self.fields["fact"]


JOINING = (ChangeKind.BIRTH, ChangeKind.MARRIED_IN, ChangeKind.MOVED_IN, ChangeKind.RETURNED)


class OpenVillageForm(forms.Form):
    """Opening the case upon a village's result."""

    ground = _text(_("Why it is opened"), 2, max_length=Case._meta.get_field("ground").max_length)


class ChangeForm(forms.Form):
    """A member change. Which fields it has, depends on its kind."""

    on = _day(_("Day of the change"))
    name = forms.CharField(label=_("Name"), max_length=60)
    id_number = forms.CharField(
        label=_("ID number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Date of birth and sex follow from it."),
    )  # fmt: skip
    relationship = forms.ChoiceField(label=_("Relation to head"))
    schooling = forms.ChoiceField(label=_("School attendance"), choices=Schooling.choices)
    health = forms.MultipleChoiceField(
        label=_("Health"), choices=Health.choices, widget=forms.CheckboxSelectMultiple, initial=[Health.HEALTHY]
    )
    labour = forms.ChoiceField(label=_("Labour capacity"), choices=LabourCapacity.choices)
    members = forms.TypedMultipleChoiceField(label=_("Who leaves"), coerce=int, widget=forms.CheckboxSelectMultiple)
    successor = forms.TypedChoiceField(
        label=_("New head of the household"), coerce=int, empty_value=None, required=False,
        help_text=_("Where the head leaves and others stay."),
    )  # fmt: skip
    new_head = forms.TypedChoiceField(
        label=_("Head of the new household"), coerce=int, help_text=_("One of those who leave.")
    )
    target = forms.CharField(
        label=_("Number of the household they join"), max_length=24,
        help_text=_("All members go there; this household is dissolved."),
    )  # fmt: skip
    reason = _text(_("Explanation"), 2, required=False, max_length=Case._meta.get_field("ground").max_length)
    papers = PapersField(help_text=_("Birth or death certificate, household register, marriage certificate …"))

    def __init__(self, *args, household: Household, change: str, has_papers: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        members = [
            (member.pk, f"{member.name}（{member.get_relationship_display()}）")
            for member in household.members.current().order_by("relationship", "pk")
        ]
        for name in ("members", "new_head"):
            self.fields[name].choices = members
        self.fields["successor"].choices = [("", _("Unchanged")), *members]
        self.fields["relationship"].choices = [row for row in Relationship.choices if row[0] != Relationship.HEAD]
        self.fields["papers"].required = not has_papers
        for name in set(self.fields) - set(fields_of(change)):
            del self.fields[name]


def fields_of(change: str) -> tuple[str, ...]:
    """The fields that a member change of this kind has."""
    person = ("name", "id_number", "relationship", "schooling", "health", "labour")
    own = person if change in JOINING else ("members", "successor")
    own = {ChangeKind.SPLIT: ("members", "new_head", "successor"), ChangeKind.MERGE: ("target",)}.get(change, own)
    return ("on", *own, "reason", "papers")


# --- Objections, proposals, holidays --------------------------------------------------------------------------------
class StatementForm(forms.Form):
    """What somebody objects to, as the public page and the desk take it."""

    ground = forms.ChoiceField(label=_("What you object to"), choices=ObjectionGround.choices, widget=forms.RadioSelect)
    entry = forms.ModelChoiceField(
        label=_("Household on the list"), queryset=NoticeEntry.objects.none(), required=False, empty_label=_("Choose"),
        help_text=_("If a household should not be on the list."),
    )  # fmt: skip
    omitted = forms.CharField(
        label=_("Household that is missing"), required=False, max_length=100,
        help_text=_("If a household is missing: name of its head, villagers' group."),
    )  # fmt: skip
    text = _text(_("Why"), 5, max_length=LONGEST_TEXT)
    name = forms.CharField(label=_("Your name"), required=False, max_length=60)
    phone = forms.CharField(
        label=_("Your telephone"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, *args, notice: Notice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["entry"].queryset = notice.entries.shown().order_by("position")
        self.fields["entry"].label_from_instance = _line_of


def _line_of(entry: NoticeEntry) -> str:
    """A household on a list as it is chosen: number, group, head."""
    return f"{entry.position}. {entry.group} {entry.head_name}"


class PaperObjectionForm(StatementForm):
    """An objection that came on paper or by word of mouth, as staff enter it."""

    received_on = _day(_("Received on"))
    papers = PapersField(help_text=_("The objection in writing: photograph or scan."))

    field_order = ["received_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ground"].label = _("What is objected to")
        self.fields["name"].label = _("Name of the objector")
        self.fields["phone"].label = _("Telephone of the objector")
        self.order_fields([name for name in self.fields if name != "papers"] + ["papers"])


class HandleForm(forms.Form):
    """How an objection ended: what was found, and the answer that the objector reads."""

    state = forms.ChoiceField(
        label=_("Result"),
        choices=[row for row in ObjectionState.choices if row[0] != ObjectionState.OPEN],
        widget=forms.RadioSelect,
    )
    findings = _text(
        _("Findings"),
        4,
        required=False,
        max_length=2000,
        help_text=_("Who was asked, what was seen; only handlers read it."),
    )
    answer = _text(
        _("Answer"),
        max_length=Objection._meta.get_field("answer").max_length,
        help_text=_("The objector reads it with the receipt. Name nobody and tell nothing private of the household."),
    )
    papers = PapersField()


class HolidayForm(forms.Form):
    """A day off, or a make-up workday."""

    day = forms.DateField(label=_("Day"), widget=DayInput)
    name = forms.CharField(label=_("Name"), max_length=Holiday._meta.get_field("name").max_length)
    is_workday = forms.BooleanField(label=_("Is worked (a make-up day)"), required=False)


class PhotoForm(forms.Form):
    """The photograph of a posted list."""

    papers = PapersField(
        label=_("Photograph"), required=True, most=1, help_text=_("The list as it is posted, with the place in view.")
    )


class TakeDownForm(forms.Form):
    """Why a list is taken off the public page before its time."""

    reason = _text(_("Reason"), 2, max_length=200)


class DismissForm(forms.Form):
    """Why proposals are not taken up."""

    reason = _text(_("Reason"), 2, max_length=200)
