"""SendGrid as a provider: what it is sent, how it is sent, what its answers mean."""

from apes_mailer.providers.sendgrid.provider import EU_URL, GLOBAL_URL, UNSUBSCRIBE_LINK, SendGrid

__all__ = ["EU_URL", "GLOBAL_URL", "UNSUBSCRIBE_LINK", "SendGrid"]
