"""Exports of newsletter tools and address books: everybody is read rightly, every no is honoured."""

import pytest

from contacts.imports.files import PeopleFile
from contacts.imports.mapping.exports import KNOWN, recognise
from contacts.models import Affiliation, Consent, Stakeholder
from tests.imports.conftest import csv_of
from tests.imports.exports import file_of, given, named, shut, told

MAILCHIMP = (
    "Email Address|First Name|Last Name|Address|Phone Number|Birthday|MEMBER_RATING|OPTIN_TIME|OPTIN_IP|CONFIRM_TIME|"
    "CONFIRM_IP|LATITUDE|LONGITUDE|GMTOFF|DSTOFF|TIMEZONE|CC|REGION{more}|LAST_CHANGED|LEID|EUID|NOTES|TAGS"
)


class TestMailchimp:
    """Three files: subscribed, unsubscribed, cleaned."""

    ANN = {
        "Email Address": "ann@example.org", "First Name": "Ann", "Last Name": "Lee", "LEID": "100", "EUID": "ab12",
        "Address": "600 E 4th St  Charlotte  NC  28202  US", "TAGS": '"Members","Board"', "MEMBER_RATING": "2",
        "OPTIN_TIME": "2024-03-01 10:00:00", "CONFIRM_TIME": "2024-03-01 10:00:00", "REGION": "nc", "CC": "us",
    }  # fmt: skip

    def test_subscribed(self, saved):
        run = saved(file_of(MAILCHIMP.format(more=""), self.ANN), name="subscribed_members_export_1a.csv")
        ann = named("ann@example.org")
        assert (ann.first_name, ann.last_name, ann.zip) == ("Ann", "Lee", "28202")
        assert {str(tag) for tag in ann.tags.all()} == {"Members", "Board"}
        assert given() == {"ann@example.org"}
        assert "This looks like an export of Mailchimp" in told(run)

    def test_unsubscribed(self, saved):
        head = MAILCHIMP.format(
            more="|UNSUB_TIME|UNSUB_CAMPAIGN_TITLE|UNSUB_CAMPAIGN_ID|UNSUB_REASON|UNSUB_REASON_OTHER"
        )
        saved(file_of(head, {**self.ANN, "UNSUB_TIME": "2025-01-02 10:00:00"}))
        assert Consent.objects.get().state == "withdrawn"

    def test_cleaned(self, saved):
        head = MAILCHIMP.format(more="|CLEAN_TIME|CLEAN_CAMPAIGN_TITLE|CLEAN_CAMPAIGN_ID")
        saved(file_of(head, {**self.ANN, "CLEAN_TIME": "2025-01-02 10:00:00"}))
        assert shut() == {"ann@example.org": "hard_bounce"}
        assert given() == set()


class TestConstantContact:
    """One file with two columns about mail, dates of opting out, and three postal addresses."""

    HEAD = (
        "First name|Last name|Email address|Email status|Email permission status|Email update source|"
        "Confirmed Opt-In Date|Confirmed Opt-Out Date|Confirmed Opt-Out Source|Confirmed Opt-Out Reason|Phone - home|"
        "Phone - mobile|Street address line 1 - Home|City - Home|State/Province - Home|Zip/Postal Code - Home|"
        "Country - Home|Street address line 1 - Work|City - Work|Company|Job title|Email lists|Source name|"
        "Created at|Updated at"
    )

    def test_everybody(self, saved):
        ann = {
            "First name": "Ann", "Last name": "Lee", "Email address": "ann@example.org", "Email status": "Active",
            "Email permission status": "Express", "Phone - home": "704-555-0100", "Company": "Community House",
            "Job title": "Director", "Street address line 1 - Home": "1 Oak St", "City - Home": "Charlotte",
            "Zip/Postal Code - Home": "28205", "Email lists": "General Interest, Board", "City - Work": "Raleigh",
        }  # fmt: skip
        rows = [
            {"Email address": "bo@example.org", "Email status": "Bounced", "Email permission status": "Express"},
            {"Email address": "cy@example.org", "Email permission status": "Unsubscribed"},
            {"Email address": "di@example.org", "Email status": "Active", "Confirmed Opt-Out Date": "2025-01-02 EST"},
            {"Email address": "ed@example.org", "Email permission status": "Awaiting confirmation"},
        ]
        saved(file_of(self.HEAD, ann, *rows))
        assert given() == {"ann@example.org"}
        assert shut() == {"bo@example.org": "hard_bounce"}
        assert set(Consent.objects.filter(state="withdrawn").values_list("stakeholder__name", flat=True)) == {
            "cy@example.org", "di@example.org",
        }  # fmt: skip
        affiliation = Affiliation.objects.get()
        assert (affiliation.person, str(affiliation)) == (named("ann@example.org"), "Director, Community House")
        assert {str(tag) for tag in affiliation.person.tags.all()} == {"General Interest", "Board"}


