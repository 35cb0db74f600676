"""What is said of the answers of the web."""

from __future__ import annotations

import pytest

from apes_mailer.check import catalogue, online
from apes_mailer.model.answer import Answer, Reach
from apes_mailer.model.finding import Finding
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Context, MessageTemplate, Slot
from tests.support.letters import everything, issue_of

URL = "https://semis.fr/four?a=1&b=2"
ISSUE = issue_of(
    {"type": "editorial", "text": f"Voir [le four]({URL}) et [l’été](https://semis.fr/%C3%A9t%C3%A9)."},
    {"type": "banner", "text": "Bonjour.", "button": {"text": "Lire", "link": "https://semis.fr/lire"}},
)


def _said(findings: list[Finding]) -> list[tuple[str, str]]:
    for finding in findings:
        for language in ("fr", "en"):
            message, cure = catalogue.told(finding, language)
            assert message
            assert cure
    return [(finding.name, finding.field) for finding in findings]


def _link(reach: Reach, status: int = 0, url: str = URL, moved_to: str = "") -> list[tuple[str, str]]:
    return _said(online.links(ISSUE, {url: Answer(url=url, reach=reach, status=status, moved_to=moved_to)}))


@pytest.mark.parametrize(
    ("reach", "status", "name"),
    [
        (Reach.MISSING, 404, "link-dead"),
        (Reach.UNREACHABLE, 0, "link-unreachable.unreachable"),
        (Reach.FAILING, 503, "link-unreachable.failing"),
        (Reach.CIRCLE, 302, "link-unreachable.circle"),
        (Reach.UNSAFE, 0, "link-unreachable.unsafe"),
        (Reach.PRIVATE, 0, "link-unreachable.private"),
        (Reach.REFUSED, 403, "link-unreachable.refused"),
    ],
)
def test_a_link_that_readers_cannot_follow_is_found_at_its_place(reach: Reach, status: int, name: str) -> None:
    assert _link(reach, status) == [(name, "blocks[0].text")]


def test_a_link_that_leads_somewhere_is_fine() -> None:
    assert _link(Reach.REACHED, 200) == []


def test_of_an_example_address_another_rule_speaks() -> None:
    assert _link(Reach.EXAMPLE) == []


def test_a_link_that_has_moved_for_good_is_told_with_its_new_address() -> None:
    assert _link(Reach.REACHED, 200, moved_to="https://semis.fr/nouveau") == [("link-moved", "blocks[0].text")]
    (found,) = online.links(ISSUE, {URL: Answer(url=URL, reach=Reach.REACHED, status=200, moved_to="https://b.fr/")})
    assert "https://b.fr/" in catalogue.told(found, "fr").message


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://semis.fr/%C3%A9t%C3%A9", "blocks[0].text"),
        ("https://semis.fr/lire", "blocks[1].button.link"),
        ("https://elsewhere.fr/", ""),
    ],
)
def test_the_place_is_the_first_field_that_holds_the_address(url: str, place: str) -> None:
    assert _link(Reach.MISSING, 404, url) == [("link-dead", place)]


def test_every_link_of_a_letter_is_asked_for_once_and_no_merge_tag() -> None:
    unsubscribe = Slot(LinkTag(Special.UNSUBSCRIBE), Context.URL)
    html = (
        '<a href="https://a.fr/?x=1&amp;y=2" style="b">a</a><a style="c" href="https://a.fr/?x=1&amp;y=2">b</a>',
        '<link href="https://not-a-link.fr/"><a href="#part">c</a><a href="mailto:a@b.fr">d</a><a href="',
        unsubscribe,
        '">e</a><a href="https://b.fr/?who=',
        unsubscribe,
        '">f</a><a href="http://c.fr">g</a>',
    )
    template = MessageTemplate(subject=(), html=html, text=(), language="fr")
    assert online.link_addresses(template) == ["https://a.fr/?x=1&y=2", "http://c.fr"]


def _picture(reach: Reach, status: int = 200, kind: str = "image/jpeg", number: int = 1) -> Answer:
    return Answer(url=f"https://p.fr/{number}.jpg", reach=reach, status=status, media_type=kind)


def test_pictures_that_are_there_are_fine() -> None:
    assert online.pictures([]) == []
    assert online.pictures([_picture(Reach.REACHED), _picture(Reach.REACHED, kind="image/png")]) == []


@pytest.mark.parametrize(("reach", "status"), [(Reach.MISSING, 404), (Reach.MISSING, 410), (Reach.REFUSED, 403)])
def test_each_picture_that_readers_will_not_get_is_an_error(reach: Reach, status: int) -> None:
    answers = [_picture(reach, status, number=number) for number in (1, 2)]
    assert _said(online.pictures(answers)) == [("picture-missing.status", "")] * 2


def test_a_page_in_the_place_of_a_picture_is_an_error() -> None:
    assert _said(online.pictures([_picture(Reach.REACHED, kind="text/html")])) == [("picture-missing.other", "")]


def test_pictures_that_do_not_answer_are_one_warning() -> None:
    answers = [
        _picture(Reach.REACHED),
        _picture(Reach.UNREACHABLE, 0, number=2),
        _picture(Reach.REFUSED, 429, number=3),
        _picture(Reach.FAILING, 500, number=4),
    ]
    (found,) = online.pictures(answers)
    assert found.name == "picture-unreachable"
    assert "3 of 4" in catalogue.told(found, "en").message
    assert "https://p.fr/2.jpg" in catalogue.told(found, "en").message


@pytest.mark.parametrize(
    ("reach", "status", "names"),
    [
        (Reach.REACHED, 200, []),
        (Reach.MISSING, 404, ["web-version-missing"]),
        (Reach.REFUSED, 403, ["web-version-missing"]),
        (Reach.REFUSED, 429, ["web-version-unreachable"]),
        (Reach.UNREACHABLE, 0, ["web-version-unreachable"]),
        (Reach.FAILING, 502, ["web-version-unreachable"]),
    ],
)
def test_a_web_version_that_is_not_there_is_an_error_and_silence_a_warning(
    reach: Reach, status: int, names: list[str]
) -> None:
    found = online.web_version(Answer(url=URL, reach=reach, status=status))
    assert [name for name, _ in _said(found)] == names


def test_links_of_every_kind_of_block_have_a_place() -> None:
    issue = everything()
    for number in (1, 3, 4, 5):
        url = f"https://a.example/{number}"
        found = online.links(issue, {url: Answer(url=url, reach=Reach.MISSING, status=404)})
        assert found[0].field.startswith("blocks["), url
