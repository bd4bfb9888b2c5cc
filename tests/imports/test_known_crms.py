"""Exports of other houses' books: two people in a row, marks of every kind, numbers."""

from contacts.models import ContactPoint, Stakeholder
from tests.factories import StakeholderFactory
from tests.imports.conftest import csv_of
from tests.imports.exports import file_of, given, named, shut, told


class TestCrms:
    """HubSpot, Action Network, NationBuilder, CiviCRM, Mautic, listmonk."""

    def test_hubspot(self, saved):
        head = (
            "Record ID|First Name|Last Name|Email|Phone Number|Contact owner|Lifecycle Stage|Associated Company|"
            "Job Title|City|State/Region|Postal Code|Unsubscribed from all email|Email hard bounce reason|"
            "Marketing contact status|Create Date|Last Activity Date"
        )
        yes = {"Marketing contact status": "Marketing contact", "Unsubscribed from all email": "false"}
        run = saved(file_of(
            head, {"Record ID": "51", "First Name": "Ann", "Email": "ann@example.org", **yes,
                   "Associated Company": "Community House", "Postal Code": "28205"},
            {"Record ID": "52", "Email": "bo@example.org", **yes, "Unsubscribed from all email": "true"},
            {"Record ID": "53", "Email": "cy@example.org", **yes, "Email hard bounce reason": "UNKNOWN_USER"},
        ))  # fmt: skip
        assert run.system == "hubspot"
        assert given() == {"ann@example.org"}
        assert shut() == {"cy@example.org": "hard_bounce"}

    def test_action_network(self, saved):
        head = (
            "email|first_name|last_name|zip_code|can2_phone|can2_user_address|can2_user_city|can2_state_abbreviated|"
            "can2_county|can2_user_tags|can2_subscription_status|can2_sms_status|can2_subscription_date|uuid"
        )
        on = {"can2_subscription_status": "subscribed"}
        saved(file_of(
            head, {"email": "ann@example.org", "first_name": "Ann", "last_name": "Lee", "zip_code": "28205", **on,
                   "can2_user_tags": "Phone_Bank, Housing", "can2_phone": "17045550100", "uuid": "aa-1"},
            {"email": "bo@example.org", "can2_subscription_status": "unsubscribed", "uuid": "aa-2"},
            {"email": "cy@example.org", "can2_subscription_status": "bouncing", "uuid": "aa-3"},
            {"email": "di@example.org", "can2_subscription_status": "never subscribed", "uuid": "aa-4"},
        ))  # fmt: skip
        assert {str(tag) for tag in named("ann@example.org").tags.all()} == {"Phone_Bank", "Housing"}
        assert given() == {"ann@example.org"}
        assert shut() == {"cy@example.org": "hard_bounce"}

    def test_nationbuilder(self, saved):
        head = (
            "nationbuilder_id|prefix|first_name|middle_name|last_name|suffix|email|email1|email1_is_bad|email2|"
            "email2_is_bad|email_opt_in|unsubscribed_at|do_not_contact|do_not_call|is_deceased|phone_number|"
            "mobile_number|primary_address1|primary_city|primary_state|primary_zip|employer|occupation|language|"
            "tag_list|note"
        )
        yes = {"email_opt_in": "true", "do_not_contact": "false", "is_deceased": "false"}
        saved(file_of(
            head, {**yes, "nationbuilder_id": "1", "first_name": "Ann", "last_name": "Lee", "email": "ann@example.org",
                   "email1": "ann@example.org", "email1_is_bad": "false", "email2": "old@example.org",
                   "email2_is_bad": "true", "primary_zip": "28205", "tag_list": "housing, transit", "language": "es",
                   "employer": "Community House", "occupation": "Director"},
            {**yes, "nationbuilder_id": "2", "email": "bo@example.org", "email1": "bo@example.org",
             "email1_is_bad": "true"},
            {**yes, "nationbuilder_id": "3", "email": "cy@example.org", "unsubscribed_at": "2025-01-02 10:00"},
            {**yes, "nationbuilder_id": "4", "email": "di@example.org", "do_not_contact": "true"},
            {**yes, "nationbuilder_id": "5", "email": "ed@example.org", "email_opt_in": "false"},
        ))  # fmt: skip
        ann = named("ann@example.org")
        assert (ann.language, ann.zip, str(ann.affiliations.get())) == ("es", "28205", "Director, Community House")
        assert not ContactPoint.objects.filter(normalized="old@example.org").exists()
        assert given() == {"ann@example.org"}
        assert shut() == {"bo@example.org": "hard_bounce", "di@example.org": "manual"}

    def test_civicrm(self, saved):
        head = (
            "Contact ID|Contact Type|Contact Subtype|Do Not Email|Do Not Phone|Do Not Mail|Do Not Sms|Do Not Trade|"
            "No Bulk Emails (User Opt Out)|External Identifier|Sort Name|Display Name|Nickname|Preferred Language|"
            "First Name|Middle Name|Last Name|Job Title|Birth Date|Deceased|Organization Name|Current Employer|"
            "Street Address|City|Postal Code|State|Country|Phone|Email|On Hold|Group(s)|Tag(s)|Note(s)"
        )
        no = {"Do Not Email": "No", "Do Not Mail": "No", "No Bulk Emails (User Opt Out)": "No", "On Hold": "No"}
        ann = {
            **no, "Contact ID": "11", "Contact Type": "Individual", "Display Name": "Dr. Ann Lee", "First Name": "Ann",
            "Last Name": "Lee", "Email": "ann@example.org", "Postal Code": "28205", "Do Not Mail": "Yes",
            "Preferred Language": "Spanish; Castilian", "Current Employer": "Community House", "Tag(s)": "Choir,Board",
        }  # fmt: skip
        house = {
            **no, "Contact ID": "12", "Contact Type": "Organization", "Display Name": "Community House",
            "Organization Name": "Community House", "Email": "office@example.org",
        }  # fmt: skip
        saved(file_of(
            head, ann, house,
            {**no, "Contact ID": "13", "Email": "bo@example.org", "No Bulk Emails (User Opt Out)": "Yes"},
            {**no, "Contact ID": "14", "Email": "cy@example.org", "On Hold": "On Hold Bounce"},
            {**no, "Contact ID": "15", "Email": "di@example.org", "Do Not Email": "Yes"},
            {**no, "Contact ID": "16", "Email": "ed@example.org", "Deceased": "Yes"},
        ))  # fmt: skip
        assert given() == {"ann@example.org", "office@example.org"}
        assert shut() == {"cy@example.org": "hard_bounce", "di@example.org": "manual", "ed@example.org": "manual"}
        assert (named("ann@example.org").language, named("office@example.org").kind) == ("es", "organisation")
        assert named("ann@example.org").affiliations.get().organisation == named("office@example.org")

    def test_listmonk(self, saved):
        head = "uuid|email|name|attributes|status|created_at|updated_at"
        run = saved(file_of(
            head, {"uuid": "u1", "email": "ann@example.org", "name": "Ann Lee", "status": "enabled",
                   "attributes": '{"city": "Charlotte"}'},
            {"uuid": "u2", "email": "bo@example.org", "name": "Bo Lee", "status": "disabled"},
            {"uuid": "u3", "email": "cy@example.org", "name": "Cy Lee", "status": "blocklisted"},
        ))  # fmt: skip
        assert (given(), shut()) == ({"ann@example.org"}, {"cy@example.org": "manual"})
        assert "These columns were left out: attributes." in told(run)

    def test_mautic(self, saved):
        head = (
            "id|title|firstname|lastname|company|position|email|mobile|phone|points|address1|address2|city|state|"
            "zipcode|country|preferred_locale|timezone|last_active|website|dnc"
        )
        saved(file_of(
            head, {"id": "7", "title": "Mrs", "firstname": "Ann", "lastname": "Lee", "email": "ann@example.org",
                   "zipcode": "28205", "preferred_locale": "es_MX", "points": "12"},
            {"id": "8", "email": "bo@example.org", "dnc": "Unsubscribed"},
        ))  # fmt: skip
        ann = named("ann@example.org")
        assert (ann.zip, ann.language) == ("28205", "es")
        assert given() == {"ann@example.org"}


