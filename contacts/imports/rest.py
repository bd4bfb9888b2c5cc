"""Rows of a saved file that still wait for somebody to say who they are, taken as a file of their own."""

import csv
import io
from dataclasses import replace
from itertools import groupby

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.actions import receive_file
from contacts.imports.errors import NotReady
from contacts.imports.lines import row_of
from contacts.imports.models import ImportRun
from contacts.imports.policy import policy_of
from contacts.imports.reviewing.queue import open_rows

BOM = "\ufeff"


def receive_rest(run: ImportRun, *, by) -> ImportRun:
    """A new file of the unclear rows of a saved one, on its terms; the caller checks it. Raises NotReady.

    Who was asked when stays as it was: a yes is not made younger by coming a second time.
    """
    rows = open_rows(run)
    if run.state != ImportRun.State.COMMITTED or run.is_wordless or not rows.exists():
        raise NotReady(_("No row of this file waits for anybody to say who it is."))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column["heading"] for column in run.mapping["columns"]])
    for _line, people in groupby(rows.through_file(), key=lambda row: row_of(row.line)):
        writer.writerow(next(people).cells)  # a row that names two people is there once
    policy = policy_of(run)
    asked = policy.consented_on or timezone.localtime(run.created_at).date()
    return receive_file(
        ContentFile((BOM + out.getvalue()).encode(), name="rest.csv"),
        partner=run.partner,
        topics=run.topics.all(),
        wording=run.consent_wording,
        policy=replace(policy, consented_on=asked),
        name=_("rest of %(file)s") % {"file": run.original_name},
        by=by,
    )
