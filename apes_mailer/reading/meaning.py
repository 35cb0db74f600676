"""What people mean who write other names than those of the schema, or dates and switches in their own way."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from apes_mailer.model.spelling import plain

# French words, and words of other tools, for the names of the schema. Where one may mean several, the first that the
# place allows is proposed.
_FIELDS = {
    "title": "titre titres nom_de_la_rubrique intitule rubrique headline",
    "heading": "surtitre intertitre sur_titre en_tete titre",
    "subject": "objet sujet subject_line",
    "preheader": "pre_header pre_entete pre_en_tete preentete accroche apercu preview preview_text sous_titre",
    "text": (
        "texte textes contenu corps content body paragraphe paragraphes chapo chapeau intro introduction description"
        " message markdown html citation details resume"
    ),
    "images": "image photo photos illustration illustrations visuel visuels picture pictures img galerie",
    "logos": "logo images image partenaires financeurs",
    "file": "fichier image photo src nom_du_fichier filename nom chemin",
    "alt": "texte_alternatif alternative alternatif alt_text description texte_alt",
    "decorative": "decoratif decorative_image decoration",
    "caption": "legende credit credits",
    "link": "lien liens url href adresse links",
    "buttons": "bouton boutons button cta appel_a_l_action appels_a_l_action",
    "button": "bouton boutons buttons cta appel_a_l_action",
    "author": "auteur autrice auteure signature nom",
    "signature": "signataire signe signee signed auteur autrice author",
    "role": "fonction poste titre qualite statut",
    "place": "lieu endroit ou adresse location salle",
    "time": "heure heures horaire horaires hour",
    "date": "jour quand day date_de_debut debut start start_date",
    "end_date": "date_de_fin date_fin fin end jusqu_au",
    "events": "evenement evenements event rendez_vous rdv agenda dates",
    "articles": "article actualites actus news contenus items elements",
    "blocks": "bloc blocs sections rubriques contenu contenus content block parties",
    "columns": "colonnes colonne nb_colonnes nombre_de_colonnes cols",
    "layout": "disposition mise_en_page position placement image_position",
    "contact": "contacts personne_contact",
    "name": "nom prenom nom_prenom structure organisme",
    "email": "courriel mel mail e_mail adresse_mail adresse_e_mail adresse_electronique",
    "phone": "telephone tel portable mobile numero",
    "language": "langue lang locale",
    "theme": "modele gabarit template charte",
    "note": "notes note_interne remarque remarques commentaire commentaires comment",
    "audience": "public publics destinataires cible cibles pour lecteurs segment for to only",
    "web": "en_ligne version_web site site_web public_web online",
    "type": "genre sorte kind categorie modele",
}
_KINDS = {
    "editorial": "edito editos editoriaux mot",
    "section": "rubrique rubriques articles article sections actualites actus a_la_une",
    "events": "agenda rendez_vous rdv evenement evenements event dates calendrier",
    "quote": "citation verbatim temoignage parole",
    "gallery": "galerie album photos images galerie_photos diaporama",
    "banner": "bandeau banniere appel appel_a_l_action cta bandeau_d_appel",
    "divider": "filet separateur separation ligne trait hr",
    "logos": "logo partenaires financeurs",
    "left": "gauche a_gauche",
    "right": "droite a_droite",
    "top": "haut en_haut dessus au_dessus",
    "fr": "francais fr_fr french",
    "en": "anglais en_gb en_us english",
}
_YES = frozenset({"true", "yes", "oui", "vrai", "on"})
_NO = frozenset({"false", "no", "non", "faux", "off"})
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})\D(?P<month>\d{1,2})\D(?P<day>\d{1,2})(?:\D.*)?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})[/. -](?P<year>\d{4})")
_IN_WORDS = re.compile(r"(?:[a-z]+_)?(?P<day>\d{1,2})(?:er|st|nd|rd|th)?_(?P<month>[a-z]+)_(?P<year>\d{4})")
_MONTHS = (
    ("janvier", "janv", "january", "jan"),
    ("fevrier", "fevr", "fev", "february", "feb"),
    ("mars", "march", "mar"),
    ("avril", "avr", "april", "apr"),
    ("mai", "may"),
    ("juin", "june", "jun"),
    ("juillet", "juil", "july", "jul"),
    ("aout", "august", "aug"),
    ("septembre", "sept", "september", "sep"),
    ("octobre", "oct", "october"),
    ("novembre", "nov", "november"),
    ("decembre", "dec", "december"),
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that cannot be used: why, and what to do."""

    message: str
    cure: str


