"""Exports of newsletter tools."""

from contacts.imports.mapping.exports.known import Export, fields, headings

MAILCHIMP = Export(
    key="mailchimp",
    name="Mailchimp",
    signs=(headings("LEID; EUID"),),
    columns=fields(
        external="EUID",
        opted_out="UNSUB_TIME",
        bounced="CLEAN_TIME",
        tags="TAGS",
        left_out="""LEID; MEMBER_RATING; OPTIN_TIME; OPTIN_IP; CONFIRM_TIME; CONFIRM_IP; LATITUDE; LONGITUDE; GMTOFF;
            DSTOFF; TIMEZONE; CC; REGION; LAST_CHANGED; UNSUB_CAMPAIGN_TITLE; UNSUB_CAMPAIGN_ID; UNSUB_REASON;
            UNSUB_REASON_OTHER; CLEAN_CAMPAIGN_TITLE; CLEAN_CAMPAIGN_ID""",
    ),
    system="mailchimp",
)

CONSTANT_CONTACT = Export(
    key="constant_contact",
    name="Constant Contact",
    signs=(
        headings("Email address; Email permission status; Email update source"),
        headings("Email address; Email status; Email lists; Source name"),
    ),
    columns=fields(
        status="Email status; Email permission status",
        opted_out="Confirmed Opt-Out Date; Email opt-out date; Opt-out date",
        tags="Email lists; Tags",
        left_out="""Email update source; Confirmed Opt-In Date; Confirmed Opt-Out Source; Confirmed Opt-Out Reason;
            Source name; Created at; Updated at; Country - Home; Country - Work; Country - Other; Salutation;
            Birthday; Anniversary""",
    ),
)

LISTMONK = Export(
    key="listmonk",
    name="listmonk",
    signs=(headings("uuid; email; name; attributes; status"),),
    columns=fields(external="uuid", full_name="name", status="status", left_out="created_at; updated_at"),
    values={"states": {"enabled": "subscribed", "disabled": "unsubscribed", "blocklisted": "no_contact"}},
    system="listmonk",
)

MAUTIC = Export(
    key="mautic",
    name="Mautic",
    signs=(
        headings("firstname; lastname; email; points; preferred_locale"),
        headings("firstname; lastname; email; points; last_active"),
        headings("First Name; Last Name; Email; Points; Preferred Locale"),
    ),
    columns=fields(
        external="id; contact id",
        street="address1; address line 1",
        street_more="address2; address line 2",
        language="preferred_locale",
        no_contact="dnc; do not contact; donotcontact",
        left_out="""points; stage; last_active; date_last_active; title; fax; timezone; attribution; attribution_date;
            website; facebook; foursquare; instagram; linkedin; skype; twitter; owner; ip_address; date_added;
            date_identified; date_modified; country""",
    ),
    values={"states": {"manual": "no_contact"}},
    system="mautic",
)

NEWSLETTERS = (MAILCHIMP, CONSTANT_CONTACT, LISTMONK, MAUTIC)
