"""The local SendGrid's account answers as the provider's pages say: pages, spans of time, rights, a log that lags."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from typing import Any

import pytest

from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.payloads import payload

NOW = 1_800_000_000


@pytest.fixture
def server() -> Generator[LocalSendGrid, None, None]:
    """A SendGrid whose log lags by one search."""
    with LocalSendGrid(log_lag=1, clock=lambda: float(NOW)) as running:
        yield running


def ask(
    server: LocalSendGrid, path: str, body: Mapping[str, Any] | None = None, *, key: str = API_KEY
) -> tuple[int, Any]:
    """The status and the JSON of an answer; a POST with a body."""
    request = urllib.request.Request(
        server.base_url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_lists_come_newest_first_in_pages_and_within_a_span(server: LocalSendGrid) -> None:
    for number in range(5):
        server.desk.lists.put("bounces", f"p{number}@exemple.example", NOW - number, "no", "5.1.1")
    status, page = ask(server, "/v3/suppression/bounces?limit=2&offset=1")
    assert (status, [entry["email"] for entry in page]) == (200, ["p1@exemple.example", "p2@exemple.example"])
    assert page[0] == {"created": NOW - 1, "email": "p1@exemple.example", "reason": "no", "status": "5.1.1"}
    _, span = ask(server, f"/v3/suppression/bounces?start_time={NOW - 2}&end_time={NOW - 1}")
    assert [entry["created"] for entry in span] == [NOW - 1, NOW - 2]
    assert ask(server, "/v3/suppression/bounces?limit=501")[0] == 400


def test_what_the_key_has_no_right_to_is_forbidden_and_another_key_is_none(server: LocalSendGrid) -> None:
    server.desk.scopes = ["suppression.bounces.read"]
    assert ask(server, "/v3/suppression/bounces")[0] == 200
    assert ask(server, "/v3/suppression/blocks")[0] == 403
    assert ask(server, "/v3/logs", {"query": ""})[0] == 403
    assert ask(server, "/v3/scopes")[1] == {"scopes": ["suppression.bounces.read"]}
    assert ask(server, "/v3/suppression/bounces", key="SG.wrong")[0] == 401
    assert server.requests == ()


def test_log_finds_by_address_after_its_lag_and_tells_the_marks_with_one_message_alone(server: LocalSendGrid) -> None:
    assert ask(server, "/v3/mail/send", payload())[0] == 202
    (accepted,) = server.requests
    query = {"query": f'to_email = "{accepted.recipients[0]}"', "limit": 10}
    assert ask(server, "/v3/logs", query) == (200, {"messages": []})
    (message,) = ask(server, "/v3/logs", query)[1]["messages"]
    assert message["to_email"] == accepted.recipients[0]
    assert "custom_args" not in message
    _, whole = ask(server, f"/v3/logs/{message['sg_message_id']}")
    assert whole["custom_args"]["apes_attempt"] == accepted.attempt
    assert ask(server, "/v3/logs/nobody")[0] == 404
    assert ask(server, "/v3/logs", {"query": "custom_args = 'x'"})[0] == 400


def test_erasing_takes_so_many_addresses_and_refuses_what_is_none(server: LocalSendGrid) -> None:
    server.desk.lists.no_address = {"bad"}
    path = "/v3/recipients/erasejob"
    status, refused = ask(server, path, {"email_addresses": ["bad", "a@exemple.example"]})
    assert (status, refused["errors"][0]["message"]) == (400, "Email_address bad is not valid")
    assert ask(server, path, {"email_addresses": ["a@exemple.example"] * 5001})[0] == 400
    status, job = ask(server, path, {"email_addresses": ["a@exemple.example"]})
    assert (status, set(job)) == (202, {"job_id"})
    assert server.desk.lists.erased == [["a@exemple.example"]]


def test_group_that_does_not_exist_is_not_found(server: LocalSendGrid) -> None:
    server.desk.lists.groups = {7: ["a@exemple.example"]}
    assert ask(server, "/v3/asm/groups/7/suppressions") == (200, ["a@exemple.example"])
    assert ask(server, "/v3/asm/groups/8/suppressions")[0] == 404
