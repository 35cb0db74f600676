"""Mistakes in lists and on the command line: what, where, cure, exit code, no traceback, nobody mailed."""

from __future__ import annotations

import pytest

from tests.acceptance.bad_input import IMPORT, ISSUE, LIST, SEND, TEST, Case, judge
from tests.support.cli import STARTER, Cli
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow

BINARY = bytes(range(32)) * 40
FALLBACK = {ISSUE: ("contact.PRENOM|à vous qui nous lisez", "contact.PRENOM")}
LINK = {ISSUE: ("link: https://example.org/jardin", "link: <<contact.SITE>>")}

LISTS = [
    Case(name="empty file", run=SEND, code=1, files={LIST: ""}, says=("liste.csv is empty", "Make it again")),
    Case(
        name="nobody on the list",
        run=("send", STARTER, "--to", "liste"),
        code=1,
        files={LIST: "EMAIL\n"},
        says=('The list "liste" gives no recipient (nobody is on it)', "Add contacts"),
    ),
    Case(
        name="no usable address",
        run=("send", STARTER, "--to", "liste"),
        code=1,
        files={LIST: "EMAIL\nzut\nrien\n"},
        says=("gives no recipient (2 invalid)", "Add contacts"),
    ),
    Case(
        name="no address column",
        run=SEND,
        code=1,
        files={LIST: "NOM;PRENOM\nUn;Deux\n"},
        says=("liste.csv:1: no column holds the addresses", "“NOM”, “PRENOM”", "Rename the column"),
    ),
    Case(
        name="no header",
        run=SEND,
        code=1,
        files={LIST: "a@exemple.fr;Ana\n"},
        says=("liste.csv:1:", "EMAIL;NOM;PRENOM"),
    ),
    Case(name="binary", run=SEND, code=1, files={LIST: BINARY}, says=("liste.csv is binary data", "Save as")),
    Case(name="Excel", run=SEND, code=1, files={LIST: b"PK\x03\x04 rest"}, says=("is a spreadsheet", "CSV UTF-8")),
    Case(
        name="endless line",
        run=SEND,
        code=1,
        files={LIST: b"EMAIL\n" + b"x" * 1_200_000},
        says=("liste.csv:2: this line does not end", "Make the export again"),
    ),
    Case(
        name="open quote",
        run=SEND,
        code=1,
        files={LIST: 'EMAIL;NOM\na@exemple.fr;"Un\nb@exemple.fr;x\n'},
        says=("liste.csv:2: a quote", "Close it"),
    ),
    Case(
        name="unknown list", run=("send", STARTER, "--to", "tuos"), code=1, says=('no list "tuos"', "Lists here: staff")
    ),
    Case(
        name="import of an empty file",
        run=IMPORT,
        code=1,
        files={LIST: ""},
        says=("liste.csv is empty", "Make it again"),
    ),
    Case(name="import of a picture", run=IMPORT, code=1, files={LIST: BINARY}, says=("is binary data", "Save as")),
    Case(
        name="import without addresses",
        run=IMPORT,
        code=1,
        files={LIST: "NOM\nUn\n"},
        says=("liste.csv:1: no column holds the addresses", "EMAIL"),
    ),
    Case(
        name="import of an endless line",
        run=IMPORT,
        code=1,
        files={LIST: b"x" * 1_200_000},
        says=("liste.csv:1: this line does not end", "Make the export again"),
    ),
    Case(
        name="import into a list kept as a file",
        run=(*IMPORT[:3], "--list", "staff", "--yes"),
        code=1,
        files={LIST: "EMAIL\na@exemple.fr\n"},
        says=('"staff" is the list kept in contacts/staff.csv', "--list"),
    ),
    Case(
        name="import of nothing",
        run=("contacts", "import", "nowhere.csv", "--list", "tous", "--yes"),
        code=1,
        says=("nowhere.csv does not exist", "Check the name"),
    ),
    Case(
        name="name of a list",
        run=(*IMPORT[:3], "--list", "été", "--yes"),
        code=2,
        files={LIST: "EMAIL\n"},
        says=('"été" cannot be the name of a list', "letters without accents"),
    ),
    Case(
        name="unconfirmed import",
        run=(*IMPORT[:3], "--list", "tous"),
        code=5,
        files={LIST: "EMAIL\na@exemple.fr\n"},
        says=("Not yet imported: 1 row, 1 new", "Nothing was imported", "--yes"),
    ),
    Case(
        name="export of no list",
        run=("contacts", "export", "nulle", "--out", "{workspace}/x.csv"),
        code=1,
        says=('There is no list "nulle"', "Lists here: staff."),
    ),
    Case(
        name="test to a damaged spreadsheet",
        run=(*TEST, "--to", "amis"),
        code=1,
        files={"contacts/amis.xlsx": b"PK\x03\x04"},
        says=("contacts/amis.xlsx is a spreadsheet", "save it with File > Save as > CSV UTF-8."),
    ),
    Case(
        name="test to an address",
        run=(*TEST, "--to", "moi@exemple.fr"),
        code=2,
        says=("is an address", "Write the name of a list", "put the address into contacts/staff.csv"),
    ),
    Case(name="suppression of no address", run=("suppressions", "add", "zut"), code=2, says=("zut is not an address",)),
    Case(
        name="suppression for no list",
        run=("suppressions", "add", "a@exemple.fr", "--list", "nulle"),
        code=1,
        says=('no list "nulle"', "Lists here: staff."),
    ),
    Case(
        name="no suppression to remove",
        run=("suppressions", "remove", "a@exemple.fr"),
        code=1,
        says=("a@exemple.fr has no suppression", "apes-mailer suppressions list"),
    ),
    Case(
        name="tag that the list cannot fill",
        run=(*SEND[:-1], f"{STARTER}:5"),
        code=3,
        files={LIST: "EMAIL;PRENOM\n" + "".join(f"p{n}@exemple.fr;{'Ana' if n == 2 else ''}\n" for n in range(5))},
        edits=FALLBACK,
        says=(
            "issue.yaml:43 blocks[1].text: <<contact.PRENOM>>: 4 contacts",
            "(p0@exemple.fr, p1@exemple.fr, p3@exemple.fr, …)",
            "<<contact.PRENOM|…>>",
        ),
    ),
    Case(
        name="tag that is no column",
        run=SEND,
        code=3,
        files={LIST: "EMAIL\na@exemple.fr\nb@exemple.fr\n"},
        edits=FALLBACK,
        says=("issue.yaml:43", "<<contact.PRENOM>>: 2 contacts", "complete the list"),
    ),
    Case(
        name="tag that should be a web address",
        run=SEND,
        code=3,
        files={LIST: "EMAIL;SITE\na@exemple.fr;javascript:alert(1)\nb@exemple.fr;https://x.example\n"},
        edits=LINK,
        says=("issue.yaml:70", "<<contact.SITE>>: 1 contact has no web address", "a@exemple.fr"),
    ),
]

