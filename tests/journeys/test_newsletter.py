"""The mission in one walk: a partner's file, a segment, a newsletter, the mailbox, and two who leave."""

import re
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from contacts.actions import give_consent, suppress
from contacts.models import Topic
from tests.factories import StakeholderFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILE = """Email Address;First Name;Last Name;Zip Code;Status
deja@example.org;Deja;Williams;28205;subscribed
tom@example.org;Tom;O'Neil;28205;subscribed
maria@example.org;María;López;28205;subscribed
sam@example.org;Sam;Green;28205;subscribed
nora@example.org;Nora;Hill;28205;unsubscribed
bea@example.org;Bea;Stone;28205;subscribed
carl.example.org;Carl;Young;28205;subscribed
lee@example.org;Lee;Park;28202;subscribed
"""
"""Nora unsubscribed at the partner, Bea complained here, Carl's address is none, Lee lives elsewhere."""
OUTCOMES = {"new": "6", "changed": "1", "rejected": "1"}
STAY, BY_LINK, BY_ONE_CLICK = {"deja@example.org", "tom@example.org"}, "maria@example.org", "sam@example.org"
CONSENTING = {*STAY, BY_LINK, BY_ONE_CLICK}


@pytest.fixture
def office(page, staff, celery_worker_process):
    """Staff signed in by the form, with a worker at work, and two who are known from before the file."""
    StakeholderFactory(first_name="Ines", last_name="Never-Asked", zip="28205", email="ines@example.org")
    bea_complained()
    page.worker = celery_worker_process
    sign_in(page, staff)
    return page


def bea_complained():
    """She agreed once, then marked a newsletter as unwanted."""
    bea = StakeholderFactory(first_name="Bea", last_name="Stone", email="bea@example.org")
    newsletter = Topic.objects.get(slug="newsletter")
    give_consent(bea, newsletter, source="join form", wording="Send me the newsletter.", language="en")
    suppress("bea@example.org", reason="complaint", source="the mail server")


def test_from_a_partners_file_to_a_mailbox_and_two_who_leave(office, mailbox):
    send_the_file(office)
    save_the_file(office)
    build_the_segment(office)
    write_the_newsletter(office)
    launch(office, people=4)
    assert sorted(mailbox.recipients) == sorted(CONSENTING)

    leave_by_the_link(office, mailbox.to(BY_LINK)[0])
    leave_by_one_click(mailbox.to(BY_ONE_CLICK)[0])
    mailbox.clear()
    copy_the_newsletter(office)
    launch(office, people=2)
    assert sorted(mailbox.recipients) == sorted(STAY)
    assert office.errors == []


def sign_in(page, user):
    """The sign-in form leads to the dashboard."""
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))


def send_the_file(page):
    """Upload, and see what the file would do."""
    page.goto("/admin/contacts/importrun/add/")
    file = {"name": "neighbors.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")}
    page.locator("[name=file]").set_input_files(file)
    expect(page.locator("[name=system]")).to_have_value("")
    page.get_by_label("or a new partner").fill("Community House")
    page.get_by_label("Newsletter").check()
    page.get_by_label("How were they asked?").fill("Yes, send me the newsletter.")
    page.get_by_role("button", name="Send and check").click()
    page.get_by_text("rows, nothing saved yet").wait_for()
    assert outcomes(page) == OUTCOMES
    rejected = page.get_by_role("row", name=re.compile("8 .*“carl.example.org” is not an e-mail address"))
    expect(rejected).to_have_count(1)


def outcomes(page):
    """The counts of the report that are not zero."""
    pairs = page.locator(".imports-picture dl > div:not(.is-none)").all()
    return {pair.locator("dt").inner_text(): pair.locator("dd").inner_text() for pair in pairs}


def save_the_file(page):
    """A worker saves it; the page shows that it waits, and then what came of it."""
    page.worker.freeze()
    page.get_by_role("button", name="Save this file").click()
    page.get_by_text("This waits for its turn").wait_for()
    page.worker.thaw()
    page.get_by_text("rows, saved").wait_for()
    assert outcomes(page) == OUTCOMES


def build_the_segment(page):
    """Everybody in one zip code, counted while it is typed."""
    page.goto("/admin/contacts/segment/add/")
    page.get_by_label("Name").fill("Plaza Midwood")
    page.get_by_role("button", name="+ Add a rule").click()
    page.get_by_label("What to look at").select_option("Zip code")
    page.get_by_label("Compare with").fill("28205")
    expect(page.locator(".segment-count")).to_have_text("7 people and organisations")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("row", name=re.compile("Plaza Midwood")).get_by_text(re.compile("^7")).wait_for()


def write_the_newsletter(page):
    """Topic, segment, subject, a heading and a text; the preview shows them."""
    page.goto("/admin/campaigns/campaign/add/")
    page.locator("[name=name]").fill("November")
    page.get_by_label("Topic").select_option("Newsletter")
    page.locator("[name=include]").check()
    page.locator("[name=subject]").fill("Come to the table, {{ first_name|neighbor }}")
    page.get_by_role("button", name="+ Heading").click()
    page.keyboard.type("We eat together")
    page.get_by_role("button", name="+ Text").click()
    page.keyboard.type("Bring a neighbor on Friday.")
    mail = page.frame_locator("[data-html]")
    mail.get_by_role("heading", name="We eat together").wait_for()
    mail.get_by_text("Bring a neighbor on Friday.").wait_for()
    page.get_by_text("4 people will get this").wait_for()
    page.get_by_text("2 did not agree to this topic").wait_for()
    page.get_by_text("1 asked not to be mailed").wait_for()


def launch(page, *, people):
    """The last look, the button, and the progress to its end."""
    page.get_by_role("button", name="Save and go to launch").click()
    page.get_by_text(f"{people} people will get this").wait_for()
    page.worker.freeze()
    page.get_by_role("button", name=f"Send to {people} people now").click()
    page.get_by_text("Starting …").wait_for()
    page.worker.thaw()
    expect(page.locator(".sending-state")).to_have_text("sent")
    expect(page.locator(".sending-figure")).to_contain_text(f"{people} of {people} people were reached")


def leave_by_the_link(page, mail):
    """The link at the foot opens a page; its button leaves the list."""
    page.goto(re.search(r"https?://\S+/leave/[^/\s]+/(?=\s)", mail.text)[0])
    page.get_by_role("button", name="Leave this list").click()
    page.get_by_role("heading", name="You have left “Newsletter”").wait_for()


def leave_by_one_click(mail):
    """What a mail program does when its reader presses “unsubscribe” (RFC 8058)."""
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.search(r"<(http[^>]+)>", mail.message["List-Unsubscribe"])[1]
    with urlopen(address, data=urlencode({"List-Unsubscribe": "One-Click"}).encode(), timeout=15) as answer:
        assert answer.status == 200


def copy_the_newsletter(page):
    """A second one that says the same to the same segment."""
    page.goto("/admin/campaigns/campaign/")
    page.get_by_role("link", name="November").click()
    page.get_by_role("link", name="What it says").click()
    page.get_by_role("button", name="Copy as a new draft").click()
    page.get_by_text("2 people will get this").wait_for()
