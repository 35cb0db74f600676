"""Domains of addresses that look like a slip of the pen: ``gmial.com``, ``orange.f``, ``wanadoo.f``.

Never more than a hint: nobody but the person who owns an address knows it. A domain is pointed out when it is one slip
away, a letter too many, too few, wrong or misplaced, from one that very many people have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from apes_mailer.model.slip import Slip

# Where people in France have their mailboxes.
_PROVIDERS = frozenset(
    """
    gmail.com googlemail.com outlook.fr outlook.com hotmail.fr hotmail.com live.fr live.com msn.com yahoo.fr yahoo.com
    ymail.com icloud.com orange.fr wanadoo.fr free.fr sfr.fr neuf.fr cegetel.net club-internet.fr numericable.fr
    numericable.com noos.fr bbox.fr laposte.net aliceadsl.fr aol.com gmx.fr gmx.com protonmail.com proton.me
    tutanota.com mailo.com netcourrier.com nordnet.fr ac-lille.fr
    """.split()
)
# Real domains one slip away from those.
_REAL = frozenset(
    """
    mail.com email.com gmail.de gmail.fr gmx.de gmx.net gmx.at gmx.ch live.be live.nl live.ca hotmail.it hotmail.es
    hotmail.be hotmail.de outlook.be outlook.de outlook.es outlook.it yahoo.ca yahoo.de yahoo.es yahoo.it orange.pl
    orange.be orange.com free.com sfr.com proton.ch pm.me me.com mac.com aol.fr aol.de msn.fr laposte.fr neuf.com
    noos.com ac-lyon.fr ac-nice.fr maif.fr bboxfr.fr mailoo.org ville-lille.fr
    """.split()
)
_SHORTEST = 8  # letters of a domain; of "sfr.fr" and "bnp.fr" each letter may be meant
_SLIPS_OF_ENDINGS = frozenset("f r c co cm con om cim vom cpm comm frr ffr fe ne nt".split())
_OWN_LEAST = 20  # addresses of a domain that make it one of the list's own
_MOST_OWN = 1000  # of them, the largest: what is near each is kept in memory
_MOST_DOMAINS = 100_000  # looked at
_OWN_TIMES = 20  # so many times as often it must be there as what is taken for a slip


class Domains:
    """Counts the domains of a list."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, int] = {}

    def take(self, addresses: Sequence[str], lines: Sequence[int]) -> None:
        """Take in addresses in normal form, and the lines of the file where they stand."""
        domains = [address.partition("@")[2] for address in addresses]
        # Backwards, so that the first line of each domain is what stays.
        first = dict(zip(reversed(domains), reversed(lines), strict=True))
        new = sorted(first.keys() - self._lines.keys(), key=first.__getitem__)[: _MOST_DOMAINS - len(self._lines)]
        self._lines.update({domain: first[domain] for domain in new})
        full = len(self._lines) == _MOST_DOMAINS
        self._counts.update([domain for domain in domains if domain in self._lines] if full else domains)

    def add(self, address: str, line: int) -> None:
        """Take in one address, as :meth:`take` does many."""
        domain = address.partition("@")[2]
        if domain in self._lines or len(self._lines) < _MOST_DOMAINS:
            self._lines.setdefault(domain, line)
            self._counts[domain] += 1

    def slips(self) -> Iterator[Slip]:
        """Yield the domains that may be slips, in the order of their lines."""
        own = [domain for domain, count in self._counts.most_common() if count >= _OWN_LEAST]
        common = _PROVIDERS.union(own)
        near = _near(_PROVIDERS.union(own[:_MOST_OWN]))
        for domain, line in sorted(self._lines.items(), key=itemgetter(1)):
            count = self._counts[domain]
            if domain not in common and domain not in _REAL:
                meant = _meant(domain, count, near, self._counts)
                if meant:
                    yield Slip(domain, line, count - 1, meant)


def _meant(domain: str, count: int, near: Mapping[str, set[str]], counts: Mapping[str, int]) -> str:
    candidates = {each for shorter in (domain, *_shorter(domain)) for each in near.get(shorter, ())}
    candidates = {each for each in candidates if _is_slip(domain, each)}
    provider = sorted(candidates & _PROVIDERS, key=lambda each: (-counts.get(each, 0), each))
    own = sorted(each for each in candidates - _PROVIDERS if counts[each] >= count * _OWN_TIMES)
    return next(iter([*provider, *own]), "")


def _is_slip(domain: str, meant: str) -> bool:
    """Tell a slip from another domain that is meant: a number, another country, a short name."""
    name, _, ending = domain.rpartition(".")
    meant_name, _, meant_ending = meant.rpartition(".")
    if name == meant_name:
        return ending in _SLIPS_OF_ENDINGS
    if ending != meant_ending or len(meant) < _SHORTEST:
        return False
    return not any(character.isdecimal() for character in set(name) ^ set(meant_name))


def _near(domains: frozenset[str]) -> dict[str, set[str]]:
    """Return the domains by themselves and by what is left of them without one letter.

    Two words that are the same once a letter is taken out of one or both are one slip apart.
    """
    found: dict[str, set[str]] = {}
    for domain in domains:
        for form in (domain, *_shorter(domain)):
            found.setdefault(form, set()).add(domain)
    return found


def _shorter(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))
