"""What a file leaves open: cells that may be a refusal, and are not read as one."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.contacts import opt_outs
from apes_mailer.contacts.letter_columns import Kind, kind
from apes_mailer.contacts.questions import Answers, Aside, Questions, Unclear

ANSWERS = st.sampled_from(["Oui", "Non", "", "oui", "NON", "non merci", "✓", "❌"])


def _asked(field: str, *cells: str, settled: Collection[str] = ()) -> Questions:
    questions = Questions([field], settled)
    questions.take(range(2, len(cells) + 2), [(cell,) for cell in cells])
    return questions


def test_column_of_yes_and_no_that_nobody_knows_is_asked_about() -> None:
    asked = _asked("COTISATION_REGLEE", "Oui", "Non", "", "Non merci", "vrai")
    assert list(asked.answers()) == [Answers("COTISATION_REGLEE", noes=2, yeses=2)]


def test_nothing_is_asked_without_a_no_or_once_a_person_said_what_it_is() -> None:
    assert list(_asked("COTISATION_REGLEE", "Oui", "").answers()) == []
    assert list(_asked("COTISATION_REGLEE", "Non", settled={"COTISATION_REGLEE"}).answers()) == []
    assert list(_asked("VILLE", "Non", "Lille", "Lens").answers()) == []
    assert list(_asked("CONSENTEMENT_SMS", "Non").answers()) == []


def test_word_that_is_neither_yes_nor_no_about_letters_is_told() -> None:
    asked = _asked("NEWSLETTER", "oui", "mensuelle", "en attente", "mensuelle", "Non", "désinscrit", "12/03/2024", "")
    assert list(asked.unclear()) == [Unclear("NEWSLETTER", 3, ["mensuelle", "en attente"])]
    assert list(_asked("OPTIN_IP", "192.0.2.1").unclear()) == []


def test_refusal_in_a_column_of_other_things_is_told_with_its_line() -> None:
    for words in (
        "ne veut plus recevoir de mails",
        "NE PLUS ENVOYER LA LETTRE",
        "désinscrite le 12 mars",
        "Stop",
        "plus de newsletter svp",
        "refuse les courriels",
        "merci de ne pas lui écrire",
    ):
        assert list(_asked("REMARQUES", "à rappeler", words).asides()) == [Aside("REMARQUES", 1, 3, words)], words
    ordinary = ["ne vient pas à l'AG", "n'a plus le téléphone", "en plus des mails", "Stop Exclusion", "pas mal"]
    assert list(_asked("REMARQUES", *ordinary).asides()) == []


def test_other_column_with_addresses_is_told() -> None:
    assert list(_asked("EMAIL_DU_PARRAIN", "a@exemple.fr", "", "b@exemple.fr").addresses()) == ["EMAIL_DU_PARRAIN"]
    assert list(_asked("REMARQUES", "", "écrire à", "a@exemple.fr, sinon appeler").addresses()) == []


@given(st.text(max_size=40), st.lists(ANSWERS, max_size=20))
def test_no_is_never_swallowed_whatever_the_column_is_called(header: str, cells: list[str]) -> None:
    """Each no suppresses, or its column is asked about, or is about another matter than mail by its name."""
    marks = opt_outs.find([header])
    heard = sum(1 for cell in cells if marks and marks.of([cell]))
    noes = sum(1 for cell in cells if opt_outs.says_no(cell))
    asked = _asked(header, *cells)
    told = sum(each.noes for each in asked.answers())
    if kind(header) not in {Kind.ELSEWHERE, Kind.NO, Kind.DEAD}:
        assert heard + told >= noes