class TestAddressBooks:
    """Google, old and new, and Outlook with its 92 columns."""

    GOOGLE_OLD = (
        "Name|Given Name|Additional Name|Family Name|Yomi Name|Given Name Yomi|Additional Name Yomi|Family Name Yomi|"
        "Name Prefix|Name Suffix|Initials|Nickname|Short Name|Maiden Name|Birthday|Gender|Location|"
        "Billing Information|Directory Server|Mileage|Occupation|Hobby|Sensitivity|Priority|Subject|Notes|Language|"
        "Photo|Group Membership|E-mail 1 - Type|E-mail 1 - Value|E-mail 2 - Type|E-mail 2 - Value|Phone 1 - Type|"
        "Phone 1 - Value|Address 1 - Type|Address 1 - Formatted|Address 1 - Street|Address 1 - City|"
        "Address 1 - PO Box|Address 1 - Region|Address 1 - Postal Code|Address 1 - Country|"
        "Address 1 - Extended Address|Organization 1 - Type|Organization 1 - Name|Organization 1 - Yomi Name|"
        "Organization 1 - Title|Organization 1 - Department"
    )
    GOOGLE_NEW = (
        "First Name|Middle Name|Last Name|Phonetic First Name|Phonetic Middle Name|Phonetic Last Name|Name Prefix|"
        "Name Suffix|Nickname|File As|Organization Name|Organization Title|Organization Department|Birthday|Notes|"
        "Photo|Labels|E-mail 1 - Label|E-mail 1 - Value|E-mail 2 - Label|E-mail 2 - Value|Phone 1 - Label|"
        "Phone 1 - Value|Address 1 - Label|Address 1 - Formatted|Address 1 - Street|Address 1 - City|"
        "Address 1 - PO Box|Address 1 - Region|Address 1 - Postal Code|Address 1 - Country|"
        "Address 1 - Extended Address"
    )
    OUTLOOK = (
        "Title|First Name|Middle Name|Last Name|Suffix|Company|Department|Job Title|Business Street|Business Street 2|"
        "Business Street 3|Business City|Business State|Business Postal Code|Business Country/Region|Home Street|"
        "Home Street 2|Home Street 3|Home City|Home State|Home Postal Code|Home Country/Region|Other Street|"
        "Other Street 2|Other Street 3|Other City|Other State|Other Postal Code|Other Country/Region|"
        "Assistant's Phone|Business Fax|Business Phone|Business Phone 2|Callback|Car Phone|Company Main Phone|Home Fax|"
        "Home Phone|Home Phone 2|ISDN|Mobile Phone|Other Fax|Other Phone|Pager|Primary Phone|Radio Phone|"
        "TTY/TDD Phone|Telex|Account|Anniversary|Assistant's Name|Billing Information|Birthday|"
        "Business Address PO Box|Categories|Children|Directory Server|E-mail Address|E-mail Type|"
        "E-mail Display Name|E-mail 2 Address|E-mail 2 Type|E-mail 2 Display Name|E-mail 3 Address|E-mail 3 Type|"
        "E-mail 3 Display Name|Gender|Government ID Number|Hobby|Home Address PO Box|Initials|Internet Free Busy|"
        "Keywords|Language|Location|Manager's Name|Mileage|Notes|Office Location|Organizational ID Number|"
        "Other Address PO Box|Priority|Private|Profession|Referred By|Sensitivity|Spouse|User 1|User 2|User 3|User 4|"
        "Web Page"
    )

    def test_google_as_it_was(self, saved):
        row = {
            "Name": "Ann Lee", "Given Name": "Ann", "Family Name": "Lee", "E-mail 1 - Type": "* Work",
            "E-mail 1 - Value": "ann@example.org ::: a.lee@example.org", "Phone 1 - Value": "(704) 555-0100",
            "Group Membership": "* myContacts ::: Choir", "Address 1 - Postal Code": "28205",
            "Organization 1 - Name": "Community House", "Organization 1 - Title": "Director",
        }  # fmt: skip
        saved(file_of(self.GOOGLE_OLD, row))
        ann = named("a.lee@example.org")
        assert (ann, ann.zip, ann.first_name) == (named("ann@example.org"), "28205", "Ann")
        assert [str(tag) for tag in ann.tags.all()] == ["Choir"]
        assert str(ann.affiliations.get()) == "Director, Community House"

    def test_google_as_it_is(self, saved):
        row = {
            "First Name": "Ann", "Last Name": "Lee", "E-mail 1 - Label": "* Work", "Labels": "* myContacts ::: Choir",
            "E-mail 1 - Value": "ann@example.org", "E-mail 2 - Value": "a.lee@example.org",
            "Phone 1 - Value": "704 555 0100", "Organization Name": "Community House", "Organization Title": "Director",
        }  # fmt: skip
        run = saved(file_of(self.GOOGLE_NEW, row))
        ann = named("ann@example.org")
        assert [str(tag) for tag in ann.tags.all()] == ["Choir"]
        assert ann.contact_points.count() == 3
        assert "an export of Google Contacts" in told(run)

    def test_outlook(self, saved):
        assert len(self.OUTLOOK.split("|")) == 92
        row = {
            "Title": "Dr.", "First Name": "Ann", "Last Name": "Lee", "Company": "Community House",
            "Job Title": "Director", "Business City": "Raleigh", "Home Street": "1 Oak St", "Home City": "Charlotte",
            "Home Postal Code": "28205", "Mobile Phone": "704 555 0100", "Business Phone": "704 555 0101",
            "E-mail Address": "ann@example.org", "E-mail Type": "SMTP", "E-mail 2 Address": "a.lee@example.org",
            "Categories": "Choir;Board", "Spouse": "Bob", "Gender": "Unspecified", "Sensitivity": "Normal",
        }  # fmt: skip
        saved(file_of(self.OUTLOOK, row))
        ann = named("ann@example.org")
        assert (ann.zip, ann.contact_points.filter(kind="phone").count()) == ("28205", 2)
        assert str(ann.affiliations.get()) == "Director, Community House"
        assert {str(tag) for tag in ann.tags.all()} == {"Choir", "Board"}
        assert Stakeholder.objects.filter(kind="person").count() == 1


