"""Headings people and their tools give to columns, and the field each of them means.

Known exports: Mailchimp, Constant Contact, Eventbrite, Google Contacts (old and new), Outlook,
HubSpot, and lists made by hand in English and Spanish. To add one, see
docs/recipes/add-an-import-column.md.
"""

import re
import unicodedata
from functools import lru_cache

FIELDS: dict[str, str] = {
    "email": """e mail; email; mail; email address; e mail address; primary email; email primary; main email;
        work email; home email; personal email; business email; other email; secondary email; alternate email;
        additional email; contact email; buyer email; attendee email; your email; email work; email home; email other;
        email address home; email address work; email address other; e mail addresses; email addresses; emails;
        correo; correo electronico; direccion de correo; direccion de correo electronico; email del contacto;
        correo e; su correo electronico; correos""",
    "first_name": """first name; firstname; first; fname; given name; givenname; given; name first; forename;
        attendee first name; buyer first name; preferred name; nombre; nombres; primer nombre; nombre de pila""",
    "middle_name": "middle name; middle; middlename; additional name; segundo nombre; middle initial",
    "last_name": """last name; lastname; last; lname; surname; family name; familyname; name last;
        attendee last name; buyer last name; apellido; apellidos; primer apellido; apellido paterno""",
    "second_last_name": "segundo apellido; apellido materno",
    "full_name": """name; full name; fullname; contact name; contact; display name; attendee name; attendee;
        guest name; guest; member name; person; participant; participant name; your name; name full;
        nombre completo; nombre y apellido; nombre y apellidos; contacto; participante; invitado""",
    "organisation": """organisation; organization; company; company name; organization name; organisation name;
        org; employer; agency; institution; business name; account name; associated company; affiliation;
        organization 1 name; church; school; workplace; work organization; organizacion; empresa; compania;
        institucion; nombre de la organizacion; entidad; negocio; iglesia""",
    "role": """job title; title; position; role; organization title; organization 1 title; job; cargo; puesto;
        ocupacion; titulo; rol""",
    "types": """type; types; stakeholder type; stakeholder types; contact type; member type; category;
        type of stakeholder; i am a; tipo; tipos; tipo de contacto; tipo de miembro; categoria""",
    "tags": """tag; tags; labels; label; groups; group; group membership; categories; keywords; email lists;
        lists; list membership; interests; etiqueta; etiquetas; grupo; grupos; palabras clave; intereses;
        categorias""",
    "left_topics": "left topics; topics they left; unsubscribed from; temas que dejo",
    "topics": """topics; topic; subscribed to; subscriptions; topics of interest; newsletters; temas; tema;
        suscripciones""",
    "zip": """zip; zipcode; zip code; zip codes; postal code; postalcode; postcode; zip postal code; zip 4;
        home zip; home zip code; home postal code; mailing zip; mailing zip code; mailing postal code;
        billing zip; billing zip code; address zip; address zip code; address 1 postal code; home zip postal code;
        zip postal code home; zip postal code work; zip postal code other; business postal code;
        business zip; work zip; work zip code; other postal code; ship zip; shipping zip; your zip code;
        codigo postal; c p; cp; codigo zip""",
    "address": """address; home address; mailing address; full address; postal address; address 1 formatted;
        billing address; direccion; direccion postal; domicilio""",
    "street": """street; street address; address 1; address line 1; street 1; home address 1; home street;
        mailing street; mailing address 1; billing street; business street; work street; other street;
        address 1 street; street address 1; street address line 1; street address home; street address work;
        street address other; address street; mailing address line 1; home address line 1; calle; calle y numero""",
    "street_more": """address 2; address line 2; street 2; apt; apartment; unit; suite; apt suite; po box;
        home street 2; business street 2; other street 2; mailing address 2; street address 2;
        street address line 2; supplemental address 1; apartamento""",
    "city": """city; town; home city; mailing city; billing city; business city; work city; other city; city home;
        city work; city other; address 1 city; address city; mailing address city; home address city; city town;
        ciudad; municipio""",
    "region": """state; province; region; st; state province; state region; province region state; home state;
        mailing state; mailing state province; billing state; business state; work state; other state;
        state province home; state province work; state province other; address 1 region; address state;
        mailing address state; home address state; us state; provincia""",
    "external": """external id; externalid; external identifier; contact id; contact identifier; record id;
        record number; constituent id; person id; member id; member number; supporter id; donor id; subscriber id;
        crm id; external ids; id externo; numero de socio""",
    "second:full_name": """spouse; spouse name; spouse full name; partner name; name of spouse; second person;
        second name; conyuge; nombre del conyuge""",
    "second:first_name": "spouse first name; partner first name; first name 2; second person first name",
    "second:last_name": "spouse last name; partner last name; last name 2; second person last name",
    "second:email": "spouse email; partner email; spouse e mail; second person email; correo del conyuge",
    "second:phone": "spouse phone; partner phone; spouse mobile; second person phone; telefono del conyuge",
    "attendance": """attendee status; attendance status; attendance; registration status; rsvp; rsvp status;
        asistencia; estado de asistencia""",
    "attended": """attended; checked in; check in; checked in at; check in time; check in date; checkin time;
        checkin date; came; present; showed up; asistio; presente""",
    "phone": """phone; phone number; telephone; tel; mobile; mobile phone; mobile number; cell; cell phone;
        cellphone; home phone; work phone; business phone; primary phone; other phone; main phone; phone home;
        phone work; phone mobile; phone other; phone numbers; home phone number; business phone 2; home phone 2;
        mobile phone number; company main phone; telefono; telefonos; celular; movil; telefono movil;
        numero de telefono; telefono de casa; telefono celular; telefono del trabajo""",
    "language": """language; preferred language; lang; locale; spoken language; language preference;
        primary language; idioma; idioma preferido; lengua; lenguaje""",
    "notes": """note; notes; comments; comment; remarks; description; nota; notas; comentario; comentarios;
        observaciones""",
    "kind": "kind; record type; person or organisation; person or organization; contact kind",
    "status": """status; email status; e mail status; subscription status; subscriber status; subscription;
        email marketing; email marketing status; email subscriber status; member status; marketing status;
        email permission status; email permission; permission status; opt in status; email opt in status;
        consent status;
        email status home; email status work; email status other; marketing contact status; email marketing consent;
        estado; estado de suscripcion; estado del correo; estado de la suscripcion; estatus""",
    "opted_in": """opt in; opted in; optin; email opt in; email optin; accepts marketing; accepts email marketing;
        consent; email consent; marketing consent; subscribed; is subscribed; newsletter; wants newsletter;
        receive emails; ok to email; may we email you; suscrito; acepta correos; boletin; acepta recibir correos""",
    "opted_out": """opt out; opted out; optout; email opt out; has opted out of email; email opted out;
        unsubscribed; is unsubscribed; unsubscribed from all email; opted out of all email; no email; no emails;
        baja; dado de baja; unsub time; unsubscribe date; unsubscribed at; unsubscribed on; unsubscribe time""",
    "no_contact": """do not contact; do not email; do not e mail; do not mail; dnc; donotcontact; do not contact me;
        no contactar; no enviar correos; no enviar correo; no escribir""",
    "bounced": """clean time; cleaned; cleaned at; bounced; is bounced; hard bounce; hard bounced; bounce date;
        email bounced; bounced at; email hard bounce; rebotado""",
}
"""Field → headings, in the form `plain()` gives them, separated by semicolons."""

