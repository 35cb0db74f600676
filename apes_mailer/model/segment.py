"""Segments: whom of a list a send is for, as an expression such as ``territoire = Aisne and tag:adherent``.

Values are compared as those of audiences are (:mod:`apes_mailer.model.variant`): capitals, accents and punctuation make
no difference, and a cell may hold several values, of which one is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from apes_mailer.model.field import TAGS, field_named
from apes_mailer.model.spelling import alike
from apes_mailer.model.variant import values_in

if TYPE_CHECKING:
    from lark import Lark

# A word of an operator is one only where it stands alone: a value that needs it is put in quotes.
_GRAMMAR = r"""
?start: either
?either: both (OR both)*
?both: negated (AND negated)*
?negated: NOT negated -> negation
        | "(" either ")"
        | words (EQUALS | DIFFERS) values -> comparison
        | TAG ":" values -> tagged
        | words -> named
values: value (("," | ";") value)*
value: (WORD | QUOTED)+
words: WORD+

EQUALS: "="
DIFFERS: "!=" | "<>" | "≠"
OR.2: /(or|ou)(?![^\s()])/i
AND.2: /(and|et)(?![^\s()])/i
NOT.2: /(not|non)(?![^\s(])/i
TAG.2: /(tag|étiquette)(?=\s*:)/i
QUOTED: /"[^"]*"|“[^”]*”|«[^»]*»/
WORD: /[^\s=!<>≠(),;:"“”«»]+/
%ignore /\s+/
"""
_EXAMPLE = "territoire = Aisne and tag:adherent"


class SegmentError(ValueError):
    """An expression that is not understood; ``reason`` says where and why, ``cure`` how to write it."""

    def __init__(self, reason: str, cure: str = f"Write it like this: {_EXAMPLE}") -> None:
        super().__init__(f"{reason}. {cure}")
        self.reason = reason
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Has:
    """Holds for a contact that has one of these values in a field, or one that begins so.

    With no value at all: for one that has nothing there.
    """

    field: str
    values: frozenset[str]
    beginnings: tuple[str, ...]
    words: str

    def __str__(self) -> str:
        return f"tag:{self.words}" if self.field == TAGS else f"{self.field} = {self.words}"

    def holds(self, cell: str) -> bool:
        """Whether what a contact has in the field is meant."""
        there = values_in(cell)
        if not self.values and not self.beginnings:
            return not there
        return not self.values.isdisjoint(there) or any(each.startswith(self.beginnings) for each in there)


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where another condition does not."""

    part: Condition

    def __str__(self) -> str:
        return f"not {_grouped(self.part)}"


@dataclass(frozen=True, slots=True)
class Every:
    """Holds where all of these do."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(map(_grouped, self.parts))


@dataclass(frozen=True, slots=True)
class Some:
    """Holds where one of these does."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(map(_grouped, self.parts))


Condition = Has | Not | Every | Some


def _grouped(part: Condition) -> str:
    return f"({part})" if isinstance(part, Every | Some) else str(part)


def leaves(condition: Condition) -> Iterator[Has]:
    """Yield the comparisons that a condition consists of, as they stand."""
    match condition:
        case Has():
            yield condition
        case Not(part):
            yield from leaves(part)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from leaves(part)


def holds(condition: Condition, contact: Mapping[str, str]) -> bool:
    """Whether a contact with these fields is meant."""
    match condition:
        case Has():
            return condition.holds(contact.get(condition.field, ""))
        case Not(part):
            return not holds(part, contact)
        case Every(parts):
            return all(holds(part, contact) for part in parts)
        case Some(parts):
            return any(holds(part, contact) for part in parts)


def parse(text: str, named: Mapping[str, str]) -> Condition:
    """Return the condition that an expression states; ``named`` are the segments that it may name.

    Raises :class:`SegmentError`.
    """
    from lark.exceptions import UnexpectedInput

    if not text.strip():
        raise SegmentError("The segment is empty")
    try:
        parser: Any = _parser()  # its types are open ones
        tree = parser.parse(text)
    except UnexpectedInput as error:
        raise SegmentError(_misread(text, error), *_cures(text, error)) from error
    return _condition(tree, named)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def _misread(text: str, error: Any) -> str:
    at: int = error.pos_in_stream
    if getattr(getattr(error, "token", None), "type", "") == "$END":
        return f"“{text.strip()}” ends too early"
    before = text[:at].rstrip()
    return f"“{text[at:].strip()}” is not understood" + (f" after “{before}”" if before else "")


def _cures(text: str, error: Any) -> list[str]:
    """Return the cure for a sign that segments have not; mostly nothing."""
    if text[error.pos_in_stream :].lstrip().startswith(("<", ">")):
        return ["There is only =, != and a beginning, as in: code postal = 02*"]
    return []


def _condition(tree: Any, named: Mapping[str, str]) -> Condition:
    match tree.data:
        case "either" | "both":
            parts = tuple(_condition(each, named) for each in tree.children[::2])
            return Some(parts) if tree.data == "either" else Every(parts)
        case "negation":
            return Not(_condition(tree.children[1], named))
        case "comparison":
            words, sign, values = tree.children
            has = _has(_field(_text(words)), values)
            return has if sign.type == "EQUALS" else Not(has)
        case "tagged":
            return _has(TAGS, tree.children[-1])
        case _:
            return _named(_text(tree.children[0]), named)


def _text(words: Any) -> str:
    return " ".join(str(token) for token in words.children)


def _field(words: str) -> str:
    if name := field_named(words):
        return name
    raise SegmentError(f"“{words}” is not the name of a column")


def _has(field: str, values: Any) -> Has:
    """Return a comparison; an asterisk in quotes is no sign."""
    exact: set[str] = set()
    beginnings: list[str] = []
    written: list[str] = []
    for value in values.children:
        words = " ".join(_unquoted(token) for token in value.children)
        written.append(" ".join(map(str, value.children)))
        if value.children[-1].type == "WORD" and words.endswith("*"):
            beginnings.append(alike(words))
            if not beginnings[-1]:
                raise SegmentError(f"“{words}” means every value", cure='For all who have one, write: not field = ""')
        elif alike(words):
            exact |= values_in(words).keys()
    return Has(field, frozenset(exact), tuple(beginnings), ", ".join(written))


def _unquoted(token: Any) -> str:
    return str(token)[1:-1].strip() if token.type == "QUOTED" else str(token)


def _named(name: str, named: Mapping[str, str]) -> Condition:
    for each, expression in named.items():
        if alike(each) == alike(name):
            return parse(expression, {})
    known = f"Segments of apes-mailer.toml: {', '.join(named) or 'none'}"
    raise SegmentError(f"“{name}” is no segment, and no comparison", f"{known}. A comparison: {_EXAMPLE}")
