"""A mail/send body that breaks no rule, and a way to break it at one place."""

from __future__ import annotations

import copy
from enum import Enum
from typing import cast

JsonObject = dict[str, object]


class Missing(Enum):
    """The mark for a field to leave out."""

    FIELD = "left out"


LEFT_OUT = Missing.FIELD


def payload(recipients: int = 1, *, attempt: str = "attempt-0001", first: int = 0) -> JsonObject:
    """A valid body for people `first`, `first` + 1, … of the test domain, all of one attempt."""
    return {
        "personalizations": [personalization(first + number, attempt) for number in range(recipients)],
        "from": {"email": "lettre@reseau.example", "name": "Réseau"},
        "reply_to": {"email": "contact@reseau.example"},
        "subject": "-apesm0001-, la lettre n° 12",
        "content": [
            {"type": "text/plain", "value": "Bonjour -apesm0002- !"},
            {"type": "text/html", "value": "<p>Bonjour -apesm0003-&nbsp;!</p>"},
        ],
        "headers": {"List-Id": "La lettre <lettre.reseau.example>"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
        "mail_settings": {"sandbox_mode": {"enable": False}},
    }


def personalization(number: int, attempt: str = "attempt-0001") -> JsonObject:
    """What differs for person `number`."""
    return {
        "to": [{"email": f"p{number}@example.org"}],
        "substitutions": {
            "-apesm0001-": f"Anne {number}",
            "-apesm0002-": f"Anne & Éloi {number}",
            "-apesm0003-": f"Anne &amp; Éloi {number}",
        },
        "headers": {
            "List-Unsubscribe": f"<https://lettre.reseau.example/u/token-{number}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "custom_args": {"apes_attempt": attempt, "apes_recipient": f"recipient-{number:06d}"},
    }


def edited(body: JsonObject, path: str, value: object) -> JsonObject:
    """A copy with `value` at a path of keys and positions such as `personalizations/0/to/0/email`.

    `LEFT_OUT` removes the field; a position equal to the length of a list appends.
    """
    changed = copy.deepcopy(body)
    *way, last = path.split("/")
    place: object = changed
    for step in way:
        place = _child(place, step)
    if isinstance(place, list):
        _set_item(cast("list[object]", place), int(last), value)
    elif value is LEFT_OUT:
        del cast("JsonObject", place)[last]
    else:
        cast("JsonObject", place)[last] = value
    return changed


def _set_item(items: list[object], position: int, value: object) -> None:
    if value is LEFT_OUT:
        del items[position]
    else:
        items[position : position + 1] = [value]


def _child(place: object, step: str) -> object:
    if isinstance(place, list):
        return cast("list[object]", place)[int(step)]
    return cast("JsonObject", place)[step]
