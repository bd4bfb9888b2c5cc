"""Exports of other houses' books: tools for organisers, fundraisers and sellers."""

from contacts.imports.mapping.exports.known import Export, fields, headings

HUBSPOT = Export(
    key="hubspot",
    name="HubSpot",
    signs=(
        headings("Record ID; Email; Lifecycle Stage"),
        headings("Record ID; Email; Contact owner"),
        headings("Record ID; Email; Marketing contact status"),
        headings("Contact ID; Email; Lifecycle Stage"),
    ),
    columns=fields(
        external="Record ID; Record ID - Contact; Contact ID",
        organisation="Company Name; Associated Company",
        opted_out="Unsubscribed from all email; Opted out of all email",
        bounced="Email hard bounce reason; Hard bounce reason; Invalid email address",
        region="State/Region",
        status="Marketing contact status",
        left_out="""Lifecycle Stage; Lead Status; Contact owner; Create Date; Last Activity Date; Last Modified Date;
            Associated Company IDs; Associated Contact IDs; Country/Region; Became a Lead Date""",
    ),
    system="hubspot",
)

ACTION_NETWORK = Export(
    key="action_network",
    name="Action Network",
    signs=(
        headings("email; can2_user_tags"),
        headings("email; can2_subscription_status"),
        headings("email; can2_state_abbreviated"),
    ),
    columns=fields(
        external="uuid",
        phone="can2_phone; phone number; mobile number",
        street="can2_user_address",
        city="can2_user_city",
        region="can2_state_abbreviated; can2_user_state",
        tags="can2_user_tags",
        status="can2_subscription_status",
        left_out="""can2_sms_status; can2_county; can2_subscription_date; can2_user_country; can2_lifetime_value;
            can2_user_created; county; country""",
    ),
    values={"states": {"bouncing": "bounced", "spam complaint": "complained", "never subscribed": "none"}},
    system="actionnetwork",
)

NATIONBUILDER = Export(
    key="nationbuilder",
    name="NationBuilder",
    signs=(headings("nationbuilder_id; first_name; last_name"), headings("nationbuilder_id; email")),
    columns=fields(
        external="nationbuilder_id",
        email="email; email1; email2; email3; email4",
        bad_email="email1_is_bad; email2_is_bad; email3_is_bad; email4_is_bad; email_is_bad; is_bad_email",
        phone="phone_number; mobile_number; work_phone_number",
        street="primary_address1; address_address1",
        street_more="primary_address2; address_address2",
        city="primary_city; address_city",
        region="primary_state; address_state",
        zip="primary_zip; address_zip",
        organisation="employer",
        role="occupation",
        tags="tag_list",
        notes="note",
        opted_in="email_opt_in",
        opted_out="unsubscribed_at",
        no_contact="do_not_contact; is_deceased",
        left_out="""prefix; suffix; external_id; do_not_call; federal_donotcall; mobile_opt_in; primary_address3;
            primary_county; primary_country_code; primary_country; created_at; updated_at; sex; born_at; party;
            support_level; is_volunteer; is_donor; profile_image_url; recruiter_id; parent_id""",
    ),
    system="nationbuilder",
)

NPSP = Export(
    key="npsp",
    name="Salesforce NPSP",
    signs=(headings("Contact1 Last Name; Contact1 First Name"),),
    columns=fields(
        first_name="Contact1 First Name",
        last_name="Contact1 Last Name",
        email="Contact1 Personal Email; Contact1 Work Email; Contact1 Alternate Email",
        phone="Contact1 Home Phone; Contact1 Work Phone; Contact1 Mobile Phone; Contact1 Other Phone; Household Phone",
        role="Contact1 Title",
        external="Contact1 ID; Contact1 Imported",
        opted_out="Contact1 Email Opt Out; Contact1 Has Opted Out of Email",
        no_contact="Contact1 Do Not Contact; Contact1 Deceased; Household Do Not Contact",
        organisation="Account1 Name",
        second__first_name="Contact2 First Name",
        second__last_name="Contact2 Last Name",
        second__email="Contact2 Personal Email; Contact2 Work Email; Contact2 Alternate Email",
        second__phone="Contact2 Home Phone; Contact2 Work Phone; Contact2 Mobile Phone; Contact2 Other Phone",
        second__role="Contact2 Title",
        second__external="Contact2 ID; Contact2 Imported",
        second__opted_out="Contact2 Email Opt Out; Contact2 Has Opted Out of Email",
        second__no_contact="Contact2 Do Not Contact; Contact2 Deceased",
        second__organisation="Account2 Name",
        street="Home Street",
        city="Home City",
        region="Home State/Province",
        zip="Home Zip/Postal Code",
        left_out="""Contact1 Salutation; Contact1 Birthdate; Contact1 Preferred Email; Contact1 Preferred Phone;
            Contact2 Salutation; Contact2 Birthdate; Contact2 Preferred Email; Contact2 Preferred Phone;
            Account1 Street; Account1 City; Account1 State/Province; Account1 Zip/Postal Code; Account1 Country;
            Account1 Phone; Account1 Website; Account2 Street; Account2 City; Account2 State/Province;
            Account2 Zip/Postal Code; Account2 Country; Account2 Phone; Account2 Website; Home Country;
            Donation Donor; Donation Amount; Donation Date; Donation Name; Donation Record Type Name; Donation Type;
            Donation Stage; Donation Description; Donation Member Level; Donation Membership Start Date;
            Donation Membership End Date; Donation Membership Origin; Donation Campaign Name; Campaign Member Status;
            Payment Check/Reference Number; Payment Method""",
    ),
    system="salesforce",
)

CIVICRM = Export(
    key="civicrm",
    name="CiviCRM",
    signs=(headings("Contact ID; Contact Type; Display Name; Do Not Email"),),
    columns=fields(
        external="Contact ID",
        kind="Contact Type",
        types="Contact Subtype",
        full_name="Display Name",
        organisation="Current Employer; Organization Name",
        street_more="Supplemental Address 1; Supplemental Address 2",
        no_contact="Do Not Email; Deceased; Is Deceased; Deceased / Closed",
        opted_out="No Bulk Emails (User Opt Out)",
        bounced="On Hold",
        tags="Tag(s); Tags; Group(s); Groups",
        notes="Note(s); Notes",
        left_out="""Do Not Phone; Do Not Mail; Do Not Sms; Do Not Trade; Legal Identifier; External Identifier;
            Sort Name; Nickname; Legal Name; Image Url; Preferred Communication Method; Preferred Mail Format; Hash;
            Contact Source; Individual Prefix; Individual Suffix; Gender; Birth Date; Household Name; SIC Code;
            Postal Code Suffix; Country; County; Use for Bulk Mail; Deceased Date; Email Greeting; Postal Greeting;
            Addressee; Communication Style; Formal Title; Current Employer ID; Job Title ID""",
    ),
    system="civicrm",
)

CRMS = (HUBSPOT, ACTION_NETWORK, NATIONBUILDER, NPSP, CIVICRM)