def aliases(names: Collection[str]) -> set[str]:
    """Return the other words for some field names, in their plain form."""
    return {word for name in names for word in _FIELDS.get(name, "").split()}


def field_meant(written: str, allowed: Collection[str]) -> str | None:
    """Return the field that a name most likely means among those that a place allows, or None."""
    return _meant(written, allowed, _FIELDS)


def kind_meant(written: str, allowed: Collection[str]) -> str | None:
    """Return the kind of block, or another word from a fixed choice, that somebody most likely meant, or None."""
    return _meant(written, allowed, _KINDS)


def file_meant(written: str, there: Collection[str]) -> str | None:
    """Return the file that a name most likely means: in other case, with another ending, or with a slip."""
    by_plain = {plain(name): name for name in there}
    by_stem = {plain(name.rpartition(".")[0]): name for name in there}
    wanted = plain(written)
    stem = plain(written.rpartition(".")[0] or written)
    if found := by_plain.get(wanted) or by_stem.get(stem):
        return found
    close = difflib.get_close_matches(wanted, by_plain, 1, 0.75)
    return by_plain[close[0]] if close else None


def _meant(written: str, allowed: Collection[str], table: dict[str, str]) -> str | None:
    word = plain(written)
    by_plain = {plain(name): name for name in allowed}
    if word in by_plain:
        return by_plain[word]
    others = {other: name for name in reversed(table) if name in allowed for other in table[name].split()}
    if word in others:
        return others[word]
    close = difflib.get_close_matches(word, [*by_plain, *others], 1, 0.75)
    return (by_plain | others)[close[0]] if close else None


def as_switch(text: str) -> bool | Wrong:
    """Return true or false, written in English or in French."""
    word = plain(text)
    if word in _YES | _NO:
        return word in _YES
    return Wrong(f'is "{text}", which is neither yes nor no', "Write true or false.")


def as_choice(text: str, choices: tuple[str | int, ...]) -> str | int | Wrong:
    """Return one of the choices."""
    by_name = {str(choice): choice for choice in choices}
    if text.strip() in by_name:
        return by_name[text.strip()]
    meant = kind_meant(text, by_name)
    names = [str(choice) for choice in choices]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return Wrong(f'is "{text}", which is none of the choices', f"Write {meant or listed}.")


def as_date(text: str) -> dt.date | Wrong:
    """Return a day written as 2025-10-02; other ways to write it are understood for the cure only."""
    text = text.strip()
    meant = _date(text)
    if meant is not None and _ISO.fullmatch(text):
        return meant
    if meant is not None:
        return Wrong(f'is "{text}", which is not how a date is written here', f"Write {meant.isoformat()}.")
    if _ISO.fullmatch(text):
        return Wrong(f"is {text}, a day that does not exist", "Correct the day or the month.")
    return Wrong(f'is "{text}", which is no date', "Write year, month and day, for example 2025-10-02.")


def _date(text: str) -> dt.date | None:
    match = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if match is not None:
        return _day(match["year"], int(match["month"]), match["day"])
    match = _IN_WORDS.fullmatch(plain(text))
    if match is None:
        return None
    month = next((number for number, names in enumerate(_MONTHS, 1) if match["month"] in names), 0)
    return _day(match["year"], month, match["day"])


def _day(year: str, month: int, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), month, int(day))
    except ValueError:
        return None
