"""Having SendGrid erase what it knows of people.

Source: the provider's page on Recipients' Data Erasure: 5,000 addresses or 256 kB in a request, accepted with 202 and
the number of a job; one address that is none refuses the request, and is named in the message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from apes_mailer.errors import AccountUnclearError
from apes_mailer.model import mentions
from apes_mailer.model.account import Erasure
from apes_mailer.providers.sendgrid.answer import messages, presentable
from apes_mailer.providers.sendgrid.asking import Asking, Matter

MOST_ADDRESSES = 900
"""Of one request: even the longest addresses, of 254 octets, stay below 256 kB."""

MATTER = Matter(what="that it erases people", scope="recipients.erasejob.create", right="Recipients' Data Erasure")


def erase(asking: Asking, addresses: Sequence[str]) -> Erasure:
    """Order the erasure of at most :data:`MOST_ADDRESSES` addresses.

    Addresses that SendGrid calls none are left out: it can know nothing of them. Raises what asking raises, and
    ``AccountUnclearError`` when it does not say which one of several it calls so.
    """
    left: list[str] = list(addresses)
    no_address: list[str] = []
    while left:
        told = asking.ask(MATTER, ["recipients", "erasejob"], body={"email_addresses": left}, accept=(202, 400))
        if told.status == 202:
            return Erasure(job=presentable(_job(told.value)), no_address=no_address)
        refused = " ".join(messages(told.value))
        named = [address for address in left if mentions.pattern(address).search(refused)]
        if not named:
            raise AccountUnclearError(
                "SendGrid did not take the order to erase people (400), and does not say whom it means.",
                hint="Their addresses wait; have them erased in SendGrid's console, or ask its support.",
            )
        no_address += named
        left = [address for address in left if address not in named]
    return Erasure(job="", no_address=no_address)


def _job(answer: object) -> str:
    return str(cast("Mapping[str, object]", answer).get("job_id") or "") if isinstance(answer, Mapping) else ""
