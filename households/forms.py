"""The entry page's forms: text as typed becomes a `HouseholdEntry`, and its problems stand beside their fields again.

The fields come from the models, what must be true of them from `households.rules`: a form only reads. Repeated rows
(members, years, facts) are forms of their own, named by the hidden field `members`, `incomes` or `facts`, whose values
are the keys of the rows in their order on the page. So a row is added or taken out by adding or removing its element.

An ID number or bank account that is kept stands masked in its input; posted back unchanged, it means the kept one.
"""

import re
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fupin import identity
from fupin.forms import DayInput
from fupin.masking import mask_account, mask_id_number
from fupin.money import NOTHING
from households import choices as c
from households.entries import FACT_FIELDS, HOUSEHOLD_FIELDS, LIVING_FIELDS, MEMBER_FIELDS
from households.models import Fact, Household, IncomeYear, LineCrossing, LivingConditions, Member
from households.rules import (
    FIRST_YEAR,
    REQUIRED_OF_MEMBER,
    FactEntry,
    HouseholdEntry,
    IncomeEntry,
    MemberEntry,
    Problem,
)
from households.services import Answers
from villages.forms import village_choices


class MoveForm(forms.Form):
    """To which village a household moves, and why."""

    village = forms.ChoiceField(label=_("New village"))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("For example: moved house."))

    def __init__(self, *args, household: Household, user, **kwargs):
        super().__init__(*args, **kwargs)
        groups = [
            (township, [choice for choice in choices if choice[0] != household.village_id])
            for township, choices in village_choices(user)
        ]
        self.fields["village"].choices = [("", "—"), *(group for group in groups if group[1])]


# Read from the ID number, never typed; what is wrong with them stands beside it.
DERIVED = ("sex", "born_on")
MOST_ROWS = 60
BLANK_KEY = "newrow"
ROW_KEY = re.compile(r"[a-z0-9]{1,12}")


class EntryField(forms.BoundField):
    """A field on the entry page: it may carry warnings, and says whether the rules ask for it."""

    @property
    def warnings(self) -> list[str]:
        return self.form.warnings.get(self.name, [])

    @property
    def is_needed(self) -> bool:
        return self.name in self.form.needed


