"""From a typed issue to a message template; pure: the same input gives the same bytes."""

from __future__ import annotations

from apes_mailer.render.letter import Letter, render

__all__ = ["Letter", "render"]
