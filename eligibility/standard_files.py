"""A standard's document as a YAML file: readable, and the same text for the same standard, so that versions compare.

Read more narrowly than YAML allows: an amount or a day is text with or without quotes, `true` and `false` are the only
truth values, no name stands twice, and nothing refers to something else. So what stands in the file is what is meant.
"""

import re
from dataclasses import replace

import yaml
from django.utils.translation import gettext as _

from eligibility.documents import Content, WrongDocument, as_document, from_document
from eligibility.models import StandardVersion
from eligibility.schema import Mistake, pointer

MOST_BYTES = 256 * 1024
MOST_LEVELS = 12
WIDTH = 110
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_ODD_LINE_ENDS = re.compile("[\r\x85\u2028\u2029]")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")


def write(version: StandardVersion) -> str:
    """The file of a version."""
    return yaml.dump(as_document(version), Dumper=_ReadableDumper, allow_unicode=True, sort_keys=False, width=WIDTH)


class _ReadableDumper(yaml.SafeDumper):
    """Text of several lines stands as such; what YAML would take for the end of a line is written as an escape."""


def _text_out(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _ODD_LINE_ENDS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_ReadableDumper.add_representer(str, _text_out)


def file_name(version: StandardVersion) -> str:
    return f"{version.standard.code}-v{version.number}.yaml"


def decoded(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, or what Chinese editors of old save in.

    Raises:
        WrongDocument: it is no text, or too long.
    """
    if len(content) > MOST_BYTES:
        raise _refused(_("The file is too large for a standard."), _("At most 256 KB"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(_("The characters of the file cannot be read."), _("A YAML file in UTF-8"))


def read(text: str) -> Content:
    """What a file says of a standard.

    Raises:
        WrongDocument: with all mistakes, each with its line.
    """
    document, lines = parse(text)
    try:
        return from_document(document)
    except WrongDocument as wrong:
        told = [_placed(mistake, lines) for mistake in wrong.mistakes]
        raise WrongDocument(sorted(told, key=lambda mistake: mistake.line or 0)) from wrong


def _placed(mistake: Mistake, lines: dict[str, int]) -> Mistake:
    """The mistake with its line; of what is missing, the line of that in which it is missing."""
    path = mistake.path
    while path and path not in lines:
        path = path.rpartition("/")[0]
    return replace(mistake, line=lines.get(path))


def parse(text: str) -> tuple[object, dict[str, int]]:
    """The plain values of a YAML text, and the line on which each stands, by JSON pointer.

    Raises:
        WrongDocument: it is no YAML, or uses more of YAML than a standard needs.
    """
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise _refused(_("The file is too large for a standard."), _("At most 256 KB"))
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _unreadable(mark.line + 1) from error
    except yaml.reader.ReaderError as error:
        raise _unreadable(text.count("\n", 0, error.position) + 1) from error
    if node is None:
        raise _refused(_("The file is empty."), _("A YAML file that describes a standard"))
    lines: dict[str, int] = {}
    return _value(node, [], lines), lines


class _PlainLoader(yaml.SafeLoader):
    """Composes nodes, and refuses what makes a small file large: references, and lists within lists without end."""

    levels = 0

    def compose_node(self, parent, index):
        event = self.peek_event()
        self.levels += 1
        if getattr(event, "anchor", None) or self.levels > MOST_LEVELS:
            raise yaml.MarkedYAMLError(problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        self.levels -= 1
        return node


def _value(node: yaml.Node, path: list, lines: dict[str, int]):
    line = node.start_mark.line + 1
    lines[pointer(path)] = line
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(part, [*path, place], lines) for place, part in enumerate(node.value)]
    return _scalar(node, path, line)


def _mapping(node: yaml.MappingNode, path: list, lines: dict[str, int]) -> dict:
    values = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        here = [*path, name]
        if not name or name in values:
            said = _("This name stands here twice.") if name else _("A name is missing here.")
            raise WrongDocument([Mistake(pointer(here), said, _("Each name once"), key.start_mark.line + 1)])
        values[name] = _value(value, here, lines)
        lines[pointer(here)] = key.start_mark.line + 1
    return values


def _scalar(node: yaml.ScalarNode, path: list, line: int):
    text = node.value
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise WrongDocument([Mistake(pointer(path), _("This holds a character that does not exist."), line=line)])
    if node.style is not None:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _WHOLE.fullmatch(text) else text


def _unreadable(line: int) -> WrongDocument:
    said = _("This is no YAML, or more of it than a standard needs.")
    return WrongDocument([Mistake("", said, _("Names and values as in an exported file"), line)])


def _refused(message: str, wanted: str) -> WrongDocument:
    return WrongDocument([Mistake("", message, wanted)])