class TestNpsp:
    """The import template of Salesforce for nonprofits: two people in one row, instructions above."""

    HEAD = (
        "Contact1 Salutation|Contact1 First Name|Contact1 Last Name|Contact1 Birthdate|Contact1 Title|"
        "Contact1 Personal Email|Contact1 Work Email|Contact1 Alternate Email|Contact1 Preferred Email|"
        "Contact1 Home Phone|Contact1 Mobile Phone|Contact1 Preferred Phone|Contact1 Do Not Contact|"
        "Contact2 Salutation|Contact2 First Name|Contact2 Last Name|Contact2 Birthdate|Contact2 Title|"
        "Contact2 Personal Email|Contact2 Work Email|Contact2 Mobile Phone|Contact2 Do Not Contact|Account1 Name|"
        "Account2 Name|Home Street|Home City|Home State/Province|Home Zip/Postal Code|Home Country|Donation Amount|"
        "Donation Date"
    )
    COUPLE = {
        "Contact1 First Name": "Ann", "Contact1 Last Name": "Lee", "Contact1 Personal Email": "ann@example.org",
        "Contact1 Work Email": "ann@house.example.org", "Contact1 Preferred Email": "Personal",
        "Account1 Name": "House", "Contact2 First Name": "Bob", "Contact2 Last Name": "Lee",
        "Contact2 Personal Email": "bob@example.org",
        "Contact2 Title": "Pastor", "Account2 Name": "First Church", "Home Street": "1 Oak St",
        "Home City": "Charlotte", "Home State/Province": "NC", "Home Zip/Postal Code": "28205",
    }  # fmt: skip

    def file(self, *rows: dict[str, str]) -> bytes:
        """The template with its instructions above the headings."""
        return b"NPSP Data Import Template\r\nFill one row for each household\r\n\r\n" + file_of(self.HEAD, *rows)

    def test_a_row_is_two_people_and_counts_once(self, saved):
        run = saved(self.file(self.COUPLE))
        ann, bob = named("ann@example.org"), named("bob@example.org")
        assert (ann.first_name, bob.first_name, bob.zip) == ("Ann", "Bob", "28205")
        assert run.counts["created"] == sum(run.counts.values()) == 1
        assert str(bob.affiliations.get()) == "Pastor, First Church"
        assert given() == {"ann@example.org", "ann@house.example.org", "bob@example.org"}
        assert "an export of Salesforce NPSP" in told(run)

    def test_again_it_changes_nothing(self, saved):
        saved(self.file(self.COUPLE))
        run = saved(self.file(self.COUPLE))
        assert (run.counts["unchanged"], Stakeholder.objects.filter(kind="person").count()) == (1, 2)

    def test_one_of_them_can_say_no(self, saved):
        saved(self.file({**self.COUPLE, "Contact2 Do Not Contact": "TRUE"}))
        assert shut() == {"bob@example.org": "manual"}
        assert "ann@example.org" in given()

    def test_a_row_with_one_person_is_one(self, saved):
        saved(self.file({name: cell for name, cell in self.COUPLE.items() if "2" not in name}))
        assert Stakeholder.objects.filter(kind="person").count() == 1

    def test_a_bad_address_of_the_second_rejects_the_row_with_its_cells(self, commit):
        run = commit(self.file({**self.COUPLE, "Contact2 Personal Email": "bob at home"}))
        assert run.counts["rejected"] == 1
        row = run.rows.get(outcome="rejected")
        assert (row.line, row.column) == (5, "Contact2 Personal Email")
        assert "bob at home" in row.cells

    def test_a_second_of_whom_only_the_first_name_is_known_is_left_out_and_named(self, saved):
        run = saved(csv_of(("Name", "E-mail", "Spouse name"), ("Ann Lee", "ann@example.org", "Bob")))
        assert Stakeholder.objects.count() == 1
        assert "only the name is known were left out: Bob (1)" in told(run)

    def test_a_second_who_could_be_several_waits_with_the_cells_of_the_row(self, commit):
        for _twin in range(2):
            StakeholderFactory(first_name="Bob", last_name="Lee", email="bob@example.org")
        run = commit(self.file(self.COUPLE, {**self.COUPLE, "Contact1 Personal Email": "not one"}))
        assert (run.counts["created"], run.counts["rejected"], sum(run.counts.values())) == (1, 1, 2)
        waiting = run.rows.get(outcome="ambiguous")
        assert waiting.place == "5, second person"
        assert "bob@example.org" in waiting.cells
