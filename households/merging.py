"""Two people edited one household: what differs between the two, and an entry made of what is chosen.

Compared are three readings of the same forms: `mine` as posted, `theirs` as it is kept now, `base` as the page showed
it when the person began. A row that only one side has is one difference; a row that both have differs field by field.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from fupin.masking import mask_account, mask_id_number
from households.forms import ROWS, EntryForms, RowForm

MINE, THEIRS = "mine", "theirs"
MASK = {"id_number": mask_id_number, "bank_account": mask_account}
ABSENT = "—"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: where, how each side has it, and which side is taken unless the person says otherwise."""

    key: str
    place: str
    label: str
    mine: str
    theirs: str
    is_contested: bool
    suggested: str

    @property
    def name(self) -> str:
        """Name of the choice in the form."""
        return f"take-{self.key}"


def differences(mine: EntryForms, theirs: EntryForms, base: EntryForms) -> list[Difference]:
    """What differs between mine and theirs; contested is what both have changed."""
    for entry_forms in (mine, theirs, base):
        entry_forms.entry()
    found = []
    for kind in ("household", "living"):
        triple = (getattr(side, kind) for side in (mine, theirs, base))
        found += _fields_that_differ(kind, "", *triple)
    for kind in ROWS:
        my_rows, their_rows, base_rows = (_rows(side, kind) for side in (mine, theirs, base))
        for key in my_rows | their_rows:
            my_row, their_row, base_row = my_rows.get(key), their_rows.get(key), base_rows.get(key)
            if my_row and their_row:
                found += _fields_that_differ(f"{kind}.{key}", _title(their_row), my_row, their_row, base_row)
            else:
                found.append(_row_that_differs(f"{kind}.{key}", my_row, their_row, base_row))
    return found


def merged(mine: EntryForms, theirs: EntryForms, base: EntryForms, choices: QueryDict) -> QueryDict:
    """My posted values with theirs put in wherever theirs is chosen."""
    data = mine.data.copy()
    for difference in differences(mine, theirs, base):
        if choices.get(difference.name, difference.suggested) != THEIRS:
            continue
        kind, *rest = difference.key.split(".")
        if kind not in ROWS:
            _copy(getattr(theirs, kind)[rest[0]], getattr(mine, kind)[rest[0]].html_name, data)
            continue
        my_row, their_row = _rows(mine, kind).get(rest[0]), _rows(theirs, kind).get(rest[0])
        if my_row and their_row:
            _copy(their_row[rest[1]], my_row[rest[1]].html_name, data)
        elif their_row:
            key = f"t{rest[0]}"
            data.appendlist(kind, key)
            for field in their_row:
                _copy(field, f"{kind}-{key}-{field.name}", data)
        else:
            data.setlist(kind, [key for key in data.getlist(kind) if key != my_row.key])
    return data


def _copy(field: forms.BoundField, html_name: str, data: QueryDict) -> None:
    values = field.form.data.getlist(field.html_name)
    if values:
        data.setlist(html_name, values)
    else:
        data.pop(html_name, None)


def _rows(side: EntryForms, kind: str) -> dict[str, RowForm]:
    """The rows by what they are known by on every side: the key of what is kept, or that a side has just added it."""
    rows = (form for form in side.rows[kind].values() if not form.is_blank())
    return {str(form["pk"].data) if form["pk"].data else f"new{form.key}": form for form in rows}


def _fields_that_differ(
    key: str, place: str, mine: forms.Form, theirs: forms.Form, base: forms.Form | None
) -> Iterator[Difference]:
    for field in theirs:
        name = field.name
        my_value, their_value = _value(mine, name), _value(theirs, name)
        if my_value == their_value or name == "pk":
            continue
        base_value = _value(base, name) if base else None
        untouched = base is not None and my_value == base_value
        yield Difference(
            key=f"{key}.{name}",
            place=place,
            label=str(field.label),
            mine=_text(mine, name),
            theirs=_text(theirs, name),
            is_contested=not untouched and their_value != base_value,
            suggested=THEIRS if untouched else MINE,
        )


def _row_that_differs(key: str, mine: RowForm | None, theirs: RowForm | None, base: RowForm | None) -> Difference:
    """A row of one side only: that side added it, or the other took it out. Nothing is lost unless somebody says so."""
    row = mine or theirs
    taken_out_by_me = mine is None and base is not None
    taken_out_by_them = theirs is None and base is not None
    return Difference(
        key=key,
        place=_title(row),
        label=_("The whole row"),
        mine=_("Present") if mine else _("Taken out") if taken_out_by_me else ABSENT,
        theirs=_("Present") if theirs else _("Taken out") if taken_out_by_them else ABSENT,
        is_contested=taken_out_by_me or taken_out_by_them,
        suggested=MINE if mine else THEIRS,
    )


def _value(form: forms.Form, name: str):
    """What was entered, comparable between readings; what could not be read compares as typed."""
    value = form.cleaned_data.get(name, form[name].data)
    return value or None if not isinstance(value, bool) else value


def _text(form: forms.Form, name: str) -> str:
    """The value as a person reads it, personal numbers masked."""
    value = _value(form, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None:
        return ABSENT
    if name in MASK:
        return MASK[name](value)
    labels = _labels(form.fields[name])
    if isinstance(value, list):
        return "、".join(labels.get(code, code) for code in value)
    return labels.get(str(value), str(value))


def _labels(field: forms.Field) -> dict[str, str]:
    """Label by code of a field with choices, groups flattened."""
    labels = {}
    for code, label in getattr(field, "choices", ()):
        for inner_code, inner_label in label if isinstance(label, list | tuple) else [(code, label)]:
            labels[str(inner_code)] = str(inner_label)
    return labels


def _title(row: RowForm) -> str:
    """How a row is called: the person's name, the year, or the kind and date of a fact."""
    names = [name for name in ("name", "year", "kind", "fact_date") if name in row.fields]
    return " ".join(_text(row, name) for name in names)
