"""Exports of newsletter tools."""

from contacts.imports.mapping.exports.known import Export, fields, headings

MAILCHIMP = Export(
    key="mailchimp",
    name="Mailchimp",
    signs=(headings("Email Address; MEMBER_RATING; OPTIN_TIME; LEID; EUID"), headings("Email Address; LEID; EUID")),
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

NEWSLETTERS = (MAILCHIMP,)
