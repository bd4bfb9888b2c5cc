"""Whether a checked file of a feed may be saved without anybody looking at it."""

from django.utils.translation import gettext as _

from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRow, ImportRun, Partner

State = ImportRun.State
OWN_LIMIT = "many_rejected"
"""The warning for which a feed has a limit of its own."""


def reasons_to_ask(run: ImportRun, feed: PartnerFeed) -> list[str]:
    """Why a person must look first, in sentences with figures; empty when the file may be saved as it is."""
    if run.state == State.ASKING:
        return [_("The file can be read in more than one way. Look at it and choose.")]
    if run.state in (State.REFUSED, State.FAILED):
        return [run.refusal or _("The file could not be read.")]
    asked = [_no_mapping(run), _missing_columns(run), _rejected(run, feed), _changed(run, feed)]
    return [reason for reason in asked if reason] + _new_warnings(run, feed)


def codes_to_tick(run: ImportRun, feed: PartnerFeed) -> list[str]:
    """What the owner said beforehand: their own limit, and what was ticked for the last file that was saved."""
    last = _last_saved(run, feed)
    return [OWN_LIMIT, *(tick["code"] for tick in last.ticked)] if last else [OWN_LIMIT]


def people_of(partner: Partner) -> int:
    """How many people the partner's saved files brought or named."""
    saved = ImportRow.objects.filter(run__partner=partner, run__state=State.COMMITTED, stakeholder__isnull=False)
    return saved.values("stakeholder").distinct().count()


def _last_saved(run: ImportRun, feed: PartnerFeed) -> ImportRun | None:
    saved = ImportRun.objects.filter(partner=feed.partner_id, state=State.COMMITTED).exclude(pk=run.pk)
    return saved.filter(feed=feed).order_by("-committed_at").first() or saved.order_by("-committed_at").first()


def _no_mapping(run: ImportRun) -> str:
    if run.partner.runs.filter(state=State.COMMITTED).exists():
        return ""
    return _("This is the first file of this partner: look once at what its columns were taken for.")


def _missing_columns(run: ImportRun) -> str:
    """A column that the last file had may have carried a no."""
    last = run.partner.runs.filter(state=State.COMMITTED).order_by("-committed_at").first()
    if last is None:
        return ""
    here = {column["heading"] for column in run.mapping.get("columns", []) if column["field"]}
    there = [column["heading"] for column in last.mapping.get("columns", []) if column["field"]]
    gone = [heading for heading in there if heading not in here]
    return _("Columns of the last file are missing: %(names)s.") % {"names": ", ".join(gone)[:200]} if gone else ""


def _rejected(run: ImportRun, feed: PartnerFeed) -> str:
    rows, rejected = sum(run.counts.values()), run.counts.get("rejected", 0)
    if rejected * 100 <= feed.most_rejected * rows:
        return ""
    said = {"rejected": f"{rejected:,}", "rows": f"{rows:,}", "most": feed.most_rejected}
    return _("%(rejected)s of %(rows)s rows would be rejected; you set a limit of %(most)d percent.") % said


def _changed(run: ImportRun, feed: PartnerFeed) -> str:
    changed = run.counts.get("updated", 0)
    people = people_of(run.partner) if changed else 0
    if changed * 100 <= feed.most_changed * people:
        return ""
    said = {"changed": f"{changed:,}", "people": f"{people:,}", "most": feed.most_changed}
    return (
        _("%(changed)s people would change; this partner brought %(people)s, and you set a limit of %(most)d percent.")
        % said
    )


def _new_warnings(run: ImportRun, feed: PartnerFeed) -> list[str]:
    known = set(codes_to_tick(run, feed))
    return [one["text"] for one in run.warnings if one["must"] and one["code"] not in known]
