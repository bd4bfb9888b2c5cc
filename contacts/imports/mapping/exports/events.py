"""Exports of tools with which people register for events."""

from contacts.imports.mapping.exports.known import Export, fields, headings

EVENTBRITE = Export(
    key="eventbrite",
    name="Eventbrite",
    signs=(headings("Order #; Ticket Type; Attendee Status"), headings("Order ID; Ticket Type; Attendee Status")),
    columns=fields(
        attendance="Attendee Status",
        organisation="Company",
        left_out="""Order #; Order ID; Order Date; Order Type; Prefix; Suffix; Quantity; Price Tier; Ticket Type;
            Attendee #; Group; Currency; Total Paid; Fees Paid; Eventbrite Fees; Eventbrite Payment Processing;
            Delivery Method; Home Country; Gender; Age; Birth Date; Website; Blog; Event Name; Event ID;
            Buyer First Name; Buyer Last Name; Buyer Email; Ticket Price; Ticket quantity""",
    ),
    presence="registered",
)

ZOOM = Export(
    key="zoom",
    name="Zoom",
    signs=(
        headings("Attended; User Name (Original Name); Email; Join Time"),
        headings("Email; Registration Time; Approval Status"),
    ),
    columns=fields(
        attended="Attended",
        full_name="User Name (Original Name)",
        attendance="Approval Status",
        left_out="""Registration Time; Join Time; Leave Time; Time in Session (minutes); Is Guest;
            Country/Region Name; Recording Consent; Source Name; Attendance Type""",
    ),
)

ZOOM_MEETING = Export(
    key="zoom_meeting",
    name="Zoom",
    signs=(
        headings("Name (Original Name); User Email; Join Time; Leave Time"),
        headings("Name (Original Name); Email; Join Time; Leave Time"),
        headings("Name (Original Name); User Email; Total Duration (Minutes)"),
        headings("Name (Original Name); Email; Total Duration (Minutes)"),
    ),
    columns=fields(
        full_name="Name (Original Name)",
        email="User Email; Email",
        left_out="""Join Time; Leave Time; Duration (Minutes); Total Duration (Minutes); Guest; Recording Consent;
            Recording disclaimer response; In Waiting Room""",
    ),
    presence="attended",
)

PRETIX = Export(
    key="pretix",
    name="pretix",
    signs=(headings("Order code; Attendee name; Attendee email; Product"),),
    columns=fields(
        full_name="Attendee name",
        first_name="Attendee name: Given name",
        last_name="Attendee name: Family name",
        email="Attendee email",
        attendance="Status; Order status",
        left_out="""Order code; Position ID; Email; E-mail; Order date; Order time; Product; Variation; Price;
            Tax rate; Tax rule; Tax value; Voucher; Voucher code; Pseudonymization ID; Ticket secret; Secret;
            Seat ID; Seat name; Seat zone; Seat row; Seat number; Order comment; Country; Sales channel;
            Order locale; Add-on to position ID; Valid from; Valid until""",
    ),
    presence="registered",
)

PRETIX_CHECKIN = Export(
    key="pretix_checkin",
    name="pretix",
    signs=(headings("Order code; Attendee name; Product; Checked in"),),
    columns=fields(
        full_name="Attendee name",
        first_name="Attendee name: Given name",
        last_name="Attendee name: Family name",
        attended="Checked in",
        left_out="""Order code; Product; Price; Automatically checked in; Secret; Voucher code; Order date; Order time;
            Requires special attention; Comment; Seat ID; Seat name; Seat zone; Seat row; Seat number; Blocked;
            Valid from; Valid until; Country""",
    ),
    presence="registered",
)

EVENTS = (EVENTBRITE, ZOOM, ZOOM_MEETING, PRETIX, PRETIX_CHECKIN)
