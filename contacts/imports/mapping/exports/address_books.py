"""Exports of address books."""

from contacts.imports.mapping.exports.known import Export, fields, headings

GOOGLE_GROUPS = {"tags": {"myContacts": "", "starred": "", "My Contacts": "", "Starred in Android": ""}}
"""Groups that every Google account has and that say nothing."""

GOOGLE_OLD = Export(
    key="google_old",
    name="Google Contacts",
    signs=(headings("Given Name; Family Name; Yomi Name; Group Membership"),),
    columns=fields(
        role="Organization 1 - Title",
        left_out="""Yomi Name; Given Name Yomi; Additional Name Yomi; Family Name Yomi; Name Prefix; Name Suffix;
            Initials; Nickname; Short Name; Maiden Name; Birthday; Gender; Location; Billing Information;
            Directory Server; Mileage; Occupation; Hobby; Sensitivity; Priority; Subject; Photo; E-mail 1 - Type;
            E-mail 2 - Type; E-mail 3 - Type; Phone 1 - Type; Phone 2 - Type; Phone 3 - Type; Address 1 - Type;
            Address 1 - PO Box; Address 1 - Country; Address 1 - Extended Address; Organization 1 - Type;
            Organization 1 - Yomi Name; Organization 1 - Department; Organization 1 - Symbol;
            Organization 1 - Location; Organization 1 - Job Description; Website 1 - Type; Website 1 - Value""",
    ),
    values=GOOGLE_GROUPS,
)

GOOGLE_NEW = Export(
    key="google",
    name="Google Contacts",
    signs=(headings("First Name; Last Name; Phonetic First Name; File As; Labels"),),
    columns=fields(
        role="Organization Title",
        left_out="""Phonetic First Name; Phonetic Middle Name; Phonetic Last Name; Name Prefix; Name Suffix; Nickname;
            File As; Organization Department; Birthday; Photo; E-mail 1 - Label; E-mail 2 - Label; E-mail 3 - Label;
            Phone 1 - Label; Phone 2 - Label; Phone 3 - Label; Address 1 - Label; Address 1 - PO Box;
            Address 1 - Country; Address 1 - Extended Address; Website 1 - Label; Website 1 - Value""",
    ),
    values=GOOGLE_GROUPS,
)

OUTLOOK = Export(
    key="outlook",
    name="Outlook",
    signs=(headings("First Name; Last Name; E-mail Address; Business Street; Home Street; Sensitivity"),),
    columns=fields(
        phone="Car Phone; Radio Phone; Callback",
        left_out="""Title; Suffix; Department; Business Street 3; Home Street 3; Other Street 3;
            Business Country/Region; Home Country/Region; Other Country/Region; Assistant's Phone; Business Fax;
            Home Fax; Other Fax; ISDN; Pager; TTY/TDD Phone; Telex; Account; Anniversary; Assistant's Name;
            Billing Information; Birthday; Business Address PO Box; Children; Directory Server; E-mail Type;
            E-mail Display Name; E-mail 2 Type; E-mail 2 Display Name; E-mail 3 Type; E-mail 3 Display Name; Gender;
            Government ID Number; Hobby; Home Address PO Box; Initials; Internet Free Busy; Location;
            Manager's Name; Mileage; Office Location; Organizational ID Number; Other Address PO Box; Priority;
            Private; Profession; Referred By; Sensitivity; Spouse; User 1; User 2; User 3; User 4; Web Page""",
    ),
)

ADDRESS_BOOKS = (GOOGLE_OLD, GOOGLE_NEW, OUTLOOK)
