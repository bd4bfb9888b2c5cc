"""The history tells who changed what, bulk writes too."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from contacts.models import Stakeholder
from crm.history import VERBS, acting, entries

pytestmark = pytest.mark.django_db


def test_a_verb_is_one_entry_with_who_and_why(staff):
    with acting("import friends.csv", staff):
        Stakeholder.objects.bulk_create([Stakeholder(name=f"Person {n}") for n in range(3)])
        Stakeholder.objects.update(zip="28202")
    (entry,) = entries()
    assert (entry.who, entry.why) == (str(staff), "import friends.csv")
    assert {(change.deed, change.count) for change in entry.changes} == {("added", 3), ("changed", 3)}
    assert entry.changes[0].sample.startswith("Person")


def test_it_can_be_read_for_one_kind_of_thing(staff):
    with acting("one", staff):
        Stakeholder.objects.create(name="Ana")
    assert len(entries(kind="contacts.stakeholder")) == 1
    assert entries(kind="campaigns.campaign") == []


def test_managers_read_it_and_others_do_not(manager, staff, client_of):
    with acting("import friends.csv", staff):
        Stakeholder.objects.create(name="Ana")
    page = client_of(manager).get("/history/").content.decode()
    assert "import friends.csv" in page
    assert "Ana" in page
    assert client_of(staff).get("/history/").status_code == 403


def test_who_gave_which_role_is_kept(manager, staff):
    with acting("gave a role", manager):
        staff.groups.add(Group.objects.get(name="manager"))
        staff.first_name = "Sam"
        staff.save()
    with acting("took it back", manager):
        staff.groups.remove(Group.objects.get(name="manager"))
    told = {entry.why: entry.changes for entry in entries()}
    took, gave = told["took it back"], told["gave a role"]
    assert {(change.deed, change.kind) for change in gave} == {("added", "role of a user"), ("changed", "user")}
    assert [(change.deed, change.kind) for change in took] == [("removed", "role of a user")]


def test_signing_in_is_no_change(staff, client_of):
    client_of(staff)
    assert not [entry for entry in entries() if any(change.deed == "changed" for change in entry.changes)]


def verbs_in(app):
    """Every verb that the code of an app hands to `acting` or keeps beside a registration."""
    for file in Path(settings.ROOT, app).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("acting", "_save_change"):
                yield from (arg.value for arg in node.args[:2] if isinstance(getattr(arg, "value", None), str))


@pytest.mark.parametrize("app", ["crm", "contacts", "engagement", "campaigns"])
def test_every_verb_has_words_for_the_page(app):
    assert {verb for verb in verbs_in(app) if verb not in VERBS} == set()


def test_the_page_says_what_was_done_in_words(manager, client_of):
    with acting("tag_stakeholders", manager):
        Stakeholder.objects.create(name="Ana")
    page = client_of(manager).get("/history/").content.decode()
    assert "put on a tag" in page
    assert "tag_stakeholders" not in page
