"""What came of taking an import back, in figures for the run and in words for people.

    {"phase": "people", "done": {"removed": 12, "field:zip": 40, …}, "left": {"edited": 3, …}}

`left` counts rows of the file by why something of them stays.
"""

from collections import Counter

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.imports.models import ImportRun
from contacts.models import CustomField, Stakeholder

LEFT = """
SELECT reasons, array_agg(line) FROM (
    SELECT line, array_agg(DISTINCT reason ORDER BY reason) AS reasons FROM remains GROUP BY line
) AS every GROUP BY reasons
"""
WRITE = """
UPDATE contacts_importrow SET message = concat_ws(' ', nullif(message, ''), %s) WHERE run_id = %s AND line = ANY(%s)
"""


def why(reason: str) -> str:
    """Why something stays, as the second half of a sentence that begins with “Stays as it is:”."""
    sort, _colon, name = reason.partition(":")
    if sort == "field":
        return _("the %(field)s was changed since") % {"field": _called(name)}
    if sort == "custom":
        field = CustomField.objects.filter(slug=name).first()
        return _("the %(field)s was changed since") % {"field": field or name}
    return _known().get(reason) or _("there is: %(what)s") % {"what": _thing(reason)}


def _called(name: str) -> str:
    """What a field of a stakeholder is called on pages."""
    return next(str(field.verbose_name) for field in Stakeholder._meta.concrete_fields if field.name == name)


def _known() -> dict[str, str]:
    return {
        "edited": _("was changed by hand"),
        "point": _("an address or number was changed since"),
        "affiliation": _("a role in an organisation was changed since"),
        "said yes": _("said yes again since"),
        "no": _("the file says they left; a no is kept"),
        "suppressed": _("the file says the address must not be mailed; that is kept"),
        "tag": _("its new tag is used by now"),
        "contacts.StakeholderMerge.survivor": _("was merged with somebody"),
        "contacts.ImportRow.stakeholder": _("another file names them, too"),
        "contacts.ImportDecision.stakeholder": _("another file names them, too"),
        "contacts.ContactPoint.stakeholder": _("an address or number was added or changed"),
        "contacts.Typing.stakeholder": _("a type was added"),
        "contacts.Tagging.stakeholder": _("a tag was added"),
        "contacts.ExternalId.stakeholder": _("another system knows them"),
        "contacts.Affiliation.person": _("an organisation was added or changed"),
        "contacts.Affiliation.organisation": _("people belong to it"),
        "contacts.ConsentEvent.stakeholder": _("said yes or no since"),
        "contacts.JoinRequest.stakeholder": _("joined"),
    }


def _thing(reason: str) -> str:
    """What a relation is about, such as “registrations”."""
    app, name, _field = reason.split(".")
    return str(apps.get_model(app, name)._meta.verbose_name_plural)


def note_left(run: ImportRun) -> Counter[str]:
    """Write to each row of `remains` what stays and why; gives how many rows there are for each reason."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(LEFT)
        for reasons, lines in cursor.fetchall():
            found.update(dict.fromkeys(reasons, len(lines)))
            text = _("Stays as it is: %(why)s.") % {"why": "; ".join(dict.fromkeys(map(why, reasons)))}
            cursor.execute(WRITE, [text, run.pk, lines])
    return found


def told_in_words(run: ImportRun) -> list[str]:
    """What was taken back and what stays, in sentences with figures."""
    done, left = run.revert_report.get("done", {}), run.revert_report.get("left", {})
    told = _done(Counter(done))
    if reason := run.revert_report.get("misread"):
        told.append(_("The file was said to be misread: “%(reason)s”") % {"reason": reason})
    rows = _("%(count)s × stays as it is: %(why)s.")
    return told + [rows % {"count": f"{count:,}", "why": why(reason)} for reason, count in sorted(left.items())]


def _done(done: Counter[str]) -> list[str]:
    fields = sum(count for what, count in done.items() if what.startswith("field:")) + done["custom"]
    links = sum(done[what] for what in ("points", "types", "tags", "affiliations", "externals"))
    counted = [
        (done["removed"], ngettext("%s person left the book.", "%s people left the book.", done["removed"])),
        (
            done["organisations"],
            ngettext("%s organisation left the book.", "%s organisations left the book.", done["organisations"]),
        ),
        (fields, ngettext("%s field is as it was before.", "%s fields are as they were before.", fields)),
        (links, ngettext("%s addition was taken off.", "%s additions were taken off.", links)),
        (
            done["statuses"],
            ngettext("%s address is marked as before.", "%s addresses are marked as before.", done["statuses"]),
        ),
        (done["words"], ngettext("%s new tag was removed.", "%s new tags were removed.", done["words"])),
        (
            done["attendance"],
            ngettext("%s registration is as it was before.", "%s registrations are as before.", done["attendance"]),
        ),
        (done["consent"], ngettext("%s yes was taken back.", "%s times a yes was taken back.", done["consent"])),
        (
            done["given back"],
            ngettext("%s agreement was given back.", "%s agreements were given back.", done["given back"]),
        ),
        (
            done["lifted"],
            ngettext("%s address may be mailed again.", "%s addresses may be mailed again.", done["lifted"]),
        ),
    ]
    return [text % f"{count:,}" for count, text in counted if count]
