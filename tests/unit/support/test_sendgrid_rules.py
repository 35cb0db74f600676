"""Each rule of the local SendGrid refuses one payload that breaks it, and names the field as SendGrid does."""

from __future__ import annotations

import json

import pytest

from tests.support.payloads import LEFT_OUT, JsonObject, edited, payload, personalization
from tests.support.sendgrid_rules import advisories, leftovers, merged, violations

NOW = 1_795_000_000.0
FIRST = "personalizations/0"
CLICK = "tracking_settings.click_tracking"
LINK = "personalizations.0.headers.List-Unsubscribe"


def fields(body: bytes | JsonObject) -> list[str | None]:
    return [broken["field"] for broken in violations(body, now=NOW, batch_ids={"known-batch"})]


def with_batch(**changes: object) -> JsonObject:
    return payload() | changes


@pytest.mark.parametrize("recipients", [1, 2, 1000])
def test_a_sound_body_breaks_no_rule(recipients: int) -> None:
    assert violations(json.dumps(payload(recipients)).encode()) == []


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        # 3 subject, 4 content, 5 order, 6 empty values
        ("subject", LEFT_OUT, "subject"),
        ("subject", "", "subject"),
        ("content", LEFT_OUT, "content"),
        ("content/0", LEFT_OUT, "content"),
        ("content/0/type", "text/html", "content"),
        ("content/1/value", " \n", "content.1.value"),
        # 7 size, 8 types, 9 keys, 10 nesting of substitutions
        (f"{FIRST}/substitutions/-apesm0002-", "é" * 5000, "personalizations.0.substitutions"),
        (f"{FIRST}/substitutions/-apesm0002-", 12, "personalizations.0.substitutions.-apesm0002-"),
        (f"{FIRST}/custom_args/apes_attempt", 12, "personalizations.0.custom_args.apes_attempt"),
        (f"{FIRST}/headers/X-Number", 12, "personalizations.0.headers.X-Number"),
        (f"{FIRST}/substitutions/-a b-", "x", "personalizations.0.substitutions.-a b-"),
        (f"{FIRST}/substitutions/<a>", "x", "personalizations.0.substitutions.<a>"),
        (f"{FIRST}/substitutions/a&b", "x", "personalizations.0.substitutions.a&b"),
        (f"{FIRST}/substitutions/", "x", "personalizations.0.substitutions."),
        (f"{FIRST}/substitutions/-apesm0001-bis", "x", "personalizations.0.substitutions.-apesm0001-"),
        (f"{FIRST}/substitutions/-apesm0001-", "-apesm0002-", "personalizations.0.substitutions.-apesm0001-"),
        # 11 size of metadata, 26 nothing but opaque marks in it
        (f"{FIRST}/custom_args/apes_attempt", "a" * 10_001, "personalizations.0.custom_args"),
        (f"{FIRST}/custom_args/apes_recipient", "anne@example.org", None),
        (f"{FIRST}/custom_args/apes_recipient", "short", None),
        (f"{FIRST}/custom_args/name", "anne-durand", "personalizations.0.custom_args"),
        (f"{FIRST}/custom_args/apes_attempt", LEFT_OUT, "personalizations.0.custom_args"),
        ("custom_args", {"apes_attempt": "attempt-0001"}, "custom_args"),
        # 12 reserved headers, 13 header names and values
        ("headers/Reply-To", "a@example.org", "headers.Reply-To"),
        (f"{FIRST}/headers/SUBJECT", "x", "personalizations.0.headers.SUBJECT"),
        (f"{FIRST}/headers/x-sg-eid", "x", "personalizations.0.headers.x-sg-eid"),
        ("headers/List Id", "x", "headers.List Id"),
        ("headers/X-Évadé", "x", "headers.X-Évadé"),
        ("headers/X-Note", "a\r\nBcc: b@example.org", "headers.X-Note"),
        ("headers/X-Note", "été", "headers.X-Note"),
        ("headers/X-Note", "to -apesm0001-", "headers.X-Note"),
        # 15 send_at, 16 batch_id
        ("send_at", int(NOW), "send_at"),
        ("send_at", int(NOW) + 72 * 3600 + 1, "send_at"),
        ("send_at", NOW + 60.5, "send_at"),
        ("send_at", str(int(NOW) + 60), "send_at"),
        (f"{FIRST}/send_at", int(NOW) - 1, "personalizations.0.send_at"),
        ("batch_id", "known-batch", "batch_id"),
        # 17 categories, 18 reply_to, 19 attachments
        ("categories", [f"c{number}" for number in range(11)], "categories"),
        ("categories", ["a", "a"], "categories"),
        ("categories", ["été"], "categories.0"),
        ("categories", ["a" * 256], "categories.0"),
        ("reply_to_list", [{"email": "a@example.org"}], "reply_to_list"),
        ("attachments", [{"content": "é!", "filename": "a.pdf"}], "attachments.0.content"),
        ("attachments", [{"content": "", "filename": "a.pdf"}], "attachments.0.content"),
        ("attachments", [{"content": "QUJD", "filename": "été.pdf"}], "attachments.0.filename"),
        # 22 dynamic templates
        ("template_id", "d-0123", "personalizations.0.substitutions"),
        # 23 unknown fields, and shapes
        ("dkim", True, "dkim"),
        (f"{FIRST}/to/0/mail", "a@example.org", "personalizations.0.to.0.mail"),
        (f"{FIRST}/to", LEFT_OUT, "personalizations.0.to"),
        (f"{FIRST}/to", [], "personalizations.0.to"),
        (f"{FIRST}/to/0/name", None, "personalizations.0.to.0.name"),
        (f"{FIRST}/to/0/email", "no-at", "personalizations.0.to.0.email"),
        (f"{FIRST}/to/0/email", "hélène@example.org", "personalizations.0.to.0.email"),
        (f"{FIRST}/to/0/email", "a@b@example.org", "personalizations.0.to.0.email"),
        (f"{FIRST}/to/0/email", "a@example.org\n", "personalizations.0.to.0.email"),
        ("personalizations", [], "personalizations"),
        ("from", LEFT_OUT, "from"),
        ("mail_settings/sandbox_mode/enable", "true", "mail_settings.sandbox_mode.enable"),
        # 24 tracking
        ("tracking_settings", LEFT_OUT, CLICK),
        ("tracking_settings/click_tracking", LEFT_OUT, CLICK),
        ("tracking_settings/click_tracking/enable", True, f"{CLICK}.enable"),
        ("tracking_settings/click_tracking/enable_text", True, f"{CLICK}.enable_text"),
        ("tracking_settings/open_tracking", LEFT_OUT, "tracking_settings.open_tracking"),
        ("tracking_settings/subscription_tracking", LEFT_OUT, "tracking_settings.subscription_tracking"),
        ("tracking_settings/ganalytics", {"enable": True}, "tracking_settings.ganalytics.enable"),
        # 25 suppressions are not bypassed
        (
            "mail_settings/bypass_list_management",
            {"enable": False},
            "mail_settings.bypass_list_management",
        ),
        # 27 merge marks left over
        ("subject", "<<contact.PRENOM>>, bonjour", "subject"),
        (f"{FIRST}/subject", "{{contact.PRENOM}}", "subject"),
        ("content/0/value", "Bonjour -apesm0009-", "content.0.value"),
        ("content/1/value", "<p>&lt;&lt;contact.PRENOM&gt;&gt;</p>", "content.1.value"),
        # one-click unsubscribing
        (f"{FIRST}/headers/List-Unsubscribe", LEFT_OUT, LINK),
        (f"{FIRST}/headers/List-Unsubscribe", "https://a.example/u", LINK),
        (f"{FIRST}/headers/List-Unsubscribe", "<mailto:a@example.org>", LINK),
        (f"{FIRST}/headers/List-Unsubscribe", "<https://a.example/1>, <https://a.example/2>", LINK),
        (f"{FIRST}/headers/List-Unsubscribe", "<http://a.example/u>", LINK),
        (f"{FIRST}/headers/List-Unsubscribe", "<https://a.example/-apesm0001->", LINK),
        (f"{FIRST}/headers/list-unsubscribe", "<https://a.example/u>", LINK),
        (f"{FIRST}/headers/List-Unsubscribe-Post", LEFT_OUT, f"{LINK}-Post"),
        (f"{FIRST}/headers/List-Unsubscribe-Post", "one-click", f"{LINK}-Post"),
        ("headers/List-Unsubscribe", "<https://a.example/u>", "headers.List-Unsubscribe"),
        # header injection by way of names, subjects and the values that fill them
        ("from/name", "a\r\nBcc: b@example.org", "from.name"),
        (f"{FIRST}/to/0/name", "a\nb", "personalizations.0.to.0.name"),
        ("subject", "a\r\nBcc: b@example.org", "subject"),
        (f"{FIRST}/substitutions/-apesm0001-", "a\nb", "personalizations.0.substitutions.-apesm0001-"),
    ],
)
def test_a_broken_rule_is_named_with_its_field(path: str, value: object, field: str | None) -> None:
    expected = field if field is not None else path.replace("/", ".")

    assert expected in fields(edited(payload(), path, value))


