"""Words that can be read: against what is behind them, in light and dark, without styles and without pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from apes_mailer.check.catalogue import finding
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.check.page import cascade, css, document, parts, values
from apes_mailer.check.page.cascade import Look, Palette, Scene
from apes_mailer.check.page.document import Element, Page
from apes_mailer.check.whereabouts import field_of, quoted
from apes_mailer.model.finding import Finding

_LEAST, _LEAST_LARGE = 4.5, 3.0  # WCAG 2.2, 1.4.3
_UNSEEN = 1.5  # contrast


def _words(element: Element) -> str:
    """Return what is read right in an element; for a picture, what stands in its place where none are loaded."""
    return document.readable(element.attributes.get("alt", "")) if element.tag == "img" else element.own_words


def _shown(page: Page, scene: Scene) -> Iterator[tuple[Element, str, Look]]:
    """Yield what is read in a scene, with its look."""
    looks = cascade.looks(page, scene)
    for element in page.elements:
        look = looks[element.index]
        if look.shown and (words := _words(element)):
            yield element, words, look


def contrast(letter: CheckedLetter) -> Iterator[Finding]:
    """Words stand out from what is behind them, in each palette; one finding for each pair of colours."""
    page = document.read(letter.html)
    seen: set[tuple[str, str, Palette]] = set()
    for scene in cascade.scenes(page):
        for words, look in _by_look(page, scene):
            least = _LEAST_LARGE if look.large else _LEAST
            if look.contrast >= least or look.size <= parts.TINY:
                continue
            colour, background = str(look.colour), str(look.background)
            # Where the same two colours were told of the letter without styles, one cure is enough.
            if not {(colour, background, Palette.BARE), (colour, background, scene.palette)} & seen:
                seen.add((colour, background, scene.palette))
                yield finding(
                    f"contrast.{scene.palette}",
                    field_of(letter, words),
                    words=quoted(words),
                    colour=colour,
                    background=background,
                    ratio=math.floor(look.contrast * 100) / 100,  # never up to what would be enough
                    least=least,
                )


def _by_look(page: Page, scene: Scene) -> Iterator[tuple[str, Look]]:
    """Yield each look that words have in a scene, with the first of them; elements that look alike share theirs."""
    seen: set[int] = set()
    for _, words, look in _shown(page, scene):
        if id(look) not in seen:
            seen.add(id(look))
            yield words, look


def behind_words(letter: CheckedLetter) -> Iterator[Finding]:
    """A picture behind words lies on a colour, so that they can be read where pictures are not loaded."""
    page = document.read(letter.html)
    looks = cascade.looks(page, cascade.scenes(page)[0])
    for element in page.elements:
        around = looks[element.parent.index] if element.parent else Look()
        if looks[element.index].over_picture and not around.over_picture and (words := quoted(element.words())):
            yield finding("picture-behind-words", field_of(letter, words), words=words)


def underlines(letter: CheckedLetter) -> Iterator[Finding]:
    """Links are underlined, as not everybody sees their colour; buttons and pictures are seen by their shape."""
    page = document.read(letter.html)
    looks = cascade.looks(page, cascade.scenes(page)[0])
    for link in page.all("a"):
        words = document.readable(" ".join(_texts(link)))
        if not words or "href" not in link.attributes or not looks[link.index].shown:
            continue
        if not parts.is_button(link, looks) and not any(looks[each.index].underlined for each in link.all()):
            yield finding("link-underline", field_of(letter, words), words=quoted(words))


def _texts(link: Element) -> Iterator[str]:
    return (each.own_words for each in link.all())


def without_style(letter: CheckedLetter) -> Iterator[Finding]:
    """What is shown does not depend on ``<style>``, which several web mails drop."""
    page = document.read(letter.html)
    bare, *styled = [cascade.looks(page, scene) for scene in cascade.scenes(page)[:3]]
    for element in page.elements:
        if not (words := _words(element)):
            continue
        shown = any(looks[element.index].shown for looks in styled)
        if shown is not bare[element.index].shown:
            case = "lost" if shown else "appears"
            yield finding(f"needs-style.{case}", field_of(letter, words), words=quoted(words))


def hidden_words(letter: CheckedLetter) -> Iterator[Finding]:
    """Words that are not to be seen, such as the preheader, are hidden in the one way that spam filters accept."""
    page = document.read(letter.html)
    looks = cascade.looks(page, cascade.scenes(page)[0])
    for element in page.elements:
        look = looks[element.index]
        around = looks[element.parent.index] if element.parent else Look()
        if around.shown and not look.shown and element.tag not in cascade.NEVER_SHOWN and element.words():
            yield from _judge_hidden(element, look)
        elif look.shown and look.size <= parts.TINY and _words(element):
            yield finding("hidden-words.disguised", words=quoted(_words(element)))


def _judge_hidden(element: Element, look: Look) -> Iterator[Finding]:
    words = quoted(element.words())
    said = {each.name: each.value.lower() for each in css.declarations(element.style)}
    hidden = said.get("display") == "none" and said.get("overflow") == "hidden" and said.get("mso-hide") == "all"
    if not hidden or values.pixels(said.get("max-height", ""), em=look.size) != 0:
        yield finding("hidden-words.incomplete", words=words)
    if look.size <= parts.TINY or look.contrast < _UNSEEN:
        yield finding("hidden-words.disguised", words=words)
