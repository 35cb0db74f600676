"""E-mail addresses: the one place that lower-cases them, and so decides which two are the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple, NewType

Address = NewType("Address", str)
"""A normalised address: ASCII, lower-case, the domain in its IDNA form. Two equal ones are one mailbox."""

_LONGEST = 254  # octets; RFC 5321 4.5.3.1.3 with erratum 1690 of RFC 3696

_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]++"
_LOCAL_PART = rf"{_ATOM}(?:\.{_ATOM})*+"
_is_local_part = re.compile(_LOCAL_PART).fullmatch

# What nearly every address looks like. Whatever is less plain (two hyphens in a row, a digit in the top-level
# domain, a name reserved by RFC 6761, 6762, 7686) is not refused here, but looked at with more care and less speed.
_is_ordinary = re.compile(
    rf"{_LOCAL_PART}@(?:[A-Za-z0-9]++(?:-[A-Za-z0-9]++)*+\.)+"
    r"(?!(?i:arpa|invalid|local|localhost|onion)\Z)[A-Za-z]{2,}"
).fullmatch
_ORDINARY_LENGTH = 64  # a label of the domain has 63 characters at most, so an address this short has no longer one

# Copied along with an address from web pages, word processors and address books: spaces, and marks of no width
# that say where text may break or which way it runs.
_SPACES = " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_NO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_AROUND = _SPACES + _NO_WIDTH

_has_two_addresses = re.compile(r"[^\s@,;/|<>]+@[^\s@,;/|<>]+[\s,;/|]+[^\s@,;/|<>]+@[^\s@,;/|<>]+").search


class AddressError(ValueError):
    """The text is no address that mail can be sent to; ``reason`` says why, in a sentence for the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalise(text: str) -> Address:
    """Return the one form of an address that is stored, compared and mailed.

    Spaces and invisible characters around it and a leading ``mailto:`` are dropped, the domain becomes ASCII (IDNA
    2008), and all is lower-cased: no mailbox provider of note tells ``Jean@`` from ``jean@``, and a person entered
    twice would be mailed twice. The domains that RFC 2606 reserves for tests and examples are accepted, so that a
    rehearsal needs no real address.

    Raises :class:`AddressError` for all else: no or two addresses, a name around the address, letters outside ASCII
    before the @ (providers do not carry SMTPUTF8), a domain without a dot, and whatever else email-validator refuses.
    """
    if len(text) <= _ORDINARY_LENGTH and _is_ordinary(text):
        return Address(text.lower())
    bare = _bare(text)
    if len(bare) <= _ORDINARY_LENGTH and _is_ordinary(bare):
        return Address(bare.lower())
    if reason := _common_mistake(bare):
        raise AddressError(reason)
    local, _, domain = bare.rpartition("@")
    if not _is_local_part(local):
        raise AddressError(_refusal(bare))
    return _with_domain(local, domain)


def _bare(text: str) -> str:
    bare = text.strip(_AROUND)
    if bare[:7].lower() == "mailto:":
        bare = bare[7:].strip(_AROUND)
    return bare


def _common_mistake(text: str) -> str:
    """Return what is wrong in words that fit the usual mistakes in a list, or nothing."""
    if not text:
        return "The address is empty."
    if len(text) > _LONGEST:
        return f"The address is too long: {len(text)} characters, where {_LONGEST} are allowed."
    if any(unicodedata.category(character) == "Cc" for character in text):
        return "The address holds a line break or another control character."
    if _has_two_addresses(text):
        return "There is more than one address; write each on a line of its own."
    if text.endswith(">"):
        return "There is a name or brackets around the address; keep only what stands between < and >."
    foreign = next((character for character in text.rpartition("@")[0] if not character.isascii()), "")
    if foreign:
        return (
            f"The part before the @-sign holds {_shown(foreign)}; only letters without accents, digits and signs "
            "such as . - _ + can be mailed to."
        )
    return ""


def _shown(character: str) -> str:
    if character.isprintable() and not unicodedata.combining(character):
        return f"“{character}”"
    return f"an invisible character ({unicodedata.name(character, f'U+{ord(character):04X}')})"


def _with_domain(local: str, domain: str) -> Address:
    verdict = _judge(domain)
    if verdict.reason:
        raise AddressError(verdict.reason)
    longest = max(len(domain.encode()), len(verdict.unicode.encode()), len(verdict.ascii))
    length = len(local) + 1 + longest
    if length > _LONGEST:
        raise AddressError(f"The address is too long: {length} bytes, where {_LONGEST} are allowed.")
    return Address(f"{local}@{verdict.ascii}".lower())


def spellings(address: str) -> tuple[str, ...]:
    """Return an address in normal form, and as people write it where its domain has letters beyond ASCII."""
    local, _, domain = address.rpartition("@")
    readable = _judge(domain).unicode
    return (address, f"{local}@{readable}") if readable and readable != domain else (address,)


class _Domain(NamedTuple):
    ascii: str = ""
    unicode: str = ""
    reason: str = ""


@lru_cache(maxsize=4096)
def _judge(domain: str) -> _Domain:
    """Return the two forms of a domain, or why it is refused.

    Exact to keep: but for the length of the whole address, email-validator judges a domain by itself.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(f"a@{domain}", check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return _Domain(reason=str(error))
    if "." not in valid.ascii_domain:
        return _Domain(reason="The part after the @-sign is not valid. It should have a period.")
    return _Domain(ascii=valid.ascii_domain, unicode=valid.domain)


def _refusal(text: str) -> str:
    """Return why email-validator refuses a text whose part before the @-sign is not a plain one."""
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError as error:
        return str(error)
    return "The part before the @-sign is written in a form that providers do not carry."
