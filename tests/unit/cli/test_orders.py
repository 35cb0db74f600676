"""From a command line to an order: the count that is typed."""

from __future__ import annotations

import pytest

from apes_mailer.cli import orders
from apes_mailer.errors import CancelledError, UsageError


def test_confirmation_is_the_campaign_and_its_count() -> None:
    assert orders.typed_count(None, "2027-01") is None
    assert orders.typed_count("2027-01:1200", "2027-01") == 1200
    assert orders.typed_count("a:b:7", "a:b") == 7


@pytest.mark.parametrize("text", ["", "1200", "2027-02:1200", "2027-01:", "2027-01:1,200", "2027-01:-1", "2027-01:٣"])
def test_confirmation_of_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        orders.typed_count(text, "2027-01")
    assert "--confirm 2027-01:COUNT" in caught.value.hint


def test_without_a_terminal_nothing_is_asked_and_nothing_is_sent() -> None:
    with pytest.raises(CancelledError) as caught:
        orders.ask_count("2027-01", 1200, "send it")
    assert caught.value.message == "Nothing was sent. To send it, confirm the number of recipients."
    assert "--confirm 2027-01:1200" in caught.value.hint
