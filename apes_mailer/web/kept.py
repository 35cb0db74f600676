"""What is kept of a person, part by part, for that person to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apes_mailer.ledger.states import Kind
from apes_mailer.model.consent import Purpose
from apes_mailer.model.language import Language
from apes_mailer.web import reasons

_Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of what is kept: a title, and rows of what it is and what it says."""

    name: str
    title: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """In which words it is told; ``titles`` are those of the lists that readers know as letters of their own."""

    language: Language
    texts: _Texts
    titles: Mapping[str, str]

    def parts(self, kept: Mapping[str, Any]) -> list[Part]:
        """Return what :func:`apes_mailer.campaign.person.export` found, without the parts that would be empty."""
        found = {
            "fields": self._fields(kept),
            "lists": ((self._title(name), self.texts["kept_on_list"]) for name in kept.get("lists", ())),
            "imports": map(self._import, kept.get("imports", ())),
            "said": map(self._said, kept.get("consents", ())),
            "held": map(self._held, kept.get("suppressions", ())),
            "letters": map(self._letter, kept.get("campaigns", ())),
        }
        parts = [Part(name=name, title=self.texts[f"kept_{name}"], rows=list(rows)) for name, rows in found.items()]
        return [part for part in parts if part.rows]

    def _fields(self, kept: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        found: list[Mapping[str, str]] = [kept.get("fields") or {}]
        found += [row["fields"] for row in kept.get("files", ())]
        yield from dict.fromkeys((name, value) for fields in found for name, value in fields.items() if value)

    def _title(self, name: str | None) -> str:
        return self.titles.get(name, name) if name else self.texts["kept_all_letters"]

    def _import(self, imported: Mapping[str, Any]) -> tuple[str, str]:
        words = self.texts["kept_imported"] % {"list": self._title(imported["list"])}
        return reasons.day(imported["at"], self.language), words

    def _said(self, consent: Mapping[str, Any]) -> tuple[str, str]:
        texts, purpose = self.texts, consent["purpose"]
        what = self._title(consent["list"]) if purpose == Purpose.LETTER else texts[f"said_{purpose}"]
        said = f"{texts['said_' + consent['state']]}, {reasons.source(consent['source'], texts)}"
        return reasons.day(consent["at"], self.language), f"{what}{texts['colon']} {said}"

    def _held(self, suppression: Mapping[str, Any]) -> tuple[str, str]:
        texts = self.texts
        cause = texts["cause_" + suppression["cause"].replace(" ", "_")]
        if until := suppression["until"]:
            cause += f" {texts['kept_until'] % {'date': reasons.day(until, self.language)}}"
        what = self._title(suppression["list"])
        return reasons.day(suppression["at"], self.language), f"{what}{texts['colon']} {cause}"

    def _letter(self, campaign: Mapping[str, Any]) -> tuple[str, str]:
        if campaign["kind"] == Kind.REHEARSAL:
            state = self.texts["letter_rehearsal"]
        else:
            verdict = campaign["verdict"]
            state = self.texts["letter_" + (verdict if f"letter_{verdict}" in self.texts else "open")]
        words = campaign.get("subject") or self._title(campaign["list"])
        return reasons.day(campaign["prepared_at"], self.language), f"{words} ({state})"
