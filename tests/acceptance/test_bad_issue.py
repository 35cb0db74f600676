"""Mistakes in an issue, its pictures and its theme: file, line, field and cure; nothing is lost in silence."""

from __future__ import annotations

import pytest

from tests.acceptance.bad_input import CHECK, ISSUE, SUBJECT, Case, judge
from tests.support.cli import STARTER, Cli
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow

PLACE = f"{ISSUE}:18 subject:"
PICTURE = f"{ISSUE}:58 blocks[2].articles[0].images[0].file:"
GAP = "templates/apes/gap.mjml"


def _subject(name: str, line: str, *says: str, cure: str = "") -> Case:
    """Return the case of a line instead of the subject; ``cure`` is the line to paste."""
    cures = ("Replace line 18 with:", f"\n{cure}\n") if cure else ()
    return Case(name=name, run=CHECK, code=3, edits={ISSUE: (SUBJECT, line)}, says=(*says, *cures))


YAML = [
    _subject("colon", "subject: Agenda : tout", PLACE, "colon", cure="subject: 'Agenda : tout'"),
    _subject("quotation mark", 'subject: "Ici" et là', PLACE, "quotation mark", cure="subject: '\"Ici\" et là'"),
    _subject("at sign", "subject: @tous, bonjour", PLACE, "@", cure="subject: '@tous, bonjour'"),
    _subject("star", "subject: *Important* à lire", PLACE, "*", cure="subject: '*Important* à lire'"),
    _subject("bracket", "subject: [Info] À lire", PLACE, "[", cure="subject: '[Info] À lire'"),
    _subject("exclamation mark", "subject: ! Attention", PLACE, "!", cure="subject: '! Attention'"),
    _subject("braces", "subject: {{contact.PRENOM|A}}, b", PLACE, "{", cure="subject: '{{contact.PRENOM|A}}, b'"),
    _subject("hashtag", "subject: L’ESS #solidarité", PLACE, "#solidarité", cure="subject: 'L’ESS #solidarité'"),
    _subject("nothing", "subject:", PLACE, "is empty"),
    _subject("twice", "subject: a\nsubject: b", f"{ISSUE}:19 subject:", "written twice, first on line 18"),
    _subject(
        "unknown field",
        "subjet: Notre lettre",
        f"{ISSUE}:18 subjet:",
        'Did you mean "subject"?',
        cure="subject: Notre lettre",
    ),
    _subject("merge tag", "subject: <<prenom>> bonjour", PLACE, "no merge tag", "Did you mean <<contact.PRENOM>>?"),
    Case(
        name="unknown block",
        run=CHECK,
        code=3,
        edits={ISSUE: ("type: banner", "type: baner")},
        says=(f"{ISSUE}:29 blocks[0].type:", '"baner"', 'Did you mean "banner"?'),
    ),
    Case(
        name="unknown field of a block",
        run=CHECK,
        code=3,
        edits={ISSUE: ("heading: Édito", "headign: Édito")},
        says=(f"{ISSUE}:40 blocks[1].headign:", 'Did you mean "heading"?'),
    ),
    _subject(
        "tag of another service",
        "subject: Bonjour *|FNAME|*",
        PLACE,
        "another service",
        "Did you mean <<contact.PRENOM>>?",
    ),
    Case(
        name="link to a file",
        run=CHECK,
        code=3,
        edits={ISSUE: ("heading: Édito", "heading: Édito\n    buttons: {text: Le programme, link: programme.pdf}")},
        says=(f"{ISSUE}:41 blocks[1].buttons[0].link:", "names a file", "Put the file online"),
    ),
    Case(
        name="value under a wrong name",
        run=CHECK,
        code=3,
        edits={ISSUE: ("heading: Édito", "image: semis.jpg")},
        says=(
            f"{ISSUE}:40 blocks[1].image:",
            "1 fault",
            "Replace line 40 with:\n    images:\n      - file: semis.jpg\n",
        ),
    ),
    Case(name="empty file", run=CHECK, code=3, files={ISSUE: ""}, says=(f"{ISSUE}:1: is empty", "apes-mailer new")),
    Case(
        name="another encoding",
        run=CHECK,
        code=3,
        files={ISSUE: "subject: été\n".encode("cp1252")},
        says=(f"{ISSUE}:1: is not saved as UTF-8", "Save the file as UTF-8"),
    ),
    Case(
        name="binary",
        run=CHECK,
        code=3,
        files={ISSUE: bytes(range(256)) * 3},
        says=(f"{ISSUE}:", "control character"),
    ),
    Case(
        name="several faults at once",
        run=CHECK,
        code=3,
        files={ISSUE: "subjet: a : b\nblocks:\n  - type: quote\n    txet: x\n"},
        says=(f"{ISSUE}:1 subjet:", f"{ISSUE}:4 blocks[0].txet:", "faults"),
    ),
]

