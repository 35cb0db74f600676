"""Fields of a contact that go by many names: whatever a file calls its address column, it is ``EMAIL``.

``Prénom`` in a file, a merge tag or a segment is spelled ``PRENOM`` as the name of a field, and so is ``First Name``:
spelled ``FIRST_NAME``, it is another name for that field.
"""

from __future__ import annotations

from types import MappingProxyType

from apes_mailer.model.spelling import plain

EMAIL = "EMAIL"
TAGS = "TAGS"
"""The field of the words by which a contact is marked, separated as in any cell with several values."""

# As French and English spreadsheets, address books and mailing services head these columns. A name that may mean
# something else ("Adresse", "Name", "Région") stays itself: a guess here would put a wrong word into a letter.
_NAMES = {
    EMAIL: """
        MAIL E_MAIL MEL COURRIEL COURRIER_ELECTRONIQUE EMAIL_ADDRESS E_MAIL_ADDRESS MAIL_ADDRESS
        ADRESSE_EMAIL ADRESSE_E_MAIL ADRESSE_MAIL ADRESSE_MEL ADRESSE_COURRIEL ADRESSE_ELECTRONIQUE
        ADRESSE_DE_MESSAGERIE ADRESSE_DE_COURRIEL ADRESSE_DE_COURRIER_ELECTRONIQUE E_MAIL_1_VALUE
        EMAILS MAILS E_MAILS MELS COURRIELS EMAIL_ADDRESSES E_MAIL_ADDRESSES MAIL_ADDRESSES
        ADRESSES_EMAIL ADRESSES_E_MAIL ADRESSES_MAIL ADRESSES_MEL ADRESSES_COURRIEL ADRESSES_ELECTRONIQUES
        ADRESSES_EMAILS ADRESSES_E_MAILS ADRESSES_MAILS ADRESSES_DE_MESSAGERIE
        EMAIL_ADHERENT EMAIL_DE_L_ADHERENT EMAIL_PARTICIPANT EMAIL_DU_PARTICIPANT EMAIL_PAYEUR EMAIL_DU_PAYEUR
    """,
    "PRENOM": """
        PRENOMS FIRST_NAME FIRSTNAME GIVEN_NAME GIVENNAME FORENAME FNAME
        PRENOM_ADHERENT PRENOM_DE_L_ADHERENT PRENOM_PARTICIPANT PRENOM_DU_PARTICIPANT
    """,
    "NOM": """
        NOMS NOM_DE_FAMILLE LAST_NAME LASTNAME FAMILY_NAME FAMILYNAME SURNAME LNAME
        NOM_ADHERENT NOM_DE_L_ADHERENT NOM_PARTICIPANT NOM_DU_PARTICIPANT
    """,
    "STRUCTURE": """
        STRUCTURES ORGANISME ORGANISATION ORGANIZATION ORGANIZATION_NAME ORGANISATION_NAME NOM_DE_LA_STRUCTURE
        SOCIETE RAISON_SOCIALE ENTREPRISE COMPANY COMPANY_NAME
    """,
    "TERRITOIRE": "TERRITOIRES TERRITORY",
    TAGS: "TAG ETIQUETTE ETIQUETTES MOT_CLE MOTS_CLES LABEL LABELS KEYWORDS",
}

SYNONYMS = MappingProxyType({name: field for field, names in _NAMES.items() for name in names.split()})
"""Other names, in the form of a field name (``FIRST_NAME``), with the field that they mean (``PRENOM``)."""


def field_named(written: str) -> str:
    """Return the field that people mean by what they call it: ``Adresse e-mail`` is EMAIL, ``Prénom`` is PRENOM.

    Empty when it can be the name of none.
    """
    return canonical_field(field_name(written))


def field_name(written: str) -> str:
    """Return what people call a field as the name of one: ``Prénom`` and ``prenom`` are both ``PRENOM``.

    Empty when nothing usable is left.
    """
    name = plain(written).upper()
    return name if name and not name[0].isdigit() else ""


def canonical_field(name: str) -> str:
    """Return the one name under which a field is kept: ``FIRST_NAME`` is ``PRENOM``, ``TELEPHONE`` is itself."""
    return SYNONYMS.get(name, name)