class TestNumbers:
    """The numbers of people in their tools are read with the system's name."""

    @pytest.mark.parametrize(
        ("head", "cells", "number"),
        [
            ("Email Address|LEID|EUID", ("ann@example.org", "1", "ab12"), "mailchimp:ab12"),
            ("uuid|email|name|attributes|status", ("u1", "ann@example.org", "", "{}", "enabled"), "listmonk:u1"),
            ("nationbuilder_id|email", ("7", "ann@example.org"), "nationbuilder:7"),
            ("Record ID|Email|Lifecycle Stage", ("51", "ann@example.org", "Lead"), "hubspot:51"),
            ("email|can2_user_tags|uuid", ("ann@example.org", "", "aa-1"), "actionnetwork:aa-1"),
        ],
    )
    def test_they_are_read(self, receive, head, cells, number):
        assert [entry.external for entry in PeopleFile(receive(csv_of(head.split("|"), cells))).entries()] == [number]


def test_every_known_export_has_a_name_and_is_told_from_the_others():
    keys = [export.key for export in KNOWN]
    assert len(keys) == len(set(keys))
    for export in KNOWN:
        for signs in export.signs:
            assert recognise(signs) in [other for other in KNOWN if other.name == export.name]


def test_a_list_made_by_hand_is_no_export():
    assert recognise(["E-mail", "First name", "Last name", "Phone", "Zip", "Notes"]) is None
