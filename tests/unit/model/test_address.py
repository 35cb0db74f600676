"""Which addresses are accepted, in which one form, and what is said about the others."""

from __future__ import annotations

import subprocess
import sys

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apes_mailer.model.address import AddressError, normalise

_AROUND = " \t\r\n\u00a0\u202f\u200b\u200e\u2060\ufeff\u00ad"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("jean@exemple.fr", "jean@exemple.fr"),
        ("Jean.DUPONT@Exemple.FR", "jean.dupont@exemple.fr"),
        ("jean+lettre@exemple.fr", "jean+lettre@exemple.fr"),
        ("o'brien_!#$%&*/=?^`{|}~-@exemple.fr", "o'brien_!#$%&*/=?^`{|}~-@exemple.fr"),
        ("jean@sous.domaine.exemple.co.uk", "jean@sous.domaine.exemple.co.uk"),
        ("jean@mon-asso.fr", "jean@mon-asso.fr"),
        ("jean@exämple.fr", "jean@xn--exmple-cua.fr"),
        ("Jean@EXÄMPLE.fr", "jean@xn--exmple-cua.fr"),
        ("jean@xn--exmple-cua.fr", "jean@xn--exmple-cua.fr"),
        ("jean@XN--EXMPLE-CUA.FR", "jean@xn--exmple-cua.fr"),
        ("jean@exemple。fr", "jean@exemple.fr"),
        ("jean@1and1.com", "jean@1and1.com"),
    ],
)
def test_address_has_one_form(text: str, address: str) -> None:
    assert normalise(text) == address


@pytest.mark.parametrize("domain", ["asso.test", "asso.example", "example.org", "example.com", "example.net"])
def test_domains_reserved_for_rehearsals_are_accepted(domain: str) -> None:
    assert normalise(f"jean@{domain}") == f"jean@{domain}"


