"""The file that this house writes itself (contacts/resources/people.py): read in again, it changes nothing."""

from contacts.imports.mapping.exports.known import Export, fields, headings

OURS = Export(
    key="alliance",
    name="Alliance",
    signs=(headings("Alliance number; Person or organisation; In the book since"),),
    columns=fields(
        external="Alliance number; Numbers elsewhere",
        kind="Person or organisation",
        full_name="Name",
        first_name="First name",
        last_name="Last name",
        email="E-mail; Other e-mails",
        phone="Phone; Other phones",
        address="Postal address",
        zip="Zip code",
        language="Language",
        types="Types",
        tags="Tags",
        topics="Agreed topics",
        left_topics="Left topics",
        organisation="Organisation",
        role="Role",
        notes="Notes",
        left_out="Also belongs to; Other addresses; Not mailed because; Came from; In the book since",
    ),
)
