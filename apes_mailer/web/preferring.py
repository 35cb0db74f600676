"""The page of preferences: which letters, a pause, what is counted, why letters come, and what is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apes_mailer.campaign import unsubscribe
from apes_mailer.campaign.preferences import COUNTED, MONTHS, Preferences, Standing
from apes_mailer.campaign.wishes import Wishing
from apes_mailer.contacts.consents import Proof
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.keys import TokenContent
from apes_mailer.web import forms, reasons
from apes_mailer.web.courier import Courier
from apes_mailer.web.front import Front, going_on, language_of
from apes_mailer.web.visitors import host_of, visitor

_Form = Mapping[str, Sequence[str]]


class Preferring:
    """The route ``/u/TOKEN/preferences``. Every form says in ``do`` what it is about."""

    def __init__(
        self,
        front: Front,
        kept: Preferences,
        wishing: Wishing,
        courier: Courier | None,
        clock: Callable[[], dt.datetime],
        *,
        counts: bool,
    ) -> None:
        """``courier`` is None when nobody can be sent a link to what is kept of them.

        ``counts``: the workspace wants to count what those who agree read.
        """
        self._front = front
        self._kept = kept
        self._wishing = wishing
        self._courier = courier
        self._clock = clock
        self._counts = counts

    def routes(self, path: str) -> list[Route]:
        """Return the routes, below the path of the public address."""
        address = f"{path}/u/{{token}}/preferences"
        return [Route(address, self.show, methods=["GET"]), Route(address, self.change, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """Show how things stand."""
        link = self._front.link(request)
        if await self._was_erased(link):
            return self._front.nobody(request)
        return await self._page(request, link)

    async def _was_erased(self, link: TokenContent) -> bool:
        return await self._front.in_thread(lambda: unsubscribe.was_erased(self._kept.database, link, self._clock()))

    async def change(self, request: Request) -> Response:
        """Do what a form asks for, and show how things stand now."""
        link = self._front.link(request)
        form = await forms.read_form(request)
        if await self._was_erased(link):
            return self._front.nobody(request)  # from a page that was open before: nothing is to be kept of it again
        return await self._page(request, link, done=await self._change(request, link, form))

    async def _change(self, request: Request, link: TokenContent, form: _Form) -> str:
        """Do what a form asks for; return the name of the words that say so."""
        at, kept = self._clock(), self._kept
        match _one(form, "do"):
            case "choose":
                wanted, origin = frozenset(form.get("list", ())), self._origin(request)
                return await self._begin(request, link, lambda: kept.choose(link, wanted, origin, at))
            case "stop":
                return await self._do("stopped_now", lambda: unsubscribe.unsubscribe(kept.database, link, at))
            case "return":
                return await self._begin(request, link, lambda: kept.come_back(link, at))
            case "pause":
                months = _months(form)
                return await self._do("saved", lambda: kept.pause(link, months, at))
            case "resume":
                return await self._do("saved", lambda: kept.end_pause(link))
            case "allow":
                said = _answers(form)
                wording = self._front.texts(request)["counted_text"]
                proof = Proof(source=unsubscribe.PAGE, wording=wording, origin=self._origin(request))
                return await self._do("saved", lambda: kept.allow(link, said, proof, at))
            case "data":
                return await self._send_link(request, link)
            case _:
                raise HTTPException(400)

    async def _do(self, said: str, work: Callable[[], object]) -> str:
        await self._front.in_thread(work)
        return said

    def _origin(self, request: Request) -> str:
        return f"network {self._kept.keyring.origin(host_of(request))}"

    async def _begin(self, request: Request, link: TokenContent, work: Callable[[], list[str]]) -> str:
        """Do what begins letters, and send the letters that have to confirm the rest of it."""
        names, who = await self._front.in_thread(work), visitor(request)
        if not names:
            return "saved"
        if self._courier is None:
            return "not_begun"
        for name in names:
            key, at = link.contact_key, self._clock()
            if not await self._front.in_thread(partial(self._wishing.come_back, key, name, who, at)):
                return "too_many_text"
        self._courier.wake()
        return "letter_sent"

    async def _send_link(self, request: Request, link: TokenContent) -> str:
        if self._courier is None:
            raise HTTPException(400)
        who = visitor(request)
        if not await self._front.in_thread(lambda: self._wishing.see_data(link.contact_key, who, self._clock())):
            return "too_many_text"
        self._courier.wake()
        return "link_sent"

    async def _page(self, request: Request, link: TokenContent, done: str = "") -> Response:
        standing = await self._front.in_thread(lambda: self._kept.standing(link, self._clock()))
        texts, language = self._front.texts(request), language_of(request)
        values: dict[str, object] = {
            "title": texts["preferences_title"],
            "action": going_on(request, "preferences"),
            "done": texts[done] if done else "",
            "standing": standing,
            "months": MONTHS,
            "paused": reasons.day(standing.paused_until, language) if standing.paused_until else "",
            "counted": [_counted(purpose, standing, texts) for purpose in COUNTED] if self._asks(standing) else [],
            "why": reasons.why(standing, language, texts),
            "why_title": reasons.why_title(standing, texts),
            "can_send": self._courier is not None,
        }
        return self._front.page(request, "preferences.html", values)

    def _asks(self, standing: Standing) -> bool:
        return self._counts or any(state is State.GIVEN for state in standing.counted.values())


def _one(form: _Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _months(form: _Form) -> int:
    """Return for how long a form asks to pause. Raises ``HTTPException`` 400."""
    for months in MONTHS:
        if _one(form, "months") == str(months):
            return months
    raise HTTPException(400)


def _answers(form: _Form) -> dict[Purpose, bool]:
    return {purpose: _one(form, purpose) == "yes" for purpose in COUNTED if _one(form, purpose) in {"yes", "no"}}


def _counted(purpose: Purpose, standing: Standing, texts: Mapping[str, str]) -> dict[str, object]:
    state = standing.counted[purpose]
    agrees = None if state is None else state is State.GIVEN
    return {"name": purpose.value, "words": texts[f"counted_{purpose.value}"], "agrees": agrees}
