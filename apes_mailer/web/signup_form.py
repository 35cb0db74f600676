"""The sign-up form for pages of other sites."""

from __future__ import annotations

from apes_mailer.campaign.preferences import PublicList
from apes_mailer.web import pages, words
from apes_mailer.web.signing_up import HONEYPOT
from apes_mailer.web.words import Language


def html(public: PublicList, public_url: str, language: Language) -> str:
    """Return the form as HTML that stands by itself: the site around it gives the looks."""
    values: dict[str, object] = {
        "t": words.words("public", language),
        "language": language,
        "action": f"{public_url}/signup/{public.name}?lang={language}",
        "id": f"apes-mailer-{public.name}",
        "title": public.title,
        "honeypot": HONEYPOT,
    }
    return pages.render("signup_form.html", values).rstrip()
