"""What screen readers need on the pages of imports: headings in order, a label on each field, mistakes tied to it."""

from itertools import pairwise

import pytest
from django.urls import reverse

from contacts.imports.actions import commit_import
from contacts.imports.models import ImportRun, Partner
from tests.factories import ContactPointFactory, StakeholderFactory
from tests.imports.conftest import csv_of
from tests.public.test_accessible import Outline

HEAD = ("E-mail", "First name", "Last name", "Zip")
SEND = reverse("admin:contacts_importrun_add")
LIST = reverse("admin:contacts_importrun_changelist")
PAGES = ["change", "rows", "queue", "terms", "mapping"]


def of(run: ImportRun, door: str) -> str:
    """The address of a door of a file."""
    return reverse(f"admin:contacts_importrun_{door}", args=[run.pk])


@pytest.fixture
def run(check) -> ImportRun:
    """A file with a warning to tick, a rejected row and an unclear one."""
    for name in ("Rosa", "Rob"):
        person = StakeholderFactory(first_name=name, last_name="Diaz", zip="")
        ContactPointFactory(stakeholder=person, kind="email", value="diaz@example.org")
    rows = [("diaz@example.org", "R.", "Diaz", ""), ("diaz@example.org", "Rosa", "Diaz", "28202")]
    return check(csv_of(HEAD, *rows, ("nonsense", "Bo", "Lee", "")))


def ours(html: str) -> Outline:
    """The outline of our own part of a page: the frame around it is unfold's."""
    return Outline(html[html.index('<div class="office') :].split("</main>")[0])


def faults(html: str) -> list[str]:
    """What a screen reader would stumble over."""
    outline, whole = ours(html), Outline(html)
    named = {name for name in outline.fields if name and f'id="{name}"' in html}
    found = [f"no label: {name}" for name in named - set(outline.labels)]
    found += [f"points nowhere: {name}" for name in set(outline.described) - set(whole.ids)]
    found += [f"twice: {name}" for name in set(outline.ids) if whole.ids.count(name) > 1]
    found += ["a button without words"] * outline.buttons_without_words
    headings = [2, *outline.headings]
    found += [f"skips a heading: {headings}"] * any(b - a > 1 for a, b in pairwise(headings))
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_file(run, staff, client_of, name):
    assert faults(client_of(staff).get(of(run, name)).content.decode()) == []


@pytest.mark.parametrize("name", ["change", "rows", "revert"])
def test_a_page_of_a_saved_file(run, staff, client_of, name):
    commit_import(run)
    assert faults(client_of(staff).get(of(run, name)).content.decode()) == []


def test_the_form_with_its_mistakes(staff, client_of):
    html = client_of(staff).post(SEND, {"rule": "number", "consented_on": "2999-01-01"}).content.decode()
    assert faults(html) == []
    outline = Outline(html)
    assert {"id_file_error", "id_partner_error", "id_system_error", "id_consented_on_error"} <= set(outline.described)


def test_a_partners_own_pages(run, partner, client_of):
    Partner.objects.get().members.add(partner)
    for address in (LIST, SEND, of(run, "change"), of(run, "mapping")):
        assert faults(client_of(partner).get(address).content.decode()) == []
