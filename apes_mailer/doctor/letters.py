"""What the settings promise readers: who writes, how they say no, where pictures are, and what is counted of them."""

from __future__ import annotations

from apes_mailer.check.examples import is_example, is_example_place
from apes_mailer.doctor.diagnosis import Sheet
from apes_mailer.wiring import Application, envelopes


def sender(application: Application) -> Sheet:
    """Look at who the letters come from."""
    sheet, found = Sheet("sender"), application.settings.sender
    where = application.workspace.settings_file.name
    if is_example(found.address):
        cure = f"Write your own address into {where}, below [sender]."
        sheet.error(f"{found.address} is an example, from which nobody can send", "sender.address", cure)
    else:
        sheet.ok(f"letters come from {found.name} <{found.address}>", "sender.address")
    if found.postal_address is None:
        cure = 'Readers should see who writes and from where: postal_address = "12 rue du Jardin, 59000 Lille"'
        sheet.warning("the letters give no postal address", "sender.postal_address", cure)
    elif is_example_place(found.postal_address):
        cure = f"The footer shows it, and the law wants a true one: write your own into {where}, below [sender]."
        sheet.error(f"{found.postal_address} is an example", "sender.postal_address", cure)
    return sheet


def unsubscribing(application: Application) -> Sheet:
    """Look at how readers say no: by a page of ours, or without a server."""
    sheet, settings = Sheet("unsubscribing"), application.settings
    sends = settings.send.provider != "outbox"
    before = len(sheet.found)
    with sheet.noting("unsubscribe.by"):
        if sends or settings.unsubscribe.by == "provider":
            envelopes.require_way_out(settings, settings.send.provider)
    if len(sheet.found) > before:
        return sheet
    match settings.unsubscribe.by:
        case "provider":
            sheet.ok(f"readers say no by a page of SendGrid, of its group {settings.sendgrid.asm_group}")
        case "mail":
            address = settings.unsubscribe.mailto or settings.sender.reply_to or settings.sender.address
            cure = "Somebody does what they ask within two days: apes-mailer suppressions unsubscribe SUBJECT"
            sheet.info(f"readers say no by writing to {address}", "unsubscribe.by", cure)
        case "page":
            url = settings.public_url
            if url:
                sheet.ok(f"readers say no by a page at {url}")
            else:
                cure = "Before letters leave this computer: docs/how-to/serve.md, or docs/how-to/without-a-server.md"
                sheet.info("there is no page yet by which readers say no", "public_url", cure)
    return sheet


def publishing(application: Application) -> Sheet:
    """Look at where readers find the pictures and web versions."""
    sheet, settings = Sheet("pictures"), application.settings
    where = "publish.to"
    if settings.publish.to != "serve":
        before = len(sheet.found)
        with sheet.noting(where):
            application.site()
        if len(sheet.found) == before:
            sheet.ok(f"letters are published at {settings.publish.url}", where)
    elif settings.serverless:
        cure = "Name a folder of your web site or a bucket below [publish]: docs/how-to/publish.md"
        sheet.warning("readers could load no picture: there is no server, and no other place to publish", where, cure)
    return sheet


def tracking(application: Application) -> Sheet:
    """Look at what is counted of readers."""
    sheet = Sheet("tracking")
    with sheet.noting("tracking"):
        if wanted := application.tracking():
            named = " and ".join(sorted(wanted))
            sheet.info(f"{named} are counted, of readers who agreed to it and of nobody else", "tracking")
        else:
            sheet.ok("nothing is counted of readers", "tracking")
    return sheet
