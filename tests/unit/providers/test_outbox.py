"""The files of the outbox: one message for each recipient, under a name that every system takes."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.batch import Batch
from apes_mailer.model.submission import NotAccepted, Submitted
from apes_mailer.providers import mime
from apes_mailer.providers.base import Payload
from apes_mailer.providers.outbox import Outbox, safe_name
from tests.unit.providers.samples import ENVELOPE, TEMPLATE, batch, people, recipient

AT = dt.datetime(2027, 7, 1, 9, 30, tzinfo=dt.UTC)
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def outbox(folder: Path) -> Outbox:
    """An outbox in a workspace."""
    return Outbox(folder / "outbox", pictures=folder / "published", clock=lambda: AT)


def sent(folder: Path, one: Batch) -> Path:
    """The folder with the files of a batch, once it is submitted."""
    provider = outbox(folder)
    assert isinstance(provider.submit(provider.payload(one)), Submitted)
    return provider.run_folder(one.campaign, one.run)


def is_safe(name: str) -> bool:
    """Whether Windows, macOS and Linux take a file name, and no shell takes it for an option."""
    stem = name.partition(".")[0].lower()
    return bool(re.fullmatch(r"[A-Za-z0-9_@][A-Za-z0-9._@-]{0,119}", name)) and stem not in RESERVED


@pytest.mark.parametrize(
    "address",
    [
        "aicha@mail.example",
        "con@mail.example",
        "con.dupont@mail.example",
        "NUL.x@mail.example",
        "com1.x@mail.example",
        "lpt9.a.b@mail.example",
        "../../etc/passwd@mail.example",
        "a/../../b@mail.example",
        "..@..",
        "-rf@mail.example",
        ".cache@mail.example",
        'a\\b:c*d?e"f<g>h|i@mail.example',
        "o'brien+lettre@mail.example",
        "a\r\nb\0@mail.example",
        "é😀@mail.example",
        "x" * 300 + "@mail.example",
        "",
    ],
)
def test_name_of_a_file_is_safe_on_every_system(address: str) -> None:
    assert is_safe(safe_name(recipient(address)))


@given(st.text(max_size=100))
def test_name_of_a_file_is_safe_for_any_address(address: str) -> None:
    assert is_safe(safe_name(recipient(address.encode(errors="replace").decode())))


def test_addresses_that_look_alike_have_different_files_even_where_case_does_not_count() -> None:
    long = "x" * 70
    addresses = ["a+b@x.example", "a_b@x.example", "a!b@x.example", f"{long}1@x.example", f"{long}2@x.example"]
    names = {safe_name(recipient(address)).lower() for address in addresses}
    assert len(names) == len(addresses)
    assert all(len(name) < 100 for name in names)


def test_each_recipient_gets_the_file_that_the_splicer_writes(tmp_path: Path) -> None:
    one = batch(*people(3))
    folder = sent(tmp_path, one)
    splicer = mime.Splicer(TEMPLATE, ENVELOPE)
    for person in one.recipients:
        identity = f"<attempt-00000001.{person.mark}@semis.example>"
        written = (folder / "messages" / f"{safe_name(person)}.eml").read_bytes()
        assert written == splicer.message(person, message_id=identity, date=AT)
    assert {path.name for path in (folder / "messages").iterdir()} == {
        f"{safe_name(person)}{suffix}" for person in one.recipients for suffix in (".eml", ".html", ".txt")
    }
    assert {path.name for path in folder.iterdir()} == {"index.html", "messages", "run.json"}
    assert folder == tmp_path / "outbox" / "2027-07" / "1"


def test_letter_for_a_browser_is_the_part_of_the_message_with_the_pictures_of_the_workspace(tmp_path: Path) -> None:
    one = batch(*people(2))
    folder = sent(tmp_path, one) / "messages"
    for person in one.recipients:
        message = email.message_from_bytes(
            (folder / f"{safe_name(person)}.eml").read_bytes(), policy=email.policy.default
        )
        text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
        shown = (folder / f"{safe_name(person)}.html").read_text(encoding="utf-8")
        assert shown == html.replace(ENVELOPE.pictures_url, "../../../../published/")
        assert "../../../../published/four-0a1b.jpg" in shown
        assert (folder / f"{safe_name(person)}.txt").read_text(encoding="utf-8-sig") == text
    assert (folder / "../../../../published").resolve() == (tmp_path / "published").resolve()


@pytest.mark.slow
def test_beyond_a_thousand_messages_only_the_message_itself_is_written(tmp_path: Path) -> None:
    provider = outbox(tmp_path)
    first, rest = batch(*people(999)), batch(*people(1002)[999:], attempt="attempt-00000002")
    for one in (first, rest):
        assert isinstance(provider.submit(provider.payload(one)), Submitted)
    folder = provider.run_folder("2027-07", "1") / "messages"
    assert len(list(folder.glob("*.eml"))) == 1002
    assert len(list(folder.glob("*.html"))) == len(list(folder.glob("*.txt"))) == 1000


def test_no_half_written_message_stays_behind(tmp_path: Path) -> None:
    folder = sent(tmp_path, batch(*people(3)))
    assert not list(folder.rglob("*.part"))


def assert_says_what_to_do(provider: Outbox, one: Batch) -> None:
    """Nobody is accepted, and a person is told."""
    result = provider.submit(provider.payload(one))
    assert isinstance(result, NotAccepted)
    assert result.stop
    assert result.cause.startswith("the outbox cannot be written: ")
    assert "Check the room on the disk" in result.cure


def test_folder_that_cannot_be_made_stops_the_rehearsal(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file is in the way", encoding="utf-8")
    assert_says_what_to_do(outbox(tmp_path), batch(*people(1)))


def test_message_that_cannot_be_written_stops_the_rehearsal(tmp_path: Path) -> None:
    one = batch(*people(2))
    provider = outbox(tmp_path)
    folder = provider.run_folder(one.campaign, one.run)
    (folder / "messages" / f"{safe_name(one.recipients[1])}.eml" / "a folder is in the way").mkdir(parents=True)
    assert_says_what_to_do(provider, one)


def test_page_that_cannot_be_written_stops_the_rehearsal(tmp_path: Path) -> None:
    one = batch(*people(1))
    provider = outbox(tmp_path)
    (provider.run_folder(one.campaign, one.run) / "index.html" / "a folder is in the way").mkdir(parents=True)
    assert_says_what_to_do(provider, one)


def test_only_a_batch_can_be_submitted(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        outbox(tmp_path).submit(Payload(content=b"{}", size=1))