SEVERAL = frozenset({"email", "phone", "tags", "types", "topics", "left_topics", "external"})
"""Fields that may have any number of columns, each of which counts."""

NUMBERED = (
    (re.compile(r"^(?:e ?mail|correo)(?: address)? ?\d+(?: (?:address|value))?$"), "email"),
    (re.compile(r"^(?:phone|mobile|telephone|telefono)(?: number)? ?\d+(?: (?:number|value))?$"), "phone"),
    (re.compile(r"^address \d+ postal code$"), "zip"),
    (re.compile(r"^(?:tag|etiqueta) ?\d+$"), "tags"),
    (re.compile(r"^(?:types? of|tipo de) (?:stakeholder|member|miembro)$"), "types"),
)


PLACES = ("street", "street_more", "city", "region", "zip", "address")
"""Parts of a postal address; a file may have several, such as home and work."""

SECOND = "second:"
"""What stands before a field of a second person in the same row."""

OWN = "custom:"
"""What stands before the short name of a field of our own."""


@lru_cache(maxsize=4096)
def plain(heading: str) -> str:
    """A heading without accents, case, punctuation and doubled blanks: “E-Mail_Address ” is “e mail address”."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", heading)
    letters = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


def _index() -> dict[str, str]:
    found: dict[str, str] = {}
    for field, headings in FIELDS.items():
        for heading in headings.split(";"):
            found[" ".join(heading.split())] = field
    return found


BY_HEADING = _index()


def field_of(heading: str) -> str:
    """The field a heading means, empty when we do not know it."""
    words = plain(heading)
    if words in BY_HEADING:
        return BY_HEADING[words]
    return next((field for pattern, field in NUMBERED if pattern.match(words)), "")
