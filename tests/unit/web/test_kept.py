"""What is kept of a person, in words for that person."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from apes_mailer.model.consent import State
from apes_mailer.model.language import Language
from apes_mailer.model.suppression import Cause
from apes_mailer.web import words
from apes_mailer.web.kept import Telling

LANGUAGES: tuple[Language, ...] = get_args(Language)
AT = "2027-04-01T09:00:00.000000Z"


def _parts(language: Language = "fr", **kept: Any) -> dict[str, list[tuple[str, str]]]:
    telling = Telling(
        language=language, texts=words.words("public", language), titles={"mensuelle": "La lettre du mois"}
    )
    return {part.name: list(part.rows) for part in telling.parts(kept)}


def _said(**changes: object) -> dict[str, object]:
    about = {"list": "mensuelle", "purpose": "letter", "state": "given", "at": AT, "source": "audience_export_ab12.zip"}
    return {**about, **changes}


def test_nothing_kept_is_no_part() -> None:
    assert _parts(fields=None, lists=[], consents=[]) == {}


def test_fields_of_the_store_and_of_files_stand_once() -> None:
    files = [{"list": "adherents", "fields": {"PRENOM": "Zoé", "VILLE": "Arras"}}]
    assert _parts(fields={"PRENOM": "Zoé", "NOM": ""}, files=files) == {
        "fields": [("PRENOM", "Zoé"), ("VILLE", "Arras")]
    }


def test_consents_are_told_with_day_letter_and_how_it_is_known() -> None:
    found = _parts(
        consents=[_said(), _said(list=None, purpose="opens", state="refused", source="the page of preferences")]
    )
    assert found["said"] == [
        ("1er\u00a0avril 2027", "La lettre du mois\u00a0: oui, d’après nos registres"),
        ("1er\u00a0avril 2027", "Compter mes ouvertures\u00a0: non, par la page de préférences"),
    ]


def test_a_pause_is_told_with_its_end() -> None:
    held = {"list": None, "cause": "paused", "at": AT, "until": "2027-05-01T09:00:00.000000Z"}
    told = "Toutes nos lettres\u00a0: pause jusqu’au 1er\u00a0mai 2027"
    assert _parts(suppressions=[held])["held"] == [("1er\u00a0avril 2027", told)]


@pytest.mark.parametrize(
    ("kind", "verdict", "told"),
    [
        ("send", "submitted", "Semis (envoyée)"),
        ("send", "pending", "Semis (pas encore envoyée, ou sans nouvelles de l’envoi)"),
        ("test", "submitted", "Semis (envoyée)"),
        ("rehearsal", "submitted", "Semis (essai chez nous, jamais envoyé)"),
    ],
)
def test_a_rehearsal_is_no_letter_that_was_sent(kind: str, verdict: str, told: str) -> None:
    letter = {"kind": kind, "verdict": verdict, "list": "mensuelle", "subject": "Semis", "prepared_at": AT}
    assert _parts(campaigns=[letter])["letters"] == [("1er\u00a0avril 2027", told)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_and_answer_has_words(language: Language) -> None:
    held = [{"list": None, "cause": cause.value, "at": AT, "until": ""} for cause in Cause]
    found = _parts(language, suppressions=held, consents=[_said(state=state.value) for state in State])
    assert (len(found["held"]), len(found["said"])) == (len(Cause), len(State))


def test_imports_are_told_with_their_day_and_without_the_name_of_a_file() -> None:
    rows = [{"file": "trente.csv", "list": "mensuelle", "at": AT}]
    told = "fichier repris dans «\u00a0La lettre du mois\u00a0»"
    assert _parts(imports=rows)["imports"] == [("1er\u00a0avril 2027", told)]
