"""Which texts need a translation, read from templates and Python without gettext's tools.

`python -m config.messages` adds what the public site and the mails lack to locale/es, empty, and says how many.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
SPANISH = ROOT / "locale" / "es" / "LC_MESSAGES" / "django.po"
PUBLIC = [
    "crm/templates/public",
    "crm/templates/404.html",
    "crm/templates/403.html",
    "crm/templates/403_csrf.html",
    "crm/templates/crm/mails",
    "crm/links.py",
    "contacts/templates/contacts/public",
    "contacts/templates/contacts/mails",
    "contacts/forms",
    "contacts/views",
    "contacts/wording.py",
    "contacts/actions/leaving.py",
    "engagement/templates/engagement/site",
    "engagement/templates/engagement/mails",
    "engagement/templates/engagement/_event_card.html",
    "engagement/templates/engagement/_event_facts.html",
    "engagement/templates/engagement/_register_form.html",
    "engagement/templates/engagement/_seats.html",
    "engagement/templates/engagement/event.html",
    "engagement/templates/engagement/events.html",
    "engagement/templates/engagement/registered.html",
    "engagement/templates/engagement/registration.html",
    "engagement/forms.py",
    "engagement/calendar.py",
    "engagement/actions/errors.py",
    "engagement/models/events.py",
    "engagement/models/strategies.py",
    "engagement/views/events.py",
    "engagement/views/registrations.py",
    "campaigns/views/browser.py",
]
"""Where texts stand that members read; a folder means everything in it."""
CALLS = {"_", "_t", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy"}
WITH_PLURAL = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL_IN_TEMPLATE = re.compile(rf"\b(?:n?p?gettext|_)\((?:(?:{LITERAL}|count)(?:, ?)?)+\)")

Message = tuple[str, str, str]
"""The text, its plural ("" when it has none), its context ("" when it has none)."""


def messages_in(paths: Iterable[Path]) -> dict[Message, set[str]]:
    """Every text for people in the files under `paths`, with the files it stands in."""
    found: dict[Message, set[str]] = {}
    for path in _files(paths):
        for message in in_template(path.read_text()) if path.suffix != ".py" else in_python(path.read_text()):
            found.setdefault(message, set()).add(str(path.relative_to(ROOT)))
    return found


def in_template(text: str) -> Iterator[Message]:
    """The texts of one template, as Django itself reads them."""
    from django.utils.translation.template import templatize

    return in_python("\n".join(CALL_IN_TEMPLATE.findall(templatize(text))))


def in_python(text: str) -> Iterator[Message]:
    """The texts of one Python file: constant arguments of the gettext functions."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (name := _name(node.func)) in CALLS:
            words = [word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if len(words) >= 1 + (name in WITH_PLURAL) + (name in WITH_CONTEXT):
                yield _message(name, words)


def unanswered(found: Iterable[Message], catalogue: Path = SPANISH) -> list[str]:
    """The texts that have no translation, or only a guessed one."""
    known = {(entry.msgid, entry.msgctxt or ""): entry for entry in polib.pofile(str(catalogue))}
    entries = [(message, known.get((message[0], message[2]))) for message in found]
    return [message[0] for message, entry in entries if entry is None or not entry.translated()]


def add_missing(found: dict[Message, set[str]], catalogue: Path = SPANISH) -> int:
    """Write the texts that the catalogue does not know yet into it, without a translation; gives how many."""
    book = polib.pofile(str(catalogue), wrapwidth=110)
    known = {(entry.msgid, entry.msgctxt or "") for entry in book}
    new = sorted((message, files) for message, files in found.items() if (message[0], message[2]) not in known)
    for (text, plural, context), files in new:
        entry = polib.POEntry(msgid=text, msgctxt=context or None, occurrences=[(file, "") for file in sorted(files)])
        if plural:
            entry.msgid_plural, entry.msgstr_plural = plural, {0: "", 1: ""}
        if "%(" in text:
            entry.flags.append("python-format")
        book.append(entry)
    book.save()
    return len(new)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_file():
            yield path
        else:
            yield from sorted(file for file in path.rglob("*") if file.suffix in {".py", ".html", ".txt"})


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _message(name: str, words: list[str]) -> Message:
    if name in WITH_CONTEXT:
        return words[1], "", words[0]
    return words[0], words[1] if name in WITH_PLURAL else "", ""


if __name__ == "__main__":
    count = add_missing(messages_in(ROOT / name for name in PUBLIC))
    sys.stderr.write(f"{count} new texts wait for a translation in {SPANISH.relative_to(ROOT)}\n")
