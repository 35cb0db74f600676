"""Signing up for a list: a form, a letter with a link, and a button that confirms."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import assert_never

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apes_mailer.campaign.preferences import PublicList
from apes_mailer.campaign.wishes import Outcome, Wishing
from apes_mailer.model.address import Address, AddressError, normalise
from apes_mailer.model.wish import Wish, WishKind, WishState
from apes_mailer.web import forms
from apes_mailer.web.courier import Courier
from apes_mailer.web.front import Button, Front, GoneError, going_on, language_of
from apes_mailer.web.visitors import host_of, visitor

HONEYPOT = "website"
"""A field that no person sees: who fills it in is a program, and is told what everybody is told."""

_ARTICLE = re.compile(r"\A(\w{1,3}) ")  # stays with the next word: no line of a heading ends with « La


class SigningUp:
    """The routes ``/signup/LIST`` and ``/confirm/TOKEN``."""

    def __init__(
        self,
        front: Front,
        wishing: Wishing,
        courier: Courier,
        public: Sequence[PublicList],
        clock: Callable[[], dt.datetime],
    ) -> None:
        """``public``: the lists that anybody may sign up for."""
        self._front = front
        self._wishing = wishing
        self._courier = courier
        self._lists = {each.name: each for each in public}
        self._clock = clock

    def routes(self, path: str) -> list[Route]:
        """Return the routes, below the path of the public address."""
        return [
            Route(f"{path}/signup/{{name}}", self.form, methods=["GET"]),
            Route(f"{path}/signup/{{name}}", self.ask, methods=["POST"]),
            Route(f"{path}/confirm/{{token}}", self.show, methods=["GET"]),
            Route(f"{path}/confirm/{{token}}", self.confirm, methods=["POST"]),
        ]

    def form(self, request: Request) -> Response:
        """Show the form."""
        return self._form(request, self._list(request))

    async def ask(self, request: Request) -> Response:
        """Record the wish. The answer is the same for every address, known or not, and does not wait for the letter."""
        public = self._list(request)
        form = await forms.read_form(request)
        typed = next(iter(form.get("email", ())), "")
        try:
            address = normalise(typed)
        except AddressError:
            return self._form(request, public, typed=typed, status=400)
        if not any(form.get(HONEYPOT, ())) and not await self._record(request, public, address):
            return self._front.message(
                request, "too_many", status=429, paragraphs=["text"], headers={"Retry-After": "3600"}
            )
        return self._front.message(request, "asked", paragraphs=["text", "nothing"])

    async def _record(self, request: Request, public: PublicList, address: Address) -> bool:
        who = visitor(request)
        recorded = await self._front.in_thread(lambda: self._wishing.sign_up(public.name, address, who, self._clock()))
        self._courier.wake()
        return recorded

    async def show(self, request: Request) -> Response:
        """Show what the button would confirm, or that it is done: programs that follow links confirm nothing."""
        wish = await self._front.in_thread(lambda: self._wish(request))
        if wish.state is WishState.CONFIRMED:
            return self._front.message(request, "already_joined", paragraphs=["text"], letter=self._title(wish))
        return self._front.message(
            request,
            "join",
            paragraphs=["text"],
            letter=self._title(wish),
            button=Button(
                action=going_on(request, request.path_params["token"]), label=self._front.texts(request)["join_button"]
            ),
        )

    async def confirm(self, request: Request) -> Response:
        """Sign up, with the proof of it."""
        await forms.read_body(request)
        wish = await self._front.in_thread(lambda: self._wish(request))
        token, wording, host = request.path_params["token"], self._wording(request, wish), host_of(request)
        outcome = await self._front.in_thread(
            lambda: self._wishing.confirm_sign_up(token, wording, host, self._clock())
        )
        match outcome:
            case Outcome.GONE:
                raise GoneError
            case Outcome.DONE | Outcome.HELD:
                text = "text" if outcome is Outcome.DONE else "held"
                return self._front.message(request, "joined", paragraphs=[text], letter=self._title(wish))
            case _:
                assert_never(outcome)

    def _wish(self, request: Request) -> Wish:
        """Return the wish that a link is about. Raises ``GoneError``, also when it was confirmed and left again."""
        at = self._clock()
        wish = self._wishing.find(request.path_params["token"], WishKind.SIGN_UP, at)
        if wish is None or self._wishing.is_overtaken(wish, at):
            raise GoneError
        return wish

    def _list(self, request: Request) -> PublicList:
        found = self._lists.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return found

    def _title(self, wish: Wish) -> str:
        known = self._lists.get(wish.list_name)
        return known.title if known else self._front.letter

    def _wording(self, request: Request, wish: Wish) -> str:
        """Return what the person reads before pressing the button, with a mark of its version."""
        text = self._front.texts(request)["join_text"] % {"letter": self._title(wish)}
        version = hashlib.sha256(text.encode()).hexdigest()[:8]
        return f"[{language_of(request)} {version}] {text}"

    def _form(self, request: Request, public: PublicList, *, typed: str = "", status: int = 200) -> Response:
        texts = self._front.texts(request)
        values: dict[str, object] = {
            "title": texts["signup_title"] % {"letter": _ARTICLE.sub("\\1\u00a0", public.title)},
            "about": public.about,
            "action": going_on(request, public.name),
            "typed": typed[:254],
            "fault": texts["signup_fault"] if status != 200 else "",
            "honeypot": HONEYPOT,
        }
        return self._front.page(request, "signup.html", values, status=status)
