"""What the ledger and the preview rely on, whichever provider carries the letters."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import logging
import re
import typing
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from apes_mailer.errors import AccountError, SettingsError
from apes_mailer.model.account import LoggedMessage
from apes_mailer.model.batch import Batch, Envelope, Recipient
from apes_mailer.model.submission import NotAccepted, Submitted
from apes_mailer.providers.base import ErasesPeople, KeepsBlockLists, KeepsLogs, Provider
from apes_mailer.providers.sendgrid import UNSUBSCRIBE_LINK
from apes_mailer.render import fill
from apes_mailer.settings import Send
from apes_mailer.wiring import Application
from apes_mailer.workspace import Workspace
from tests.contract.ways_out import WAYS_OUT, Arrived, WayOut
from tests.support.local_sendgrid import API_KEY
from tests.support.sendgrid_merge import KEY_PATTERN
from tests.unit.providers.samples import ENVELOPE, NASTY, TEMPLATE, batch, people, recipient


@pytest.fixture(params=WAYS_OUT)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[WayOut]:
    """Each provider in turn."""
    with WAYS_OUT[request.param](tmp_path / "way") as found:
        yield found


def expected(one: Batch, person: Recipient) -> Arrived:
    """The message that a person has to get, as the preview would show it."""
    links = fill.links_of(one.envelope)
    subject, text, html = (
        fill.fill(parts, person.values, links, person.unsubscribe_url)
        for parts in (one.template.subject, one.template.text, one.template.html)
    )
    return Arrived(
        address=person.address,
        subject=one.envelope.subject_mark + subject,
        text=text,
        html=html,
        unsubscribe=_unsubscribe(one.envelope, person),
        one_click="List-Unsubscribe=One-Click" if one.envelope.has_page else "None",
        everything="",
    )


def _unsubscribe(envelope: Envelope, person: Recipient) -> str:
    """The ``List-Unsubscribe``: the link of the letter, and beside a page the address that takes messages too."""
    if not envelope.headers_unsubscribe:
        return "None"
    token = person.unsubscribe_url.rpartition("/")[2]
    by_mail = f", <mailto:{envelope.also_mailto}?subject=unsubscribe%20{token}>" if envelope.also_mailto else ""
    return f"<{person.unsubscribe_url}>{by_mail}"


def bare(messages: list[Arrived]) -> list[Arrived]:
    """Messages without what depends on the provider, sorted by address."""
    return sorted((dataclasses.replace(each, everything="") for each in messages), key=lambda each: each.address)


def submit(way: WayOut, one: Batch) -> None:
    """Hand over a batch that has to be accepted."""
    result = way.provider.submit(way.provider.payload(one))
    assert isinstance(result, Submitted), result


def assert_arrived(way: WayOut, *batches: Batch) -> None:
    """Everybody in the batches got their own letter once, and nobody else got anything."""
    wanted = [expected(one, person) for one in batches for person in one.recipients]
    assert bare(way.arrived()) == bare(wanted)


def test_settings_offer_the_providers_that_keep_this_contract_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "apes-mailer.toml").write_text('[sender]\nname = "A"\naddress = "a@b.example"\n', encoding="utf-8")
    (tmp_path / "secret.key").write_text("00" * 32, encoding="utf-8")
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.x")
    application = Application(Workspace(tmp_path))
    offered = typing.get_args(Send.model_fields["provider"].annotation)
    assert set(offered) == set(WAYS_OUT)
    assert [application.provider(name).name for name in offered] == list(offered)
    with pytest.raises(SettingsError, match='no provider "pigeon"') as caught:
        application.provider("pigeon")
    assert all(name in caught.value.hint for name in offered)


def test_everybody_gets_their_own_letter_once(way: WayOut) -> None:
    one = batch(*people(5))
    submit(way, one)
    assert_arrived(way, one)


def test_any_value_arrives_as_it_was_previewed(way: WayOut) -> None:
    # The local SendGrid takes whatever looks like a key for one; ours hold letters that nobody outside can guess.
    values = [re.sub(KEY_PATTERN, "", value) for value in NASTY]
    persons = [recipient(f"p{at}@example.org", NOM=value, VILLE=value, SITE=value) for at, value in enumerate(values)]
    kept = [person for person in persons if _fits(way, person)]
    assert len(kept) > 30
    one = batch(*kept)
    submit(way, one)
    assert_arrived(way, one)


@pytest.mark.parametrize(
    "without_a_server", [{"mailto": "non@semis.example"}, {"provider_group": 7, "provider_link": UNSUBSCRIBE_LINK}]
)
def test_letter_is_the_same_by_every_way_out_without_a_server(way: WayOut, without_a_server: dict[str, Any]) -> None:
    envelope = dataclasses.replace(ENVELOPE, public_url="", **without_a_server)
    one = batch(*people(3, envelope), envelope=envelope)
    submit(way, one)
    assert_arrived(way, one)


def test_page_may_have_an_address_to_write_to_beside_it(way: WayOut) -> None:
    envelope = dataclasses.replace(ENVELOPE, also_mailto="non+lettre@semis.example")
    one = batch(*people(3, envelope), envelope=envelope)
    submit(way, one)
    assert_arrived(way, one)


def _fits(way: WayOut, person: Recipient) -> bool:
    limit = way.provider.limits.merge_bytes
    return limit is None or way.provider.merge_size(TEMPLATE, person.values) <= limit


def test_nobody_sees_anybody_else(way: WayOut) -> None:
    one = batch(*people(9))
    submit(way, one)
    for message in way.arrived():
        others = [person.address for person in one.recipients if person.address != message.address]
        assert message.address in message.everything
        assert not [address for address in others if address in message.everything]


def test_each_batch_takes_its_own_letter_and_envelope(way: WayOut) -> None:
    persons = people(4)
    marked = dataclasses.replace(ENVELOPE, subject_mark="[TEST] ")
    moved = dataclasses.replace(ENVELOPE, public_url="https://autre.example")
    batches = [
        batch(persons[0]),
        batch(persons[1], envelope=marked, attempt="attempt-00000002"),
        batch(persons[2], envelope=moved, attempt="attempt-00000003"),
        batch(persons[3], template=dataclasses.replace(TEMPLATE, subject=("Août",)), attempt="attempt-00000004"),
    ]
    for one in batches:
        submit(way, one)
    assert_arrived(way, *batches)


@pytest.mark.slow
def test_batch_of_the_largest_size_is_taken_whole(way: WayOut) -> None:
    one = batch(*people(way.provider.limits.recipients))
    submit(way, one)
    assert_arrived(way, one)


def test_batches_handed_over_at_once_do_not_mix(way: WayOut) -> None:
    everybody = people(64)
    batches = [batch(*everybody[at::8], attempt=f"attempt-0000000{at}") for at in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(functools.partial(submit, way), batches))
    assert_arrived(way, *batches)


def test_encoding_sends_nothing_and_gives_the_same_each_time(way: WayOut) -> None:
    one = batch(*people(3))
    first, second = way.provider.payload(one), way.provider.payload(one)
    assert first.content == second.content
    assert first.size == second.size == 3
    assert way.arrived() == []


def test_other_side_out_of_reach_is_a_value_and_nobody_gets_anything(way: WayOut) -> None:
    one = batch(*people(2))
    result = way.cut_off.submit(way.cut_off.payload(one))
    assert isinstance(result, NotAccepted)
    assert result.cause
    assert way.arrived() == []


def questions(provider: Provider) -> list[Callable[[], object]]:
    """One question of each kind that the account behind a provider can be asked."""
    at = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    asked: list[Callable[[], object]] = []
    if isinstance(provider, KeepsBlockLists):
        asked += [functools.partial(provider.blocked, each, since=at, page=None) for each in provider.block_lists]
    if isinstance(provider, KeepsLogs):
        asked.append(functools.partial(provider.messages, "aicha@mail.example", at=at))
        asked.append(functools.partial(provider.trace, LoggedMessage("entry/of?a log", at)))
    if isinstance(provider, ErasesPeople):
        asked.append(functools.partial(provider.erase, ["aicha@mail.example"]))
    return asked


def test_account_out_of_reach_is_an_error_in_words_that_names_no_person_and_no_key(way: WayOut) -> None:
    for ask in questions(way.cut_off):
        with pytest.raises(AccountError) as caught:
            ask()
        assert not [word for word in ("aicha", "SG.", "Bearer") if word in str(caught.value)]


def test_account_within_reach_answers_every_question(way: WayOut) -> None:
    for ask in questions(way.provider):
        ask()


def test_block_lists_have_names_of_their_own_and_the_account_tells_no_secret(way: WayOut) -> None:
    if isinstance(way.provider, KeepsBlockLists):
        names = [each.name for each in way.provider.block_lists]
        assert len(set(names)) == len(names) > 0
        assert way.provider.account not in {"", API_KEY}
        assert API_KEY not in way.provider.account


def test_limits_are_told_and_merge_values_are_measured(way: WayOut) -> None:
    provider = way.provider
    assert provider.limits.recipients >= 1
    small, large = {"NOM": "Anne"}, {"NOM": "Anne" * 1000}
    assert 0 <= provider.merge_size(TEMPLATE, small) <= provider.merge_size(TEMPLATE, large)
    if provider.limits.merge_bytes is not None:
        assert provider.merge_size(TEMPLATE, {"NOM": "é" * 3000}) > 6000


def test_only_a_provider_that_leaves_the_computer_alone_is_a_rehearsal(way: WayOut) -> None:
    assert way.provider.rehearsal == (way.provider.name == "outbox")


def test_nothing_that_is_logged_names_a_person_or_a_key(way: WayOut, caplog: pytest.LogCaptureFixture) -> None:
    loggers = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    levels = [(logger, logger.level) for logger in [logging.root, *loggers]]
    try:
        for logger, _ in levels:
            logger.setLevel(logging.DEBUG)
        submit(way, batch(recipient("aicha@mail.example", NOM="Aïcha")))
        way.cut_off.submit(way.cut_off.payload(batch(recipient("aicha@mail.example", NOM="Aïcha"))))
        for ask in [*questions(way.provider), *questions(way.cut_off)]:
            with contextlib.suppress(AccountError):
                ask()
    finally:
        for logger, level in levels:
            logger.setLevel(level)
    assert not [word for word in ("aicha", "Aïcha", "SG.", "Bearer") if word in caplog.text]
