"""Long lines on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.cli import folding

FINDING = (
    "campaigns/2027-01/issue.yaml:35 blocks[0].text: warning: nobody can reach an example address [example-address]\n"
    "    Write your own before you send to readers: from this line of the issue on, and those of sender and footer."
)


def test_finding_is_folded_between_words_and_hangs() -> None:
    assert folding.folded(FINDING, 60).split("\n") == [
        "campaigns/2027-01/issue.yaml:35 blocks[0].text: warning:",
        "    nobody can reach an example address [example-address]",
        "    Write your own before you send to readers: from this",
        "        line of the issue on, and those of sender and",
        "        footer.",
    ]


def test_value_of_a_row_stays_in_its_column() -> None:
    row = "  Subject     Ce qui lève au jardin en juillet, et ce que l’été nous prépare"
    assert folding.folded(row, 50).split("\n") == [
        "  Subject     Ce qui lève au jardin en juillet, et",
        "              ce que l’été nous prépare",
    ]


@pytest.mark.parametrize(
    "whole",
    [
        "apes-mailer contacts show une-liste-au-nom-bien-long --where tag:élue",
        "`apes-mailer contacts show LISTE`",
        "https://semis.example/une/adresse-bien-longue/que/personne-ne-coupe.html",
        "campaigns/une-lettre-au-nom-bien-long/images/une-photo-au-nom-bien-long.jpg",
        "<<contact.PRENOM|à vous toutes et à vous tous>>",
    ],
)
def test_what_somebody_pastes_is_never_parted(whole: str) -> None:
    text = folding.folded(f"Somebody has to do what is said here, one after the other: {whole}", 48)
    assert whole in text
    assert "\n" in text


@given(st.text(alphabet="ab `<>é.\n-", max_size=200), st.integers(0, 90))
def test_nothing_but_spaces_and_ends_of_lines_changes_and_short_lines_stay(text: str, width: int) -> None:
    folded = folding.folded(text, width)
    assert folded.split() == text.split()
    if all(len(line) <= width for line in text.split("\n")) or width < 40:
        assert folded == text


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
@pytest.mark.parametrize("columns", [0, 50])
def test_only_a_terminal_that_says_how_wide_it_is_folds(columns: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    said = "the words of a line that is longer than fifty columns are folded"
    code = f"from apes_mailer.cli import output; output.say({said!r}); output.emit({said!r})"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=other, check=True, timeout=60)
    os.close(other)
    shown = os.read(main, 4096).decode().replace("\r\n", "\n")
    os.close(main)
    assert (shown == f"{said}\n") == (columns == 0)
    assert " ".join(shown.split()) == said
    assert said.encode() in done.stdout
