"""What the local SendGrid asks of letters that readers unsubscribe from without a server of ours."""

from __future__ import annotations

import pytest

from tests.support.payloads import LEFT_OUT, JsonObject, edited, payload
from tests.support.sendgrid_envelope import GROUP_LINK
from tests.support.sendgrid_rules import violations

FIRST = "personalizations/0"
LINK = "personalizations.0.headers.List-Unsubscribe"
BY_MAIL = f"<mailto:non@reseau.example?subject=unsubscribe%20{'AbC-_09' * 7}>"


def fields(body: JsonObject) -> list[str | None]:
    """The fields that break a rule."""
    return [broken["field"] for broken in violations(body)]


def _by_group() -> JsonObject:
    """A sound body that leaves unsubscribing to a group."""
    body = edited(payload(2), "asm", {"group_id": 7})
    body = edited(body, "tracking_settings/subscription_tracking/enable", True)
    for number in range(2):
        body = edited(body, f"personalizations/{number}/headers", {})
    body = edited(body, "content/0/value", f"Bonjour -apesm0002- {GROUP_LINK}")
    return edited(body, "content/1/value", f'<a href="{GROUP_LINK}">-apesm0003-</a>')


def test_ways_to_unsubscribe_without_a_server_break_no_rule() -> None:
    assert fields(_by_group()) == []
    assert fields(edited(payload(), f"{FIRST}/headers", {"List-Unsubscribe": BY_MAIL})) == []


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("asm", LEFT_OUT, "content.0.value"),
        ("asm/group_id", "7", "asm.group_id"),
        ("content/1/value", "<p>-apesm0003-</p>", "content.1.value"),
        ("tracking_settings/subscription_tracking/enable", False, "tracking_settings.subscription_tracking.enable"),
        (f"{FIRST}/headers/List-Unsubscribe", "<https://a.example/u>", "personalizations.0.headers.List-Unsubscribe"),
    ],
)
def test_body_for_a_group_is_whole(path: str, value: object, field: str) -> None:
    assert field in fields(edited(_by_group(), path, value))


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"List-Unsubscribe": "<mailto:a@example.org?subject=unsubscribe>"}, LINK),
        ({"List-Unsubscribe": "<mailto:a@example.org?subject=unsubscribe%20anne@example.org>"}, LINK),
        ({"List-Unsubscribe": BY_MAIL, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}, f"{LINK}-Post"),
    ],
)
def test_message_to_unsubscribe_by_names_one_reader_by_a_token(headers: dict[str, str], field: str) -> None:
    assert field in fields(edited(payload(), f"{FIRST}/headers", headers))
