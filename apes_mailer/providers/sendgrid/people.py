"""The recipients of a request as SendGrid takes them: one personalization for each.

They are written column by column and joined in one go: a line of Python for every recipient costs five times as much.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, repeat

from apes_mailer.model.batch import Batch, Envelope
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import Context, Slot
from apes_mailer.render import fill

_encode = json.encoder.encode_basestring_ascii


class _People:
    """The columns of a batch; the n-th of each is about the n-th recipient."""

    def __init__(self, batch: Batch) -> None:
        self.attempt = batch.attempt
        self.addresses, self.marks, self.urls, self._values = zip(*batch.recipients, strict=True)
        self._fields: dict[str, tuple[Sequence[str], bool]] = {}

    def _field(self, name: str) -> tuple[Sequence[str], bool]:
        """Return a field of each recipient, and whether all of them are harmless."""
        if name not in self._fields:
            values = [own.get(name) or "" for own in self._values]
            # Where each of them is harmless, all of them with spaces between are, and the reverse.
            self._fields[name] = values, fill.is_harmless(" ".join(values)) is not None
        return self._fields[name]

    def texts(self, field: ContactField, context: Context) -> Iterable[str]:
        """Return what each recipient reads in a slot."""
        if context not in fill.TEXTUAL:
            return [_text(fill.contact_value(field, context, own)) for own in self._values]
        values, harmless = self._field(field.name)
        if harmless:
            return values
        return [
            value if fill.is_harmless(value) else _text(fill.contact_value(field, context, own))
            for value, own in zip(values, self._values, strict=True)
        ]


_Column = Callable[[_People], Iterable[str]]
"""A text of each recipient, as it stands between the quotation marks of JSON."""


class Personalizations:
    """Writes the recipients of any batch of one letter."""

    def __init__(self, keys: Mapping[Slot, str], envelope: Envelope) -> None:
        """``keys``: the substitution key of each slot that differs between recipients."""
        self._columns: list[_Column] = []
        for is_literal, pieces in groupby(_pieces(keys, envelope), key=lambda piece: isinstance(piece, str)):
            if is_literal:
                self._columns.append(_literal("".join(map(str, pieces))))
            else:
                self._columns += [piece for piece in pieces if not isinstance(piece, str)]

    def written(self, batch: Batch) -> bytes:
        """Return the personalizations of a batch, with commas between them."""
        people = _People(batch)
        texts = zip(*(column(people) for column in self._columns), strict=False)  # literals have no end
        return "".join(chain.from_iterable(texts)).removesuffix(",").encode()


def _pieces(keys: Mapping[Slot, str], envelope: Envelope) -> Iterator[str | _Column]:
    yield '{"to":[{"email":"'
    yield _addresses
    yield '"}],"substitutions":{'
    for number, (slot, key) in enumerate(keys.items()):
        yield f'{"," if number else ""}"{key}":"'
        yield _column_of(slot)
        yield '"'
    yield "}"
    if envelope.headers_unsubscribe:
        yield ',"headers":{"List-Unsubscribe":"'
        yield lambda people: map(envelope.list_unsubscribe, people.urls)
        yield '","List-Unsubscribe-Post":"List-Unsubscribe=One-Click"}' if envelope.has_page else '"}'
    yield ',"custom_args":{"apes_attempt":"'
    yield lambda people: repeat(people.attempt)
    yield '","apes_recipient":"'
    yield lambda people: people.marks
    yield '"}},'


def _literal(text: str) -> _Column:
    return lambda _: repeat(text)


def _column_of(slot: Slot) -> _Column:
    if isinstance(slot.expression, ContactField):
        return _texts(slot.expression, slot.context)
    return lambda people: [fill.own_link(slot.expression, url) for url in people.urls]


def _texts(field: ContactField, context: Context) -> _Column:
    return lambda people: people.texts(field, context)


def _addresses(people: _People) -> Iterable[str]:
    if fill.is_harmless(" ".join(people.addresses)):
        return people.addresses
    return map(_text, people.addresses)


def _text(value: str) -> str:
    return _encode(value)[1:-1]