COMMANDS = [
    Case(name="unknown command", run=("sned", STARTER), code=2, says=("'sned'", "Did you mean 'send'?")),
    Case(name="unknown option", run=("send", STARTER, "--two", "x"), code=2, says=("--two", "--to")),
    Case(
        name="unknown campaign",
        run=("send", "2027-01", "--to", "staff"),
        code=2,
        says=('no campaign "2027-01"', f"Campaigns here: {STARTER}", "apes-mailer new 2027-01"),
    ),
    Case(name="name outside", run=("check", "../x"), code=2, says=('"../x" cannot be the name', "for example x")),
    Case(
        name="confirmation without a count",
        run=("send", STARTER, "--to", "staff", "--confirm", STARTER),
        code=2,
        says=(f"--confirm {STARTER}:COUNT",),
    ),
    Case(name="nothing to resume", run=("resume", STARTER), code=1, says=("has not been prepared", "apes-mailer send")),
    Case(
        name="nothing to resolve",
        run=("resolve", STARTER, "1", "--as", "pending"),
        code=2,
        says=("not in doubt", "none"),
    ),
    *(
        Case(name=f"{run[0]} of no campaign", run=run, code=2, says=('no campaign "x"', f"Campaigns here: {STARTER}"))
        for run in (
            ("status", "x"),
            ("pause", "x"),
            ("resume", "x"),
            ("resolve", "x", "1", "--as", "submitted"),
            ("why", "x", "a@exemple.fr"),
            ("build", "x", "--out", "y"),
            ("preview", "x", "--no-browser"),
        )
    ),
    Case(name="why of no address", run=("why", STARTER, "zut"), code=2, says=("zut is not an address",)),
    Case(name="name taken", run=("new", STARTER), code=2, says=("already exists; nothing was changed", "another name")),
    Case(
        name="workspace taken", run=("init", "{workspace}"), code=2, says=("already is a workspace", "another folder")
    ),
    Case(name="init of a file", run=("init", "{workspace}/.gitignore"), code=2, says=("is a file", "empty folder")),
    Case(
        name="output into a file",
        run=("build", STARTER, "--out", "{workspace}/.gitignore"),
        code=1,
        says=("The system refused", ".gitignore", "Choose another name"),
    ),
    Case(name="no such port", run=("serve", "--port", "70000"), code=2, says=("no port 70000", "1 to 65535")),
    Case(name="foreign host", run=("serve", "--host", "192.0.2.1"), code=1, says=("192.0.2.1 is not", "Use 127.0.0.1")),
]


@pytest.mark.parametrize("case", [*LISTS, *COMMANDS], ids=str)
def test_mistake_is_told_with_its_place_and_cure(case: Case, strict: Cli, strict_server: LocalSendGrid) -> None:
    judge(case, strict, strict_server)
