"""The list a careful editor goes through before a newsletter leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.content.blocks import BLOCKS, Problem
from campaigns.content.mistakes import open_gaps
from campaigns.content.render import Rendered, Says
from crm.models import Organisation


@dataclass(frozen=True)
class Check:
    """One line of the list; `blocks_launch` says whether the newsletter may leave while it is not `ok`."""

    ok: bool
    label: str
    blocks_launch: bool = True


def checklist(says: Says, said: Rendered, *, size: int | None) -> list[Check]:
    """The list for one newsletter; `size` is how many people would get it, None when it was not counted."""
    blocks = says.blocks if isinstance(says.blocks, list) else []
    checks = [
        _check(bool(says.subject.strip()), _("The subject is written"), _("Write a subject")),
        _check(bool(blocks), _("It says something"), _("Add the first block")),
        *_content_checks(said.problems),
        *_gap_checks(blocks),
        _check(bool(Organisation.load().postal_address.strip()), _("Our postal address is in the foot"),
               _("Enter the organisation's postal address: the law asks for it")),
        _size_check(said),
    ]  # fmt: skip
    if size is not None:
        checks.append(_audience_check(size))
    if missing := untranslated(says):
        checks.append(Check(False, _spanish(missing), blocks_launch=False))
    return checks


def untranslated(says: Says) -> int:
    """How many texts Spanish readers would see in English."""
    texts = [text for raw in says.blocks for text in _texts(raw)] if isinstance(says.blocks, list) else []
    lines = [(says.subject, says.subject_es), (says.preheader, says.preheader_es)]
    return sum(1 for text in texts if _lacks_spanish(text)) + sum(1 for en, es in lines if en and not es.strip())


def _texts(raw: Any) -> list[Any]:
    cls = BLOCKS.get(raw.get("kind", "")) if isinstance(raw, dict) else None
    fields = [field for field in cls.schema if field.translated and field.widget != "url"] if cls else []
    return [raw[field.name] for field in fields if raw.get(field.name)]


def _lacks_spanish(text: Any) -> bool:
    return isinstance(text, str) or (isinstance(text, dict) and bool(text.get("en")) and not text.get("es"))


def _check(ok: bool, good: str, bad: str) -> Check:
    return Check(ok, good if ok else bad)


def _content_checks(problems: Sequence[Problem]) -> list[Check]:
    merge = [problem for problem in problems if "{{" in problem.message or problem.index < 0]
    pictures = [problem for problem in problems if problem.field == "alt"]
    rest = len(problems) - len({*merge, *pictures})
    return [
        _check(not merge, _("Every merge field is known"), "; ".join(map(str, merge[:3]))),
        _check(not pictures, _("Every picture is described"), _("Describe what each picture shows")),
        _check(not rest, _("Every block is complete"), ngettext("%d block needs a look", "%d blocks need a look", rest)
               % rest),
    ]  # fmt: skip


def _gap_checks(blocks: list[Any]) -> list[Check]:
    gaps = [gap for _index, _language, gap in open_gaps(blocks)]
    label = _("Say what was wrong and what is right, in both languages: %(gaps)s") % {"gaps": ", ".join(gaps)}
    return [Check(False, label)] if gaps else []


def _size_check(said: Rendered) -> Check:
    if said.is_clipped:
        label = _("The mail is too long (%(kb)s KB): Gmail cuts it at 102 KB, with the foot") % {
            "kb": said.size // 1024
        }
        return Check(False, label, blocks_launch=False)
    return Check(True, _("Short enough for every inbox (%(kb)s KB)") % {"kb": max(said.size // 1024, 1)})


def _audience_check(size: int) -> Check:
    if not size:
        return Check(False, _("Nobody would get it: choose a segment with people who agreed to this topic"))
    return Check(True, ngettext("%(n)s person will get it", "%(n)s people will get it", size) % {"n": f"{size:,}"})


def _spanish(missing: int) -> str:
    return (
        ngettext(
            "%d text has no Spanish yet; Spanish readers will see it in English",
            "%d texts have no Spanish yet; Spanish readers will see them in English",
            missing,
        )
        % missing
    )
