"""The languages that people are spoken to in."""

from __future__ import annotations

from typing import Literal

Language = Literal["fr", "en"]
