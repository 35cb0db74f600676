"""The receipt of an erasure: what was done and when, without saying for whom."""

from __future__ import annotations

from pathlib import Path

from apes_mailer.campaign.erasure import Erased
from apes_mailer.model.language import Language
from apes_mailer.workspace import Workspace

_FOLDER = "receipts"  # of the workspace
_TEXTS: dict[Language, str] = {
    "fr": """\
Reçu d’effacement (RGPD, article 17)

Effectué le :        {at:%Y-%m-%d à %H:%M} (UTC)
Par :                {actor}
Référence :          {reference}

Supprimé :
  appartenances à des listes          {lists}
  lignes de fichiers de contacts/     {rows}
  messages de la boîte d’envoi locale {messages}
  envois et essais dépersonnalisés    {campaigns}
  notes nettoyées                     {notes}

Conservé : une empreinte à clé de l’adresse, seul moyen de ne plus jamais lui écrire, et des
nombres (à combien de personnes une lettre est partie).
{asked}{left}
La référence est l’empreinte sous laquelle un prestataire d’envoi connaissait la personne ;
sans la clé de cet espace de travail, elle ne mène à personne.
""",
    "en": """\
Receipt of an erasure (GDPR, article 17)

Done on:             {at:%Y-%m-%d at %H:%M} (UTC)
By:                  {actor}
Reference:           {reference}

Deleted:
  places on lists                     {lists}
  rows of files in contacts/          {rows}
  messages in the local outbox        {messages}
  sends and rehearsals made anonymous {campaigns}
  notes cleaned                       {notes}

Kept: a keyed hash of the address, the only way never to write to it again, and numbers (how
many people a letter went to).
{asked}{left}
The reference is the hash by which a provider knew the person; without the key of this
workspace it leads to nobody.
""",
}
_LEFT: dict[Language, str] = {
    "fr": "\nReste à faire à la main au moment du reçu : fichiers à corriger, {count}.\n",
    "en": "\nLeft to do by hand at the time of this receipt: files to correct, {count}.\n",
}

_ASKED: dict[Language, str] = {
    "fr": (
        "\nEffacement chez le prestataire, à demander au prochain envoi ou par « suppressions sync » : {providers}.\n"
        "D’ici là, l’adresse reste en attente dans la base, pour cette seule demande.\n"
    ),
    "en": (
        "\nErasure by the provider, to be asked for with the next send or by suppressions sync: {providers}.\n"
        "Until then the address waits in the database, for this demand alone.\n"
    ),
}


def text(erased: Erased, *, actor: str, language: Language) -> str:
    """Return the receipt of an erasure."""
    left = _LEFT[language].format(count=len(erased.left)) if erased.left else ""
    asked = _ASKED[language].format(providers=", ".join(erased.providers)) if erased.providers else ""
    return _TEXTS[language].format(
        at=erased.at,
        actor=actor,
        reference=erased.reference,
        lists=erased.lists,
        rows=erased.rows,
        messages=erased.messages,
        campaigns=erased.campaigns,
        notes=erased.notes,
        asked=asked,
        left=left,
    )


def keep(workspace: Workspace, erased: Erased, text: str) -> Path:
    """Write the receipt of an erasure to a file of its own, and return it. Raises ``OSError``."""
    path = workspace.root / _FOLDER / f"{erased.at:%Y-%m-%d-%H%M%S-%f}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