PICTURES = [
    Case(
        name="missing picture",
        run=CHECK,
        code=3,
        edits={ISSUE: ("file: semis.jpg", "file: semi.jpg")},
        says=(PICTURE, "semi.jpg is not in the images folder", 'Did you mean "semis.jpg"?'),
    ),
    Case(
        name="no picture",
        run=CHECK,
        code=3,
        files={f"campaigns/{STARTER}/images/semis.jpg": "just words"},
        says=(PICTURE, "semis.jpg is no picture", "Use a JPEG, PNG, WebP, GIF or HEIC"),
    ),
    Case(
        name="picture outside",
        run=CHECK,
        code=3,
        edits={ISSUE: ("file: semis.jpg", "file: ../../../secret.key")},
        says=(PICTURE, "Copy the picture there"),
    ),
    Case(
        name="no alternative text",
        run=CHECK,
        code=3,
        edits={ISSUE: ("            alt: Trois pots", "            note: Trois pots")},
        says=(f"{ISSUE}:58", "semis.jpg has no alternative text", "Add `alt:`", "1 error found"),
    ),
]

THEMES = [
    Case(
        name="missing theme",
        run=CHECK,
        code=3,
        edits={ISSUE: ("theme: apes", "theme: appes")},
        says=(f'{ISSUE}:25 theme: there is no theme "appes"', "Did you mean apes? Themes here: apes, sobre."),
    ),
    Case(
        name="syntax of a template",
        run=CHECK,
        code=3,
        files={GAP: "<mj-raw></mj-raw>\n{% if %}\n"},
        says=("The theme apes has a fault", f"{GAP}:2: Expected an expression"),
    ),
    Case(
        name="unknown name in a template",
        run=CHECK,
        code=3,
        files={GAP: "\n{{ nothing }}\n"},
        says=(f'{GAP}:2: there is no "nothing"', "Correct the name"),
    ),
    Case(
        name="unknown MJML tag",
        run=CHECK,
        code=3,
        files={GAP: "<mj-section><mj-column>\n<mj-txet>x</mj-txet></mj-column></mj-section>\n"},
        says=(f"{GAP}:2: there is no tag <mj-txet>", "Did you mean <mj-text>?"),
    ),
    Case(
        name="unknown MJML attribute",
        run=CHECK,
        code=3,
        files={GAP: '<mj-section><mj-column>\n<mj-text colour="red">x</mj-text></mj-column></mj-section>\n'},
        says=(f"{GAP}:2 <mj-text>: there is no attribute", 'Did you mean "color"?'),
    ),
    Case(
        name="broken theme.toml",
        run=CHECK,
        code=3,
        files={"templates/apes/theme.toml": "\nx = \n"},
        says=("templates/apes/theme.toml:2: Invalid value",),
    ),
]


@pytest.mark.parametrize("case", [*YAML, *PICTURES, *THEMES], ids=str)
def test_mistake_is_told_with_its_place_and_cure(case: Case, strict: Cli, strict_server: LocalSendGrid) -> None:
    judge(case, strict, strict_server)


@pytest.mark.parametrize(
    "subject", ["2027", "2027-01-12", "yes", "0x1F", "1_000", "12:30", "1e3", "007", "null and void"]
)
def test_number_date_or_boolean_stays_the_text_that_was_written(subject: str, fresh: Cli) -> None:
    issue = fresh.workspace / ISSUE
    text = issue.read_text(encoding="utf-8").replace(SUBJECT, f"subject: {subject}")
    issue.write_text(text.replace("phone: 03 53 01 10 20", "phone: 0353011020"), encoding="utf-8")
    fresh.ok("build", STARTER, "--out", str(fresh.workspace / "build"))
    message = (fresh.workspace / "build" / "issue.eml").read_text(encoding="utf-8")
    assert f"\nSubject: {subject}\n" in message
    assert "0353011020" in (fresh.workspace / "build" / "issue.txt").read_text(encoding="utf-8")


def test_send_of_a_faulty_issue_stops_before_anything_else(strict: Cli, strict_server: LocalSendGrid) -> None:
    case = Case(
        name="send",
        run=("send", STARTER, "--to", "staff", "--confirm", f"{STARTER}:1"),
        code=3,
        edits={ISSUE: (SUBJECT, "subject: Agenda : tout")},
        says=(PLACE,),
    )
    judge(case, strict, strict_server)
    assert strict.status()["state"] == "none"
