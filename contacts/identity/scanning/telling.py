"""How far a scan for duplicates is, as a piece of long work; a scan with nothing to look at leaves none."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.identity.scan import Report
from crm.actions.jobs import fail_job, finish_job, job_progress, start_job
from crm.models import Job


class ScanJob:
    """Hears how far a scan is and keeps it with a job; use as a context manager."""

    def __init__(self) -> None:
        self.job: Job | None = None

    def __enter__(self) -> "ScanJob":
        return self

    def __exit__(self, kind, error, trace) -> None:
        if error is not None and self.job:
            fail_job(self.job, _("What was found so far is kept; the rest is looked at next time."))

    def __call__(self, percent: int, message: str) -> None:
        """Percent of the work, and what is being done."""
        if self.job is None:
            self.job = start_job("duplicates", _("Looking for people who are in the book twice"), owner=None, total=100)
        job_progress(self.job, percent, message)

    def ended(self, report: Report) -> None:
        """The scan is over, and this is what it came to."""
        if self.job:
            pairs = ngettext("%(pairs)d pair may be one", "%(pairs)d pairs may be one", report.pairs)
            finish_job(
                self.job,
                {
                    "url": reverse("admin:contacts_duplicatecandidate_changelist"),
                    "text": pairs % {"pairs": report.pairs},
                    "action": _("Look at them"),
                },
            )
