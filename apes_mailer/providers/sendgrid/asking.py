"""Asking SendGrid's account: one request, its JSON, or an error in words for whoever is at the keyboard."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import urllib.error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, NoReturn

from apes_mailer.errors import (
    AccountBusyError,
    AccountError,
    AccountRefusedError,
    AccountUnclearError,
    KeyRefusedError,
)
from apes_mailer.providers.sendgrid import transport
from apes_mailer.providers.sendgrid.answer import ADDRESS_CURE, presentable, said, wait

LATER = "It is asked again with the next send or resume."
"""What becomes of a question that was not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is asked for: in words, the right that a key needs for it, and what that right is called in the account."""

    what: str
    scope: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A JSON answer, with its time by the provider's clock (ours where it has none)."""

    status: int
    value: Any
    at: dt.datetime


class Asking:
    """Asks the account of one key; safe to use from several threads."""

    def __init__(self, *, api_key: str, base_url: str, timeout: float) -> None:
        """``timeout`` is the total time of a request in seconds."""
        self._api_key = api_key
        self._base_url = base_url
        self._timeout = timeout

    def ask(
        self,
        matter: Matter,
        path: Sequence[str],
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: Sequence[int] = (200,),
    ) -> Told:
        """Make one request; an answer with a status in ``accept`` is returned.

        Raises ``KeyRefusedError`` for a key that is none, ``AccountRefusedError`` for one without the right,
        ``AccountBusyError`` when it should be asked later, ``AccountError`` for all else: nobody there, no such service
        in this account, an answer that broke off.
        """
        content = None if body is None else json.dumps(body).encode()
        exchange = partial(transport.exchange, query=query, body=content)
        response = self._answer(matter, path, exchange, accept)
        try:
            value = json.loads(response.body)
        except (ValueError, RecursionError) as error:
            raise AccountError(
                f"SendGrid did not tell {matter.what}: the answer broke off, or is too large.", hint=LATER
            ) from error
        return Told(status=response.status_code, value=value, at=_time_of(response))

    def delete(self, matter: Matter, path: Sequence[str]) -> None:
        """Delete something; what is not there (404) is deleted. Raises as :meth:`ask` does."""
        self._answer(matter, path, partial(transport.exchange, delete=True), (200, 204, 404))

    def _answer(
        self, matter: Matter, path: Sequence[str], exchange: Callable[..., transport.Response], accept: Sequence[int]
    ) -> transport.Response:
        api = transport.client(self._api_key, self._base_url)
        try:
            response = exchange(api, path, timeout=self._timeout)
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise AccountError(
                f"SendGrid did not tell {matter.what}: no answer came ({presentable(reason)}).", hint=LATER
            ) from error
        if response.status_code not in accept:
            _refuse(matter, response)
        return response


def not_understood(matter: Matter) -> AccountUnclearError:
    """Return the error for an answer that is JSON, and not what was asked for."""
    return AccountUnclearError(
        f"SendGrid did not tell {matter.what}: the answer is not in the form it should be in.",
        hint="If that goes on, SendGrid has changed its service: look for a newer version of this program.",
    )


def _refuse(matter: Matter, response: transport.Response) -> NoReturn:
    status, reason = response.status_code, said(response.body)
    start = f"SendGrid did not tell {matter.what}"
    match status:
        case 401:
            raise KeyRefusedError(f"{start}: the key is not valid (401).", hint="Check SENDGRID_API_KEY.")
        case 403:
            raise AccountRefusedError(
                f"{start}: the key has no right to it (403).",
                hint=f"With SendGrid (Settings, API Keys) give the key the right {matter.right} ({matter.scope}).",
                right=matter.right,
            )
        case 429:
            asks = f"{start}: it asks to slow down (429)."
            raise AccountBusyError(asks, hint=LATER, retry_after=wait(response.headers))
        case 404:
            raise AccountError(f"{start}: this account has no such service (404).", hint=ADDRESS_CURE)
        case _:
            raise AccountError(f"{start}: the answer was {status} ({reason}).", hint=LATER)


def _time_of(response: transport.Response) -> dt.datetime:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return dt.datetime.now(dt.UTC)