@pytest.mark.parametrize(
    "text",
    [
        " jean@exemple.fr",
        "jean@exemple.fr\r\n",
        "\u00a0jean@exemple.fr\u202f",
        "\ufeffjean@exemple.fr",
        "jean@exemple.fr\u200b",
        "\u200ejean@exemple.fr\u200e",
        "\u202ajean@exemple.fr\u202c",
        "mailto:jean@exemple.fr",
        "MailTo: jean@exemple.fr",
        " \u200bmailto:\u00a0jean@exemple.fr ",
    ],
)
def test_what_was_copied_along_with_an_address_is_dropped(text: str) -> None:
    assert normalise(text) == "jean@exemple.fr"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \u200b\t", "empty"),
        ("mailto:", "empty"),
        ("jean", "must have an @-sign"),
        ("jean.exemple.fr", "must have an @-sign"),
        ("@exemple.fr", "something before the @-sign"),
        ("jean@", "something after the @-sign"),
        ("jean@@exemple.fr", "'@'"),
        ("jean dupont@exemple.fr", "SPACE"),
        ("jean@exemple", "should have a period"),
        ("jean@localhost", "should have a period|special-use"),
        ("jean@test", "should have a period"),
        ("jean@asso.localhost", "special-use"),
        ("jean@asso.invalid", "special-use"),
        ("jean@asso.local", "special-use"),
        ("jean@asso.LOCAL", "special-use"),
        ("jean@asso.onion", "special-use"),
        ("jean@exemple..fr", "two periods"),
        ("jean@exemple,fr", "','"),
        ("jean@exemple.fr.", "end with a period"),
        (".jean@exemple.fr", "start with a period"),
        ("jean.@exemple.fr", "before the @-sign"),
        ("jean@-exemple.fr", "hyphen"),
        ("jean@ab--exemple.fr", "two dashes"),
        ("jean@192.168.1.1", "top-level"),
        ("jean@[192.168.1.1]", "bracketed IP"),
        ('"jean dupont"@exemple.fr', "Quoting"),
        ("Jean Dupont <jean@exemple.fr>", "keep only what stands between"),
        ('"Dupont, Jean" <jean@exemple.fr>', "keep only what stands between"),
        ("<jean@exemple.fr>", "keep only what stands between"),
        ("jean@exemple.fr, lea@exemple.fr", "more than one address"),
        ("jean@exemple.fr;lea@exemple.fr", "more than one address"),
        ("jean@exemple.fr lea@exemple.fr", "more than one address"),
        ("jean＠exemple.fr", "full-width"),
        ("jérôme@exemple.fr", "“é”"),
        ("\u212aarl@exemple.fr", "before the @-sign holds “\u212a”"),
        ("jean\u200b@exemple.fr", "invisible character \\(ZERO WIDTH SPACE\\)"),
        ("jean\udce9@exemple.fr", "invisible character \\(U\\+DCE9\\)"),
        ("jean@exemple\u200b.fr", "ZERO WIDTH SPACE"),
        ("jean@exemple.fr\r\nBcc: lea@exemple.fr", "line break"),
        ("jean\x00@exemple.fr", "control character"),
        ("jean@exem\x7fple.fr", "control character"),
        ("jean@exem\x85ple.fr", "control character"),
        ("a" * 250 + "@exemple.fr", "too long: 261 characters"),
        ("a" * 240 + "@exämple.fr", "too long: 258 bytes"),
        ("a@" + "b" * 64 + ".fr", "so many characters"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(AddressError, match=said) as caught:
        normalise(text)
    assert caught.value.reason == str(caught.value)


def test_length_is_measured_to_the_last_byte() -> None:
    domain = "@" + ".".join(["d" * 60] * 3) + ".fr"
    assert normalise("a" * (254 - len(domain)) + domain)
    with pytest.raises(AddressError, match="too long: 255"):
        normalise("a" * (255 - len(domain)) + domain)


_ascii = "abcXYZ019.-_+'!/|=\"<>,;:()[]\\ @"
_texts = st.lists(
    st.one_of(
        st.sampled_from(_ascii),
        st.sampled_from("aé\u0301ß\u212aıİſ。．\u00adإ\u200dﬁ\u3000\x00\x1f\x85"),
        st.sampled_from(
            ["test", "local", "LOCALHOST", "onion", "arpa", "invalid", "fr", "xn--", "xn--exmple-cua", "--"]
        ),
    ),
    max_size=12,
).map("".join)
_labels = st.one_of(
    st.text("abzXYZ09-", min_size=1, max_size=8),
    st.text("abcéüß-", min_size=1, max_size=5),
    st.integers(58, 66).map("d".__mul__),
    st.sampled_from(["fr", "com", "test", "example", "localhost", "Local", "ONION", "arpa", "x1", "c"]),
)
_likely = st.builds(
    "{}@{}".format,
    st.one_of(st.from_regex(r"[A-Za-z0-9.+_'-]{1,12}", fullmatch=True), st.integers(55, 250).map("a".__mul__)),
    st.lists(_labels, min_size=1, max_size=5).map(".".join),
)


def _as_email_validator_has_it(text: str) -> str | None:
    """The verdict of the library, narrowed and normalised by the rules that are ours."""
    try:
        valid = email_validator.validate_email(
            text, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except email_validator.EmailNotValidError:
        return None
    if "." not in valid.ascii_domain or valid.ascii_email is None:
        return None
    return valid.ascii_email.lower()


@given(st.one_of(_texts, _likely, st.builds("{}@{}".format, _texts, _texts)))
@example("a@b--c.fr")
@example("a@b.c")
@example("a@b.fr\n")
@example("\u212a@b.fr")
@example("a@b.loca\u017f")
@example("a@" + "é" * 60 + ".fr")
def test_verdict_and_form_are_those_of_email_validator(text: str) -> None:
    bare = text.strip(_AROUND + "\u3000\u200d")
    try:
        address = normalise(bare)
    except AddressError:
        address = None
    assert address == _as_email_validator_has_it(bare)


@given(_likely)
def test_normalised_address_is_its_own_normal_form(text: str) -> None:
    try:
        address = normalise(text)
    except AddressError:
        return
    assert normalise(address) == address
    assert address.isascii()
    assert address == address.lower()


@given(st.text())
def test_any_text_is_an_address_or_has_a_reason(text: str) -> None:
    try:
        outcome = normalise(text)
    except AddressError as error:
        outcome = error.reason
    assert outcome


def test_every_reserved_domain_of_the_library_is_looked_at_with_care() -> None:
    for domain in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        if domain != "test":
            with pytest.raises(AddressError):
                normalise(f"jean@asso.{domain}")


def test_ordinary_addresses_do_not_load_email_validator() -> None:
    program = (
        "import sys; from apes_mailer.model.address import normalise; "
        "normalise(' Jean.Dupont@Mon-Asso.exemple.FR '); sys.exit('email_validator' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
