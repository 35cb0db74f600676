"""The public address: whether ``serve`` answers there, and with the secret of this workspace."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from apes_mailer.doctor.diagnosis import Sheet
from apes_mailer.model.answer import Answer, Reach
from apes_mailer.online.fetch import fetch
from apes_mailer.settings import Settings
from apes_mailer.wiring import Application

MOST_SECONDS = 10.0
"""Of each request."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_WHERE = "public_url"
_SERVE = "apes-mailer serve has to answer there: docs/how-to/serve.md"

_WRONG = {
    Reach.MISSING: ("something else answers there", _SERVE),
    Reach.REFUSED: ("it refuses to answer ({status})", "Let the web server in front of it pass everything on."),
    Reach.FAILING: ("it is not ready ({status})", "Is apes-mailer serve running, and has its disk room? See its log."),
    Reach.CIRCLE: (
        "it sends on to another address ({status}), which mail programs do not follow when a reader unsubscribes",
        "Write the address that it leads to.",
    ),
    Reach.UNSAFE: ("browsers warn of its certificate", "Renew the certificate of the web server in front of it."),
    Reach.UNREACHABLE: ("nothing answers there", _SERVE),
    Reach.EXAMPLE: ("it is an example, where nobody can be reached", "Write your own address."),
}


def address(settings: Settings) -> Sheet:
    """Look at the public address without asking for it."""
    sheet, url = Sheet("public_url"), settings.public_url
    if url and urlsplit(url).hostname in _LOOPBACK:
        cure = "Write the https:// address of the web server in front of it."
        sheet.warning(f"{url} is reached from this computer only", _WHERE, cure)
    return sheet


def told(application: Application) -> Sheet:
    """Ask at the public address whether it is ready, and whether it is ours. Two requests, which change nothing."""
    sheet, url = Sheet("public_url"), application.settings.public_url
    if not url:
        return sheet
    ready = fetch(f"{url}/ready", within=MOST_SECONDS, follow=False)
    if ready.reach is not Reach.REACHED or ready.media_type != "text/plain":
        _say_wrong(sheet, url, ready)
        return sheet
    with sheet.noting():
        _compare(sheet, url, fetch(f"{url}/u/{_nobodys_token(application)}", within=MOST_SECONDS, follow=False))
    return sheet


def _compare(sheet: Sheet, url: str, link: Answer) -> None:
    """Say whether a server that is ready is ours, by what it says of a link that only this workspace can make."""
    if link.reach is not Reach.REACHED:
        cure = "Start it in this workspace, with this secret.key: the links of its letters would lead nowhere."
        sheet.error(f"{url}: apes-mailer serve answers there, for another workspace", _WHERE, cure)
    else:
        sheet.ok(f"{url} is ready, and knows the links of this workspace", _WHERE)


def _nobodys_token(application: Application) -> str:
    """Return a token that is ours, and that no letter has: its page shows a button, and nobody is behind it."""
    keyring = application.keyring
    return keyring.token(keyring.list_tag("doctor"), secrets.token_bytes(16))


def _say_wrong(sheet: Sheet, url: str, answer: Answer) -> None:
    what, cure = _WRONG.get(answer.reach, _WRONG[Reach.MISSING])
    sheet.error(f"{url}: {what.format(status=answer.status)}", _WHERE, cure)