class ReadingForm(forms.ModelForm):
    """A form that only reads: no field is required, and the model's own checks stay out."""

    bound_field_class = EntryField
    needed: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.warnings: dict[str, list[str]] = {}
        for name, field in self.fields.items():
            field.required = False
            field.template_name = "households/entry_field.html"
            if isinstance(field, forms.DateField):
                field.widget = DayInput()
            if isinstance(field, forms.TypedChoiceField) and field.choices and not field.choices[0][0]:
                field.choices = [("", "—"), *field.choices[1:]]
            field.widget.attrs |= {"autocomplete": "off", "data-field": name}
            if name in self.needed:
                field.widget.attrs["aria-required"] = "true"

    def _post_clean(self):
        """Leave the checks to `households.rules`."""

    def values(self, names: tuple[str, ...]) -> dict:
        """Cleaned values of those of `names` that could be read."""
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class HouseholdForm(ReadingForm):
    """The household itself."""

    needed = ("village", "attribute")
    village = forms.ChoiceField(label=_("Village"))
    bank_account = forms.CharField(label=_("Bank account"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    other_causes = forms.MultipleChoiceField(
        label=_("Other causes of poverty"), choices=c.Cause.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Household
        fields = HOUSEHOLD_FIELDS
        labels = {"attribute": _("Household attribute"), "main_cause": _("Main cause of poverty")}
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}

    field_order = ["village", "group", "address", "phone", "attribute", "main_cause", "other_causes"]

    def __init__(self, *args, villages: list, kept: Household | None = None, **kwargs):
        self.kept = kept
        super().__init__(*args, **kwargs)
        field = self.fields["village"]
        codes = [code for _township, group in villages for code, _name in group]
        field.choices = villages if len(codes) == 1 else [("", _("Choose a village")), *villages]
        if kept and kept.bank_account and self.initial.get("bank_account") == kept.bank_account:
            self.initial["bank_account"] = mask_account(kept.bank_account)

    def clean_bank_account(self) -> str:
        account = self.cleaned_data["bank_account"].replace(" ", "")
        if self.kept and account == mask_account(self.kept.bank_account):
            return self.kept.bank_account
        return account


class RowForm(ReadingForm):
    """One of several rows of a kind; `pk` names the one that is kept already."""

    pk = forms.IntegerField(widget=forms.HiddenInput)

    def is_blank(self) -> bool:
        """Nothing has been typed into this row."""
        return not self.has_changed()


class MemberForm(RowForm):
    """A person of the household."""

    needed = REQUIRED_OF_MEMBER
    id_number = forms.CharField(
        label=_("ID number"), max_length=40, widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false"})
    )
    health = forms.MultipleChoiceField(label=_("Health"), choices=c.Health.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Member
        fields = [name for name in MEMBER_FIELDS if name not in DERIVED]
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel"})}

    def __init__(self, *args, kept: Member | None = None, **kwargs):
        self.kept = kept
        super().__init__(*args, **kwargs)
        if kept and self.initial.get("id_number") == kept.id_number:
            self.initial["id_number"] = mask_id_number(kept.id_number)

    def clean_id_number(self) -> str:
        number = identity.normalise(self.cleaned_data["id_number"])
        if self.kept and number == mask_id_number(self.kept.id_number):
            return self.kept.id_number
        return number

    @property
    def derived(self) -> dict:
        """Sex and date of birth as the ID number says them; empty while it is not a correct one."""
        number = self.cleaned_data.get("id_number", "") if self.is_bound and self.is_valid() else ""
        if not number and self.kept:
            number = self.kept.id_number
        return sex_and_birth(number)


def sex_and_birth(number: str) -> dict:
    """`sex` and `born_on` that an ID number says; empty while the number is not correct."""
    try:
        number = identity.validate(number, timezone.localdate())
    except ValidationError:
        return {}
    return {"sex": identity.sex(number), "born_on": identity.birth_date(number)}


class IncomeForm(RowForm):
    """A year's income; an amount left empty is zero."""

    needed = ("year",)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None)

    class Meta:
        model = IncomeYear
        fields = ["year", *IncomeYear.AMOUNTS]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["year"].choices = [(year, str(year)) for year in range(this_year, FIRST_YEAR - 1, -1)]
        for name in IncomeYear.AMOUNTS:
            self.fields[name].widget.attrs |= {"placeholder": "0.00", "data-kind": _kind_of_amount(name)}
            self.initial[name] = self.initial.get(name) or None

    def is_blank(self) -> bool:
        """Not one amount: that is no statement. A household that earned nothing has a 0 typed somewhere."""
        return not any(self[name].data for name in ("pk", *IncomeYear.AMOUNTS))


def _kind_of_amount(name: str) -> str:
    if name in IncomeYear.ITEMS:
        return "income"
    return "expense" if name == "production_expense" else "cost"


class FactForm(RowForm):
    """A dated fact."""

    needed = ("kind", "fact_date", "verification")

    class Meta:
        model = Fact
        fields = FACT_FIELDS


class LivingForm(ReadingForm):
    """How the household lives."""

    class Meta:
        model = LivingConditions
        fields = LIVING_FIELDS


ROWS: dict[str, type[RowForm]] = {"members": MemberForm, "incomes": IncomeForm, "facts": FactForm}


@dataclass(frozen=True)
class Finding:
    """A line of the summary above the form: where, what, and the id of the field to jump to."""

    place: str
    message: str
    target: str
    is_error: bool


@dataclass(frozen=True)
class Ask:
    """A doubt that the page asks about: which rule, whose field, what is odd, and the field for the answer."""

    rule: str
    place: str
    target: str
    message: str
    name: str
    text: str


# What the fields are called in which the rules ask: "why-M-210-members-0-schooling".
WHY, RULE_DIGITS, REASON = "why-", 5, "crossing-reason"


def _villages_for(user, household: Household | None) -> list:
    """Villages to choose from: those of today, and the one where the household is kept, though it may be gone."""
    villages = village_choices(user)
    if household is None or any(code == household.village_id for _township, group in villages for code, _name in group):
        return villages
    village = household.village
    return [*villages, (village.parent.name, [(village.pk, village.name)])]


class EntryForms:
    """All forms of the entry page, from what is posted (`data`) or from an entry."""

    def __init__(
        self,
        user,
        *,
        household: Household | None = None,
        data=None,
        entry: HouseholdEntry | None = None,
        year: int | None = None,
    ):
        self.data = data
        self.household_kept = household
        self._kept_members = {}
        self.findings: list[Finding] = []
        self.asks: list[Ask] = []
        self.crossing: LineCrossing | None = None
        self.reason = ""
        self.year = year
        posted = {"data": data} if data is not None else {}
        initial = {} if data is not None or entry is None else _initial(entry)
        self.household = HouseholdForm(
            **posted, initial=initial.get("household"), villages=_villages_for(user, household), kept=household
        )
        self.living = LivingForm(**posted, initial=initial.get("living"), prefix="living")
        if data is not None:
            keys = {kind: [key for key in data.getlist(kind) if ROW_KEY.fullmatch(key)][:MOST_ROWS] for kind in ROWS}
        else:
            keys = {kind: [str(index) for index in range(len(initial.get(kind, ())))] for kind in ROWS}
        self._keep_members(keys["members"], data)
        self.rows: dict[str, dict[str, RowForm]] = {
            kind: {
                key: self._row(kind, key, initial[kind][int(key)] if initial else {}, **posted) for key in keys[kind]
            }
            for kind in ROWS
        }

    # --- Rows -------------------------------------------------------------------------------------------------
    def _keep_members(self, keys: list[str], data) -> None:
        """What is kept of the household's members, also of one whom somebody has taken out since."""
        if self.household_kept is None:
            return
        self._kept_members = {str(member.pk): member for member in self.household_kept.members.all()}
        named = {data.get(f"members-{key}-pk", "") for key in keys} - {""} if data is not None else set()
        if named - self._kept_members.keys():
            for past in Member.history.filter(household_id=self.household_kept.pk).order_by("history_id"):
                if str(past.id) not in self._kept_members:
                    self._kept_members[str(past.id)] = past.instance

    def _row(self, kind: str, key: str, initial: dict, data=None) -> RowForm:
        options = {"prefix": f"{kind}-{key}", "initial": self._blank(kind) | initial}
        if data is not None:
            options["data"] = data
        if kind == "members":
            pk = data.get(f"members-{key}-pk", "") if data is not None else str(initial.get("pk", ""))
            options["kept"] = self._kept_members.get(pk)
        form = ROWS[kind](**options)
        form.key = key
        return form

    def _blank(self, kind: str) -> dict:
        if kind == "members":
            return {"health": [c.Health.HEALTHY]}
        return {"year": self.year or timezone.localdate().year - 1} if kind == "incomes" else {}

    # The rows that the page's script copies; their key is the word that it replaces.
    @property
    def blank_member(self) -> RowForm:
        return self._row("members", BLANK_KEY, {})

    @property
    def blank_income(self) -> RowForm:
        return self._row("incomes", BLANK_KEY, {})

    @property
    def blank_fact(self) -> RowForm:
        return self._row("facts", BLANK_KEY, {})

    def add_row(self, kind: str) -> None:
        """One more empty row, for a browser without scripts and for a new household."""
        key = next(str(n) for n in range(MOST_ROWS + 1) if str(n) not in self.rows[kind])
        self.rows[kind][key] = self._row(
            kind, key, {"relationship": c.Relationship.HEAD} if not self.rows[kind] else {}
        )

    def remove_row(self, kind: str, key: str) -> None:
        self.rows[kind].pop(key, None)

    @property
    def members(self) -> list[RowForm]:
        return list(self.rows["members"].values())

    @property
    def incomes(self) -> list[RowForm]:
        return list(self.rows["incomes"].values())

    @property
    def facts(self) -> list[RowForm]:
        return list(self.rows["facts"].values())

    # --- Reading ----------------------------------------------------------------------------------------------
    def _forms(self) -> list[ReadingForm]:
        return [self.household, self.living, *(form for kind in ROWS for form in self._entered(kind))]

    def _entered(self, kind: str) -> list[RowForm]:
        """The rows of a kind into which something was entered, in the order of the entry's lists."""
        return [form for form in self.rows[kind].values() if not form.is_blank()]

    def can_be_read(self) -> bool:
        """Every value is a date, an amount or a choice where it must be one; what is not, is among the findings."""
        unread = [form for form in self._forms() if not form.is_valid()]
        for form in unread:
            for name, errors in form.errors.items():
                for message in errors:
                    self._find(form, name, message, is_error=True)
        self._sort_findings()
        return not unread

    def entry(self) -> HouseholdEntry:
        """What was entered, as far as it could be read."""
        for form in self._forms():
            form.is_valid()
        living = self.living.values(LIVING_FIELDS)
        asked = any(value not in (None, "") for value in living.values())
        kept = self.household_kept is not None and hasattr(self.household_kept, "living")
        return HouseholdEntry(
            village=self.household.cleaned_data.get("village", ""),
            **self.household.values(HOUSEHOLD_FIELDS),
            members=[self._member(form) for form in self._entered("members")],
            incomes=[self._income(form) for form in self._entered("incomes")],
            facts=[FactEntry(**form.values((*FACT_FIELDS, "pk"))) for form in self._entered("facts")],
            living=living if asked or kept else None,
            status=self.household_kept.status if self.household_kept else HouseholdEntry.status,
        )

    @staticmethod
    def _member(form: MemberForm) -> MemberEntry:
        values = form.values((*MEMBER_FIELDS, "pk"))
        return MemberEntry(**values | sex_and_birth(values.get("id_number", "")))

    @staticmethod
    def _income(form: IncomeForm) -> IncomeEntry:
        amounts = {name: amount or NOTHING for name, amount in form.values(IncomeYear.AMOUNTS).items()}
        return IncomeEntry(amounts=amounts, **form.values(("year", "pk")))

    def as_data(self) -> QueryDict:
        """The values of the forms as a browser would post them."""
        data = QueryDict(mutable=True)
        for kind, rows in self.rows.items():
            data.setlist(kind, list(rows))
        for form in [self.household, self.living, *(form for rows in self.rows.values() for form in rows.values())]:
            for field in form:
                value = field.value()
                if isinstance(value, list):
                    data.setlist(field.html_name, value)
                elif value is not None:
                    data[field.html_name] = str(value).lower() if isinstance(value, bool) else str(value)
        return data

    def answers(self) -> Answers:
        """What was typed into the fields in which the rules ask."""
        data = self.data or {}
        told = {name.removeprefix(WHY): data[name] for name in data if name.startswith(WHY)}
        texts = {(name[:RULE_DIGITS], self._path_of(name[RULE_DIGITS + 1 :])): text for name, text in told.items()}
        return Answers(texts, data.get(REASON, ""))

    def _path_of(self, html_name: str) -> str:
        """The path of the entry that a field of the page stands for; of a row that is gone, nothing."""
        kind, *rest = html_name.split("-")
        if kind not in ROWS or not rest:
            return ".".join((kind, *rest))
        places = {form.key: index for index, form in enumerate(self._entered(kind))}
        return f"{kind}.{places[rest[0]]}.{rest[-1]}" if rest[0] in places else ""

    def _html_name_of(self, path: str) -> str:
        kind, *rest = path.split(".")
        if kind in ROWS and rest:
            return f"{kind}-{self._entered(kind)[int(rest[0])].key}-{rest[1]}"
        return path.replace(".", "-")

    # --- Telling what is wrong --------------------------------------------------------------------------------
    def ask(self, problems: list[Problem], asked: list[Problem], crossing: LineCrossing | None) -> None:
        """Put a field beside each doubt to be explained or explained already, and one for the move across the line."""
        told = self.answers()
        for problem in problems:
            text = told.explanations.get((problem.rule, problem.path), "")
            if problem.is_doubt and (text or problem in asked):
                form, field = self._place(problem.path)
                place, target = self._named(form, "id_number" if field in DERIVED else field)
                name = f"{WHY}{problem.rule}-{self._html_name_of(problem.path)}"
                self.asks.append(Ask(problem.rule, place, target, problem.message, name, text))
        self.crossing = crossing
        self.reason = told.reason

    def show(self, problems: list[Problem]) -> None:
        """Put every problem beside its field, and into the summary."""
        for problem in problems:
            form, name = self._place(problem.path)
            if name in DERIVED:
                if problem.code == "required":
                    continue
                name = "id_number"
            if form is not None and name in form.fields:
                if problem.is_error:
                    form.add_error(name, problem.message)
                else:
                    form.warnings.setdefault(name, []).append(problem.message)
            self._find(form, name, problem.message, is_error=problem.is_error)
        self._sort_findings()

    def _place(self, path: str) -> tuple[ReadingForm | None, str]:
        kind, *rest = path.split(".")
        if kind == "living":
            return self.living, rest[0] if rest else next(iter(self.living.fields))
        if kind in ROWS:
            return (self._entered(kind)[int(rest[0])], rest[1]) if rest else (None, kind)
        return self.household, kind

    def _find(self, form: ReadingForm | None, name: str, message: str, *, is_error: bool) -> None:
        place, target = self._named(form, name)
        self.findings.append(Finding(place, message, target, is_error))

    def _named(self, form: ReadingForm | None, name: str) -> tuple[str, str]:
        """A field or section in words, and the id of its element."""
        if form is None or name not in form.fields:
            return SECTIONS.get(name, ""), name if name in SECTIONS else ""
        field = form[name]
        place = " ".join(filter(None, (self._row_label(form), str(field.label))))
        return place, field.id_for_label or field.auto_id

    def target_of(self, place: str) -> str:
        """The id of the element that a place of the register stands in ("members.17.labour"); '' where it is gone."""
        kind, *rest = place.split(".")
        form, name = self.household, kind
        if kind in ROWS:
            form = next((row for row in self.rows[kind].values() if rest and str(row["pk"].value()) == rest[0]), None)
            name = rest[-1] if rest and form else kind
        elif kind == "living":
            form, name = self.living, rest[-1] if rest else next(iter(self.living.fields))
        return self._named(form, "id_number" if name in DERIVED else name)[1]

    def _sort_findings(self) -> None:
        """In the order in which the fields stand on the page; what is about a whole section comes first."""
        forms = [form for form in self._forms() if form is not self.living]
        fields = [field for form in [*forms, self.living] for field in form]
        places = {field.id_for_label or field.auto_id: place for place, field in enumerate(fields)}
        self.findings.sort(key=lambda finding: places.get(finding.target, -1))

    def _row_label(self, form: ReadingForm) -> str:
        if isinstance(form, MemberForm):
            return form["name"].value() or str(_("Member %(number)d") % {"number": self.members.index(form) + 1})
        return str(form["year"].value()) if isinstance(form, IncomeForm) else ""

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


SECTIONS = {"members": _("Members"), "incomes": _("Income"), "facts": _("Facts")}


def _initial(entry: HouseholdEntry) -> dict:
    """The entry as initial values of the forms."""
    return {
        "household": {"village": entry.village} | {name: getattr(entry, name) for name in HOUSEHOLD_FIELDS},
        "living": entry.living or {},
        "members": [{name: getattr(member, name) for name in (*MEMBER_FIELDS, "pk")} for member in entry.members],
        "incomes": [{"year": income.year, "pk": income.pk} | income.amounts for income in entry.incomes],
        "facts": [{name: getattr(fact, name) for name in (*FACT_FIELDS, "pk")} for fact in entry.facts],
    }
