"""What SendGrid tells of our key and of our address: the rights of the one, and whether it knows the other.

Source: the provider's pages on API Key Permissions (``/scopes`` gives the rights of the key that asks), Domain
Authentication (``/whitelabel/domains``) and Sender Verification (``/verified_senders``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from apes_mailer.model.account import DnsRecord, Right, Rights, Standing
from apes_mailer.providers.sendgrid import block_lists, erasing, logs
from apes_mailer.providers.sendgrid.answer import presentable
from apes_mailer.providers.sendgrid.asking import Asking, Matter, not_understood

_SCOPES = Matter(what="what the key may do", scope="scopes", right="API Keys")
_DOMAINS = Matter(
    what="which domains it has authenticated", scope="whitelabel.read", right="Sender Authentication: Read Access"
)
_SENDERS = Matter(
    what="which addresses it has verified", scope="whitelabel.read", right="Sender Authentication: Read Access"
)

_SEND = Right(name="Mail Send", scopes=("mail.send",), without="nothing can be sent", to_send=True)
_BACK = "who opts in again stays on SendGrid's own lists, which drop each letter"
_BACK_MATTERS = [block_lists.let_back_matter(each) for each in block_lists.LISTS if each.cause is not None]
_USEFUL = (
    Right(
        name=block_lists.matter_of("").right,
        scopes=tuple(block_lists.matter_of(each.name).scope for each in block_lists.LISTS),
        without="`suppressions sync` does not hear of bounces, complaints and unsubscriptions",
    ),
    Right(
        name=logs.MATTER.right,
        scopes=(logs.MATTER.scope,),
        without="after an interrupted send, `resume` cannot ask what was accepted, and a person has to look it up",
    ),
    Right(
        name=erasing.MATTER.right,
        scopes=(erasing.MATTER.scope,),
        without="who is erased here is not erased there, and the order waits",
    ),
    *(
        Right(name=right, scopes=tuple(each.scope for each in _BACK_MATTERS if each.right == right), without=_BACK)
        for right in dict.fromkeys(each.right for each in _BACK_MATTERS)
    ),
)
_OF_GROUP = (
    Right(
        name=block_lists.group_matter(0).right,
        scopes=(block_lists.group_matter(0).scope,),
        without="`suppressions sync` does not hear of those who leave the unsubscribe group",
    ),
    Right(
        name=block_lists.let_back_matter(block_lists.GROUP).right,
        scopes=(block_lists.let_back_matter(block_lists.GROUP).scope,),
        without="who comes back to the unsubscribe group stays among those who left it",
    ),
)

# Facts about the account that stand among the rights, and rights that come along with those above.
_HARMLESS = ("2fa_", "sender_verification_", "mail.batch.", "recipients.erasejob.")
_MAY_READ = ("suppression.", "asm.", "messages.", "email_activity.", "whitelabel.", "senders.", "verified_senders.")


def rights(asking: Asking, *, with_group: bool) -> Rights:
    """Return what the key may do; ``with_group``: letters name an unsubscribe group. Raises what asking raises."""
    told = asking.ask(_SCOPES, ["scopes"])
    scopes = {presentable(each) for each in _array(_SCOPES, _mapping(_SCOPES, told.value).get("scopes"))}
    wanted = (_SEND, *_USEFUL, *(_OF_GROUP if with_group else ()))
    return Rights(
        missing=[each for each in wanted if not scopes.issuperset(each.scopes)],
        surplus=sorted(scope for scope in scopes if _is_surplus(scope)),
    )


def _is_surplus(scope: str) -> bool:
    if any(scope in right.scopes for right in (_SEND, *_USEFUL, *_OF_GROUP)) or scope.startswith(_HARMLESS):
        return False
    return not (scope.endswith(".read") and scope.startswith(_MAY_READ))


def standing(asking: Asking, address: str) -> Standing:
    """Return what the account knows of a sender's address. Raises what asking raises."""
    domain = address.rpartition("@")[2].lower()
    told = asking.ask(_DOMAINS, ["whitelabel", "domains"], query={"limit": 200})
    known = [_mapping(_DOMAINS, each) for each in _array(_DOMAINS, told.value)]
    valid = [name for each in known if each.get("valid") is True and (name := _covering(each, domain))]
    if valid:
        return Standing(domain=max(valid, key=len))
    own = [each for each in known if _name(each) == domain]
    return Standing(
        missing=[record for each in own for record in _missing(each)],
        alone=_is_verified_alone(asking, address),
    )


def _is_verified_alone(asking: Asking, address: str) -> bool:
    told = asking.ask(_SENDERS, ["verified_senders"], query={"limit": 100})
    senders = [_mapping(_SENDERS, each) for each in _array(_SENDERS, _mapping(_SENDERS, told.value).get("results", []))]
    return any(
        each.get("verified") is True and str(each.get("from_email", "")).lower() == address.lower() for each in senders
    )


def _covering(entry: Mapping[str, object], domain: str) -> str:
    """Return the domain of an entry when it is a domain, or one above it; else nothing."""
    name = _name(entry)
    return name if name and (domain == name or domain.endswith(f".{name}")) else ""


def _name(entry: Mapping[str, object]) -> str:
    return str(entry.get("domain") or "").lower()


def _missing(entry: Mapping[str, object]) -> Iterator[DnsRecord]:
    records = entry.get("dns")
    for each in cast("Mapping[str, object]", records).values() if isinstance(records, Mapping) else ():
        record = _mapping(_DOMAINS, each)
        if record.get("valid") is not True:
            kind, host, data = (presentable(record.get(word) or "") for word in ("type", "host", "data"))
            yield DnsRecord(kind=kind.upper(), host=host, data=data)


def _array(matter: Matter, value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise not_understood(matter)
    return cast("list[object]", value)


def _mapping(matter: Matter, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise not_understood(matter)
    return cast("Mapping[str, object]", value)
