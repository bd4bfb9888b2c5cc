"""Translations without gettext."""

import gettext

from config.catalogues import compile_catalogues

PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Leave this list"
msgstr "Salir de esta lista"

#, fuzzy
msgid "Join"
msgstr "Adivinado"
"""


def test_it_writes_what_gettext_reads_and_leaves_guesses_out(tmp_path):
    folder = tmp_path / "crm" / "locale" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO)
    assert compile_catalogues(tmp_path) == [folder / "django.mo"]
    with (folder / "django.mo").open("rb") as compiled:
        spanish = gettext.GNUTranslations(compiled)
    assert spanish.gettext("Leave this list") == "Salir de esta lista"
    assert spanish.gettext("Join") == "Join"


def test_it_does_nothing_twice(tmp_path):
    folder = tmp_path / "locale" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO)
    compile_catalogues(tmp_path)
    assert compile_catalogues(tmp_path) == []
