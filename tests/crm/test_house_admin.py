"""Organisation settings, single mails and long work in the back office."""

import pytest

from crm.actions.jobs import start_job
from crm.actions.outbox import queue_mail
from crm.models import Organisation, OutboxMail

pytestmark = pytest.mark.django_db


def failed_mail():
    mail = queue_mail(purpose="hello", to="ana@example.org", subject="Hello", text="https://secret.example.org/token")
    OutboxMail.objects.update(state="failed", last_error="550 no such user")
    return mail


def test_the_settings_open_straight_in_their_form(manager, client_of):
    page = client_of(manager).get("/admin/crm/organisation/", follow=True)
    assert page.redirect_chain == [("/admin/crm/organisation/1/change/", 302)]
    assert "Printed at the foot of every newsletter" in page.content.decode()


def test_saved_settings_are_used(manager, client_of):
    Organisation.load()
    form = client_of(manager).get("/admin/crm/organisation/1/change/").context_data["adminform"].form
    typed = {name: value for name, value in form.initial.items() if value is not None}
    client_of(manager).post(
        "/admin/crm/organisation/1/change/", {**typed, "name": "Our house", "time_zone": "Europe/Madrid"}
    )
    assert Organisation.load().name == "Our house"


def test_staff_do_not_change_the_settings(staff, client_of):
    assert client_of(staff).get("/admin/crm/organisation/").status_code in (302, 403)
    assert client_of(staff).get("/admin/crm/organisation/1/change/").status_code == 403


def test_a_failed_mail_can_be_tried_again(staff, client_of):
    mail = failed_mail()
    client_of(staff).post("/admin/crm/outboxmail/", {"action": "try_again", "_selected_action": [mail.pk]})
    mail.refresh_from_db()
    assert mail.state == "queued"


def test_what_a_mail_says_is_not_shown(manager, client_of):
    mail = failed_mail()
    page = client_of(manager).get(f"/admin/crm/outboxmail/{mail.pk}/change/").content.decode()
    assert "550 no such user" in page
    assert "secret.example.org" not in page


def test_a_mail_cannot_be_written_over(staff, client_of):
    mail = failed_mail()
    client_of(staff).post(f"/admin/crm/outboxmail/{mail.pk}/change/", {"to": "spy@example.org", "subject": "x"})
    mail.refresh_from_db()
    assert mail.to == "ana@example.org"


def test_partners_see_only_their_own_work(partner, staff, client_of):
    start_job("import", "Import of friends.csv", owner=staff)
    mine = start_job("import", "Import of mine.csv", owner=partner)
    page = client_of(partner).get("/admin/crm/job/").content.decode()
    assert "mine.csv" in page
    assert "friends.csv" not in page
    assert client_of(partner).get(f"/admin/crm/job/{mine.pk}/change/").url == f"/jobs/{mine.pk}/"