def test_rule_1_more_than_a_thousand_recipients_are_refused() -> None:
    assert "personalizations" in fields(payload(1001))
    assert "personalizations" in fields(
        edited(payload(600), "personalizations/0/cc", [{"email": f"c{n}@example.org"} for n in range(401)])
    )


@pytest.mark.parametrize("address", ["p0@example.org", "P0@Example.ORG"])
def test_rule_2_an_address_may_occur_only_once_in_any_case(address: str) -> None:
    body = edited(payload(4), "personalizations/3/to/0/email", address)

    assert fields(body) == ["personalizations.3.to.0.email"]


def test_a_second_person_in_a_personalization_is_refused_because_each_would_see_the_other() -> None:
    for kind in ("to/1", "cc", "bcc"):
        person = {"email": "other@example.org"}
        body = edited(payload(), f"{FIRST}/{kind}", person if kind == "to/1" else [person])

        assert fields(body) == ["personalizations.0.to"]


def test_rule_4_a_template_stands_for_the_content() -> None:
    body = edited(edited(payload(), "content", LEFT_OUT), "subject", "La lettre") | {"template_id": "d-0123"}

    assert fields(edited(body, f"{FIRST}/substitutions", LEFT_OUT)) == []


def test_rule_7_ten_thousand_bytes_of_substitutions_are_the_limit() -> None:
    for size, expected in ((10_000, []), (10_001, ["personalizations.0.substitutions"])):
        others = sum(len(f"-apesm000{n}-") for n in (1, 2, 3)) + len("Anne 0") + len("Anne &amp; Éloi 0".encode())
        body = edited(payload(), f"{FIRST}/substitutions/-apesm0002-", "x" * (size - others))

        assert fields(body) == expected


