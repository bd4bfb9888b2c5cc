"""Pages and programs hear how long a file is kept, and that it is gone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.imports.models import Partner
from tests.imports.keeping.runs import FILE, SAVED, UNSAVED, later

pytestmark = pytest.mark.django_db


class TestPage:
    def test_whoever_sends_a_file_hears_how_long_it_is_kept(self, partner, client_of, settings):
        Partner.objects.create(name="Community House").members.add(partner)
        settings.IMPORT_UNSAVED_DAYS, settings.IMPORT_SAVED_DAYS = 14, 90
        page = client_of(partner).get(reverse("admin:contacts_importrun_add")).content.decode()
        assert "kept for 14 days if it is not saved and for 90 days once it is" in page

    def page(self, client, run) -> str:
        return client.get(reverse("admin:contacts_importrun_change", args=[run.pk])).content.decode()

    def test_it_says_until_when_the_file_is_kept(self, check, staff, client_of):
        run = check(FILE)
        day = timezone.localtime(run.asked_at + UNSAVED)
        assert f"The file is kept until {day:%b}" in self.page(client_of(staff), run).replace("Sept.", "Sep")
        assert str(day.day) in self.page(client_of(staff), run)

    def test_it_says_that_the_file_was_removed_and_keeps_its_figures(self, check, staff, client_of, forget):
        run = check(FILE)
        later(run, UNSAVED)
        forget()
        page = self.page(client_of(staff), run)
        assert "because nobody saved it within 30 days" in page
        assert "rows, nothing was saved" in page
        assert "Save this file" not in page
        assert "outcome=" not in page
        listed = client_of(staff).get(reverse("admin:contacts_importrun_changelist")).content.decode()
        assert "removed" in listed

    def test_a_saved_one_says_what_is_gone_and_what_is_not(self, commit, staff, client_of, two_anns, forget):
        run = commit(FILE)
        client = client_of(staff)
        later(run, SAVED)
        forget()
        page = self.page(client, run)
        assert "because its time was over" in page
        assert "Take it back" in page
        assert "rejected.csv" not in page
        assert "Say who is who" not in page
        answer = client.get(reverse("admin:contacts_importrun_rejected", args=[run.pk]), follow=True)
        assert "because its time was over" in answer.content.decode()
        queue = client.get(reverse("admin:contacts_importrun_queue", args=[run.pk]))
        assert queue.status_code == 302

    def test_the_same_file_again_is_not_announced_once_the_first_is_gone(self, check, staff, client_of, forget):
        run = check(FILE)
        asked = reverse("admin:contacts_importrun_known"), {"sha256": run.sha256}
        assert "came before" in client_of(staff).get(*asked).content.decode()
        later(run, UNSAVED)
        forget()
        assert "came before" not in client_of(staff).get(*asked).content.decode()
        assert "was sent before" not in self.page(client_of(staff), check(FILE))

    def test_a_partner_hears_it_too(self, check, partner, client_of, forget):
        run = check(FILE)
        Partner.objects.get().members.add(partner)
        later(run, UNSAVED)
        forget()
        assert "because nobody saved it within 30 days" in self.page(client_of(partner), run)
        mine = client_of(partner).get(reverse("admin:contacts_importrun_changelist")).content.decode()
        assert "Was removed" in mine
        assert "rejected.csv" not in mine


class TestPrograms:
    def told(self, client, run) -> dict:
        return client.get(f"/api/v1/imports/{run.pk}/").json()

    def test_they_hear_why_a_file_is_gone(self, check, staff, client_of, forget):
        run = check(FILE)
        client = client_of(staff)
        assert (self.told(client, run)["file_gone_at"], self.told(client, run)["file_gone_because"]) == (None, "")
        later(run, UNSAVED)
        forget()
        told = self.told(client, run)
        assert (told["state"], told["file_gone_because"], told["counts"]) == ("removed", "over", run.counts)
        assert "nobody saved it within 30 days" in told["refusal"]
        assert client.post(f"/api/v1/imports/{run.pk}/commit/", {}, "application/json").status_code == 409

    def test_the_words_of_a_saved_one_are_refused_and_it_can_be_taken_back(self, commit, staff, client_of, forget):
        run = commit(FILE)
        later(run, SAVED)
        forget()
        client = client_of(staff)
        assert client.get(f"/api/v1/imports/{run.pk}/rejected.csv/").status_code == 409
        assert client.post(f"/api/v1/imports/{run.pk}/revert/", {}, "application/json").status_code == 202
