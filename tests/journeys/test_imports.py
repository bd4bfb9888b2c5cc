"""A partner's file from a phone to the book and back: sent, mapped, reviewed, settled, saved, taken back."""

import re

import pytest
from playwright.sync_api import expect

from contacts.imports.models import Partner
from contacts.models import Stakeholder
from tests.factories import ContactPointFactory, StakeholderFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILE = """Correo,Given,Family,Postleitzahl,Other mail
deja@example.org,Deja,Williams,28205,deja.w@example.org
luis@example.org,Luis,Hernandez,28208,
cole@example.org,J.,Cole,28202,
nobody at all,Carl,Young,28205,
"""
"""Deja has another address in the book, J. Cole could be two people, Carl's address is none."""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def book(db):
    """Deja without a zip code, and two Coles who share an address."""
    StakeholderFactory(first_name="Deja", last_name="Williams", zip="", email="deja@example.org")
    for first in ("Jamie", "James"):
        cole = StakeholderFactory(first_name=first, last_name="Cole", zip="")
        ContactPointFactory(stakeholder=cole, kind="email", value="cole@example.org")


@pytest.fixture
def desk(page, book, partner, celery_worker_process, tmp_path, settings):
    """A browser, a partner with an organisation, and a worker at work."""
    Partner.objects.create(name="Community House").members.add(partner)
    page.worker = celery_worker_process
    return page


def test_from_a_partners_phone_to_the_book_and_back(desk, partner, staff):
    the_partner_sends_and_maps(desk, partner)
    staff_review_and_settle(desk, staff)
    staff_save_and_watch(desk)
    they_download_the_rejects(desk)
    staff_take_it_back(desk)
    assert desk.errors == []


def sign_in(page, user):
    """The sign-in form leads to the first page."""
    page.context.clear_cookies()
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))


def fits(page):
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def the_partner_sends_and_maps(page, partner):
    """On a phone: a calm page, the form, what was understood, and one column that was not."""
    page.set_viewport_size(PHONE)
    sign_in(page, partner)
    page.goto("/admin/contacts/importrun/")
    page.get_by_text("How it goes").wait_for()
    fits(page)
    page.get_by_role("link", name="Send a file").click()
    page.locator("[name=file]").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    page.get_by_text("list.csv · 1 KB").wait_for()
    page.get_by_label("Newsletter").check()
    page.get_by_label("How were they asked?").fill("Yes, write to me.")
    fits(page)
    page.get_by_role("button", name="Send and check").click()
    page.get_by_text("rows, nothing saved yet").wait_for()
    expect(page.get_by_role("button", name="Save this file")).to_have_count(0)
    page.get_by_role("link", name="Take a column for something else").click()
    page.get_by_label("Postleitzahl", exact=True).select_option("Zip code")
    fits(page)
    page.get_by_role("button", name="Read the file again").click()
    page.get_by_text("The Alliance looks at the file and saves it.").wait_for()
    expect(page.get_by_role("row", name=re.compile("Postleitzahl.*Zip code"))).to_have_count(1)
    fits(page)


def staff_review_and_settle(page, staff):
    """At a desk: what waits, what changes old and new, and who J. Cole is, by keyboard, undone and said again."""
    page.set_viewport_size(DESK)
    sign_in(page, staff)
    page.get_by_text("file waits for you").wait_for()
    page.get_by_role("link", name="list.csv").click()
    page.get_by_role("link", name="changed").click()
    page.get_by_role("row", name=re.compile(r"Deja Williams.*\+ 28205")).wait_for()
    page.get_by_role("link", name="Back to the file").click()
    page.get_by_role("link", name="Say who is who").click()
    page.get_by_role("button", name="This is James Cole").wait_for()
    page.wait_for_load_state("domcontentloaded")  # the keys are listened to from here on
    page.keyboard.press("n")
    page.get_by_text("Line 4 is somebody new.").wait_for()
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_role("button", name="This is James Cole").click()
    page.get_by_text("Line 4 is James Cole.").wait_for()
    page.get_by_role("link", name="Back to the file").first.click()


def staff_save_and_watch(page):
    """It is saved only once ticked; the page shows that it waits, and then what came of it."""
    page.get_by_role("button", name="Save this file").click()
    page.get_by_text("rows, nothing saved yet").wait_for()
    for box in page.locator(".imports-must input").all():
        box.check()
    page.worker.freeze()
    page.get_by_role("button", name="Save this file").click()
    page.get_by_text("This waits for its turn").wait_for()
    expect(page.get_by_role("button", name="Stop it")).to_be_visible()
    page.worker.thaw()
    page.get_by_text("rows, saved").wait_for()
    assert Stakeholder.objects.get(name="James Cole").zip == "28202"
    assert Stakeholder.objects.get(name="Deja Williams").zip == "28205"


def they_download_the_rejects(page):
    """Carl's row, in the columns of the file, with line and reason."""
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download the row with its reason")).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("Correo,Given,Family,Postleitzahl,Other mail,Line,Column,Why it was not taken")
    assert "nobody at all,Carl,Young,28205,,5,Correo," in text


def staff_take_it_back(page):
    """A second look in figures, then everything is as it was."""
    page.get_by_role("link", name="Take it back").click()
    page.get_by_text("2 people it changed get back what was there before").wait_for()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("1 person left the book.").wait_for()
    assert not Stakeholder.objects.filter(name="Luis Hernandez").exists()
    assert set(Stakeholder.objects.filter(last_name__in=["Cole", "Williams"]).values_list("zip", flat=True)) == {""}
