"""Names that people write instead of those of the schema, and which one they mean."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection

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


def plain(word: str) -> str:
    """Return a word in small ASCII letters, with ``_`` for what is neither letter nor digit."""
    letters = unicodedata.normalize("NFKD", word)
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")


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
