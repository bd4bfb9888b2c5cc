"""Exports of tools with which people register for events."""

from contacts.imports.cleaning import Cleaner
from contacts.imports.house import House
from contacts.imports.mapping.columns import Choices, map_columns
from contacts.imports.mapping.exports import recognise
from contacts.imports.reading import Row
from contacts.models import ContactPoint, Stakeholder
from tests.imports.exports import file_of, named, told


class TestEvents:
    """Who registered and who came; what becomes of it for an event stands in test_occasions.py."""

    def attendance(self, content: bytes) -> list[str]:
        """What each row says about the event."""
        lines = [line.split(",") for line in content.decode().split("\r\n") if line]
        export = recognise(lines[0])
        assert export is not None
        columns = map_columns(lines[0], lines[1:], choices=Choices(export=export.columns))
        cleaner = Cleaner(columns, House(), presence=export.presence)
        return [cleaner(Row(line, cells)).attendance for line, cells in enumerate(lines[1:], 2)]

    EVENTBRITE = (
        "Order #|Order Date|Prefix|First Name|Last Name|Suffix|Email|Quantity|Price Tier|Ticket Type|Attendee #|Group|"
        "Order Type|Currency|Total Paid|Fees Paid|Eventbrite Fees|Eventbrite Payment Processing|Attendee Status|"
        "Delivery Method|Home Address 1|Home Address 2|Home City|Home State|Home Zip|Home Country|Job Title|Company|"
        "Cell Phone|Buyer First Name|Buyer Last Name|Buyer Email"
    )

    def eventbrite(self) -> bytes:
        """Four attendees of one buyer."""
        states = {"Ann": "Attending", "Bo": "Checked In", "Cy": "Not Attending", "Di": "Refunded"}
        return file_of(self.EVENTBRITE, *({
            "Order #": "1001", "First Name": name, "Last Name": "Lee", "Email": f"{name.lower()}@example.org",
            "Attendee Status": state, "Home Zip": "28205", "Buyer Email": "buyer@example.org", "Company": "House",
        } for name, state in states.items()))  # fmt: skip

    def test_eventbrite(self, saved):
        assert self.attendance(self.eventbrite()) == ["registered", "attended", "cancelled", "cancelled"]
        run = saved(self.eventbrite())
        assert Stakeholder.objects.filter(kind="person").count() == 4
        assert not ContactPoint.objects.filter(normalized="buyer@example.org").exists()
        assert "an export of Eventbrite" in told(run)

    ZOOM = (
        "Attended|User Name (Original Name)|First Name|Last Name|Email|Phone|Registration Time|Approval Status|"
        "Join Time|Leave Time|Time in Session (minutes)|Is Guest|Country/Region Name"
    )

    def zoom(self) -> bytes:
        """A webinar with two who came, one of them twice, and one who did not."""
        rows = [("Yes", "Ann"), ("Yes", "Ann"), ("Yes", "Bo"), ("No", "Cy")]
        return file_of(self.ZOOM, *({
            "Attended": came, "User Name (Original Name)": f"{name} Lee", "First Name": name, "Last Name": "Lee",
            "Email": f"{name.lower()}@example.org", "Approval Status": "approved", "Join Time": "--",
        } for came, name in rows))  # fmt: skip

    def test_zoom_attendees(self, saved):
        assert self.attendance(self.zoom()) == ["attended", "attended", "attended", "no_show"]
        head = b"Attendee Report\r\nReport Generated:,10/02/2025 10:00\r\nTopic,Webinar ID\r\nTown hall,812 3456\r\n"
        run = saved(head + b"Attendee Details\r\n" + self.zoom())
        assert Stakeholder.objects.count() == 3
        assert "an export of Zoom" in told(run)

    def test_zoom_registrations(self, saved):
        head = "First Name|Last Name|Email|Zip/Postal Code|Registration Time|Approval Status"
        content = file_of(head, *(
            {"First Name": name, "Email": f"{name}@example.org", "Approval Status": state}
            for name, state in {"ann": "approved", "bo": "denied", "cy": "pending"}.items()
        ))  # fmt: skip
        assert self.attendance(content) == ["registered", "cancelled", ""]
        saved(b"Registration Report\r\n\r\nAttendee Details\r\n" + content)
        assert Stakeholder.objects.count() == 3

    def test_zoom_meetings(self, saved):
        head = "Name (Original Name)|User Email|Join Time|Leave Time|Duration (Minutes)|Guest|Recording Consent"
        row = {"Name (Original Name)": "Ann Lee", "User Email": "ann@example.org", "Recording Consent": "Y"}
        content = file_of(head, row)
        assert self.attendance(content) == ["attended"]
        saved(content)
        assert named("ann@example.org").first_name == "Ann"

    def test_pretix(self, saved):
        head = (
            "Order code|Position ID|Status|Email|Order date|Product|Price|Attendee name|Attendee name: Given name|"
            "Attendee name: Family name|Attendee email|Company|Address|ZIP code|City|Country|Voucher"
        )
        content = file_of(head, *(
            {"Order code": "ABC", "Status": state, "Email": "buyer@example.org", "Attendee name": f"{name} Lee",
             "Attendee name: Given name": name, "Attendee name: Family name": "Lee", "ZIP code": "28205",
             "Attendee email": f"{name.lower()}@example.org"}
            for name, state in {"Ann": "paid", "Bo": "canceled", "Cy": "pending"}.items()
        ))  # fmt: skip
        assert self.attendance(content) == ["registered", "cancelled", "registered"]
        saved(content)
        assert named("ann@example.org").zip == "28205"
        assert not ContactPoint.objects.filter(normalized="buyer@example.org").exists()

    def test_pretix_check_in_list(self, saved):
        head = "Order code|Attendee name|Product|Price|Checked in|Automatically checked in|Secret|E-mail|Phone number"
        content = file_of(head, *(
            {"Order code": "ABC", "Attendee name": f"{name} Lee", "E-mail": f"{name}@example.org", "Checked in": came}
            for name, came in {"ann": "2026-05-01 10:00", "bo": ""}.items()
        ))  # fmt: skip
        assert self.attendance(content) == ["attended", "registered"]
        saved(content)
        assert Stakeholder.objects.count() == 2