def test_rule_14_names_with_a_comma_are_only_an_advisory() -> None:
    body = edited(payload(), "from/name", "Réseau, Hauts-de-France")

    assert violations(body) == []
    assert [each["field"] for each in advisories(body)] == ["from.name"]


def test_rule_15_and_16_a_known_batch_may_be_scheduled_within_72_hours() -> None:
    at = int(NOW) + 900

    assert fields(with_batch(send_at=at, batch_id="known-batch")) == []
    assert fields(with_batch(send_at=at, batch_id="never-made")) == ["batch_id"]


def test_rule_20_a_body_of_30_megabytes_is_refused() -> None:
    assert fields(b" " * (30 * 1024 * 1024)) == [None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
    ],
)
def test_what_is_no_json_object_is_refused_as_a_whole(body: bytes) -> None:
    found = violations(body)

    assert [each["field"] for each in found] == [None]


def test_a_key_that_only_another_recipient_has_stays_in_the_letter() -> None:
    body = edited(payload(2), "personalizations/1/substitutions/-apesm0002-", LEFT_OUT)

    assert fields(body) == ["content.0.value"]


def test_signs_of_merging_in_a_persons_own_name_are_no_leftover() -> None:
    body = edited(payload(), f"{FIRST}/substitutions/-apesm0002-", "Anne <<3 {{x}}")

    assert fields(body) == []


def test_two_recipients_may_not_share_a_mark_a_link_or_differ_in_their_attempt() -> None:
    twin = personalization(0) | {"to": [{"email": "twin@example.org"}]}
    other = personalization(1, attempt="attempt-0002")

    assert fields(edited(payload(), "personalizations/1", twin)) == [
        "personalizations.1.headers.List-Unsubscribe",
        "personalizations.1.custom_args.apes_recipient",
    ]
    assert fields(edited(payload(), "personalizations/1", other)) == ["personalizations.1.custom_args.apes_attempt"]


@pytest.mark.parametrize(
    "link",
    [
        "<https://a.example/u/1>",
        "<https://a.example/u/1>, <mailto:stop@a.example?subject=1>",
        "<mailto:stop@a.example>,<https://a.example:8443?u=1>",
        "<http://127.0.0.1:8000/u/1>",
        "<http://localhost/u/1>",
        "<http://[::1]:8000/u/1>",
    ],
)
def test_an_unsubscribe_link_is_https_or_on_the_loopback(link: str) -> None:
    assert fields(edited(payload(), f"{FIRST}/headers/List-Unsubscribe", link)) == []


def test_merged_is_what_the_recipient_reads_with_values_put_in_raw() -> None:
    letter = merged(payload(3), 2)

    assert letter == {
        "subject": "Anne 2, la lettre n° 12",
        "text": "Bonjour Anne & Éloi 2 !",
        "html": "<p>Bonjour Anne &amp; Éloi 2&nbsp;!</p>",
    }
    assert merged(json.dumps(payload(3)).encode(), 2) == letter


def test_merged_puts_values_in_once_and_never_into_values() -> None:
    body = edited(payload(), f"{FIRST}/substitutions/-apesm0001-", "-apesm0002-")

    assert merged(body, 0)["subject"] == "-apesm0002-, la lettre n° 12"


def test_merged_prefers_the_subject_of_the_recipient() -> None:
    assert merged(edited(payload(), f"{FIRST}/subject", "Pour vous"), 0)["subject"] == "Pour vous"


def test_merged_refuses_what_is_no_mail() -> None:
    with pytest.raises(ValueError, match="not a mail"):
        merged(b"{}", 0)


def test_leftovers_show_each_mark_with_what_follows() -> None:
    assert leftovers("a <<contact.X>> b {{y}} c -apesm0001- d") == [
        "<<contact.X>> b {{y}} c ",
        "{{y}} c -apesm0001- d",
        "-apesm0001- d",
    ]
    assert leftovers("-apes7kq2xw003-") == ["-apes7kq2xw003-"]
    assert leftovers("rien < à signaler { https://a.example/lettre-apes-2025-07") == []
