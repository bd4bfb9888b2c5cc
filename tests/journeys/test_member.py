"""A neighbor with a phone, in Spanish: join, confirm, register for an event, cancel."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Stakeholder
from crm.actions.outbox import deliver_due_mails
from engagement.models import Registration
from tests.factories import EventFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROSA = "rosa@example.org"
LINK = re.compile(r"https?://\S+")


@pytest.fixture
def phone(page):
    """A phone on the home page; one workshop is coming up."""
    EventFactory(venue="Camp North End", address="300 Camp Road", zip="28206")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    return page


def test_a_neighbor_joins_registers_and_cancels_in_spanish(phone, mailbox):
    switch_to_spanish(phone)
    ask_to_join(phone)
    confirm(phone, next_mail(mailbox))
    assert agreed_to() == {"newsletter", "events"}

    register_for_the_workshop(phone)
    letter = next_mail(mailbox)
    assert "Taller sobre raza y pobreza" in calendar_file(letter)
    cancel(phone, letter)
    assert Registration.objects.get().state == "cancelled"
    assert Stakeholder.objects.count() == 1
    assert phone.errors == []


def next_mail(mailbox):
    """The one mail that came since the last look, to Rosa and in Spanish."""
    deliver_due_mails()
    (mail,) = mailbox.received
    mailbox.clear()
    assert mail.recipients == [ROSA]
    assert "Hola, Rosa" in mail.text
    return mail


def fits(page):
    """Nothing is wider than the phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def switch_to_spanish(page):
    """One press, and the same page speaks Spanish."""
    fits(page)
    page.get_by_role("button", name="Español").click()
    page.get_by_role("heading", name="Por qué existimos").wait_for()
    fits(page)


def ask_to_join(page):
    """The form, from the home page's first button."""
    page.get_by_role("main").get_by_role("link", name="Unirme a la Alianza").first.click()
    page.get_by_label("Nombre", exact=True).fill("Rosa")
    page.get_by_label("Apellido").fill("Díaz")
    page.get_by_label("Correo electrónico", exact=True).fill(ROSA)
    page.get_by_label("Código postal").fill("28205")
    page.get_by_label("Boletín").check()
    page.get_by_label("Eventos").check()
    fits(page)
    page.get_by_role("button", name="Unirme a la Alianza").click()
    page.get_by_role("heading", name="Revise su correo").wait_for()


def confirm(page, mail):
    """Opening the link changes nothing; the button does."""
    page.goto(LINK.search(mail.text)[0])
    fits(page)
    assert not Stakeholder.objects.exists()
    page.get_by_role("button", name="Sí, quiero unirme").click()
    page.get_by_role("heading", name="Le damos la bienvenida, Rosa").wait_for()
    fits(page)


def agreed_to():
    """The topics Rosa receives."""
    consents = Stakeholder.objects.get().consents.filter(state="given")
    return set(consents.values_list("topic__slug", flat=True))


def register_for_the_workshop(page):
    """From the welcome page to the event and its form."""
    page.get_by_role("link", name="Ver lo que viene").click()
    page.get_by_role("link", name="Taller sobre raza y pobreza").click()
    page.get_by_label("Nombre", exact=True).fill("Rosa")
    page.get_by_label("Apellido").fill("Díaz")
    page.get_by_label("Correo electrónico", exact=True).fill(ROSA)
    fits(page)
    page.get_by_role("button", name="Inscribirme").dblclick()
    page.get_by_role("heading", name="Su inscripción está lista").wait_for()
    fits(page)


def calendar_file(mail):
    """The text of the attached .ics."""
    (file,) = [part for part in mail.message.iter_attachments() if part.get_content_type() == "text/calendar"]
    return file.get_content().replace("\r\n ", "")


def cancel(page, mail):
    """The link in the letter shows the registration; its button gives the seat back."""
    page.goto(next(link for link in LINK.findall(mail.text) if "/registration" in link))
    page.get_by_role("button", name="Cancelar mi inscripción").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Su inscripción está cancelada")
    fits(page)
