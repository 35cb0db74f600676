"""The outbox as a provider: messages as files in the workspace, and pages to look at them."""

from apes_mailer.providers.outbox.provider import Outbox, safe_name

__all__ = ["Outbox", "safe_name"]
