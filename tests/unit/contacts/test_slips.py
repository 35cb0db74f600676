"""Domains that look like a slip of the pen, and those that only look so to a machine."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.contacts.slips import Domains
from apes_mailer.model.slip import Slip


def _slips(domains: Iterable[str]) -> list[Slip]:
    found = Domains()
    addresses = [f"ana@{domain}" for domain in domains]
    lines = range(2, 2 + len(addresses))
    half = len(addresses) // 2
    found.take(addresses[:half], lines[:half])
    found.take(addresses[half:], lines[half:])
    return list(found.slips())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(
            (each, "gmail.com")
            for each in ("gmial.com", "gmai.com", "gmal.com", "gamil.com", "gmaill.com", "gmail.con")
        ),
        *((each, "orange.fr") for each in ("orange.f", "oragne.fr", "orang.fr", "ornge.fr", "orange.frr")),
        *((each, "wanadoo.fr") for each in ("wanadoo.f", "wanado.fr", "wanadooo.fr", "wandoo.fr")),
        *((each, "hotmail.fr") for each in ("hotmail.f", "hotmial.fr", "hormail.fr", "hotmai.fr")),
        *((each, "laposte.net") for each in ("laposte.ne", "lapost.net", "lposte.net", "la-poste.net")),
        *(("yaho.fr", "yahoo.fr"), ("free.f", "free.fr"), ("sfr.f", "sfr.fr"), ("outlok.com", "outlook.com")),
    ],
)
def test_slip_is_pointed_out_with_its_line(written: str, meant: str) -> None:
    assert _slips(["exemple.fr", written]) == [Slip(written, 3, 0, meant)]


# Each has a mail server of its own and people behind it.
_REAL = """
    mail.com email.com ymail.com gmx.de gmx.net gmx.at live.be live.nl live.ca hotmail.it hotmail.be outlook.de yahoo.ca
    yahoo.es orange.com orange.be sfr.com proton.me pm.me me.com mac.com aol.de laposte.fr ac-lyon.fr ac-nice.fr
    lille.fr mel.fr roubaix.fr arras.fr douai.fr lens.fr hautsdefrance.fr pasdecalais.fr lenord.fr nordnet.com maif.fr
    macif.fr matmut.fr caf.fr ameli.fr sncf.fr edf.fr bnf.fr cnrs.fr inria.fr insee.fr free.org sfr.fr neuf.fr gouv.fr
    ess-france.org lemouvementassociatif.org apf.asso.fr uriopss-hdf.fr cress-hdf.org ville-lens.fr lens.com la-poste.fr
"""


def test_real_domains_are_left_alone() -> None:
    assert _slips(_REAL.split()) == []


def test_the_lists_own_large_domain_counts_like_a_provider() -> None:
    assert _slips(["grand-semis.example"] * 40 + ["grand-semi.example"]) == [
        Slip("grand-semi.example", 42, 0, "grand-semis.example")
    ]
    assert _slips(["grand-semis.example"] * 40 + ["grand-semi.example"] * 3) == []
    assert _slips(["grand-semis.example"] * 19 + ["grand-semi.example"]) == []


def test_numbers_and_short_names_are_meant() -> None:
    assert _slips(["mairie-59001.example"] * 50 + ["mairie-59002.example"]) == []
    assert _slips(["ess.fr"] * 50 + ["css.fr", "es.fr"]) == []


def test_several_with_one_slip_are_counted() -> None:
    assert _slips(["gmial.com", "exemple.fr", "gmial.com", "gmial.com"]) == [Slip("gmial.com", 2, 2, "gmail.com")]


@given(st.lists(st.from_regex(r"[a-z]{1,8}\.[a-z]{2,3}", fullmatch=True), max_size=8))
def test_no_domain_that_many_have_is_a_slip(domains: list[str]) -> None:
    many = [domain for domain in domains for _ in range(20)]
    assert _slips(many) == []


def test_more_domains_than_can_be_looked_at_cost_no_more_memory() -> None:
    domains = Domains()
    for start in range(0, 120_000, 5000):
        domains.take([f"a@asso{number}.fr" for number in range(start, start + 5000)], range(start, start + 5000))
    domains.take(["b@gmial.com"], [120_000])
    assert list(domains.slips()) == []
