"""Files of partners by the API: sent, checked, saved, taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.imports.api import views
from contacts.imports.models import ImportRun
from contacts.models import Consent, Stakeholder
from contacts.tasks import check_received_file, commit_received_file, revert_saved_file
from tests.api.imports.files import ANN, BAD, ROOM, send
from tests.api.test_api import api

pytestmark = pytest.mark.django_db


class TestSending:
    def test_a_small_file_is_checked_at_once(self, staff):
        answer = send(
            api(staff), ANN, BAD, new_partner="Community House", topics=["newsletter"], wording="At the fair",
            consented_on="2026-05-01", policy="update", system="salesforce", tags=["fair", "west"],
        )  # fmt: skip
        told = answer.json()
        assert answer.status_code == 201, told
        assert (told["state"], told["door"], told["rows"]) == ("checked", "api", 2)
        assert (told["counts"]["created"], told["counts"]["rejected"]) == (1, 1)
        assert told["partner"]["name"] == "Community House"
        assert (told["topics"], told["wording"], told["consented_on"]) == (["newsletter"], "At the fair", "2026-05-01")
        assert (told["policy"], told["system"], told["tags"]) == ("update", "salesforce", ["fair", "west"])
        assert {column["heading"]: column["field"] for column in told["columns"]}["Zip"] == "zip"
        assert any("Where from" in one["text"] for one in told["warnings"])
        assert not Stakeholder.objects.exists()

    def test_a_large_one_is_checked_by_a_worker(self, staff, monkeypatch):
        monkeypatch.setattr(views, "AT_ONCE", 10)
        told = send(api(staff), ANN, new_partner="Community House").json()
        assert (told["state"], told["progress"]["percent"]) == ("checking", 0)
        check_received_file(told["id"])
        assert api(staff).get(f"{ROOM}{told['id']}/").json()["state"] == "checked"

    def test_a_file_that_is_no_list_says_why(self, staff):
        file = SimpleUploadedFile("list.csv", b"%PDF-1.7 nothing")
        told = api(staff).post(ROOM, {"file": file, "new_partner": "X"}, format="multipart").json()
        assert told["state"] == "refused"
        assert "PDF" in told["refusal"]

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({}, "partner"),
            ({"partner": 7}, "partner"),
            ({"new_partner": "X", "topics": ["nothing"]}, "topics"),
            ({"new_partner": "X", "consented_on": "2999-01-01"}, "consented_on"),
            ({"new_partner": "X", "policy": "all"}, "policy"),
            ({"new_partner": "X", "rule": "number"}, "system"),
            ({"new_partner": "X\nBcc: y"}, "new_partner"),
        ],
    )
    def test_what_makes_no_sense_is_named(self, facts, field, staff):
        answer = send(api(staff), ANN, **facts)
        assert answer.status_code == 400
        assert list(answer.json()) == [field]
        assert not ImportRun.objects.exists()

    def test_too_many_files_have_to_wait(self, staff, monkeypatch):
        monkeypatch.setattr(views, "FILES_AN_HOUR", 1)
        client = api(staff)
        answers = [send(client, ANN, new_partner="X") for _time in range(2)]
        assert [answer.status_code for answer in answers] == [201, 429]
        assert answers[1].headers["Retry-After"] == "3600"


class TestSaving:
    def test_from_the_file_to_the_book_and_back(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="Community House", topics=["newsletter"]).json()["id"]
        answer = client.post(f"{ROOM}{number}/commit/", {"ticked": []}, format="json")
        assert (answer.status_code, answer.json()["state"]) == (202, "committing")
        commit_received_file(number)
        told = client.get(f"{ROOM}{number}/").json()
        assert (told["state"], told["counts"]["created"]) == ("committed", 1)
        assert Consent.objects.filter(state="given").exists()
        answer = client.post(f"{ROOM}{number}/revert/")
        assert (answer.status_code, answer.json()["state"]) == (202, "reverting")
        revert_saved_file(number)
        assert client.get(f"{ROOM}{number}/").json()["state"] == "reverted"
        assert not Stakeholder.objects.exists()

    def test_what_must_be_ticked_is_asked_for(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        must = {"code": "odd", "text": "This is odd.", "must": True, "count": 3}
        ImportRun.objects.update(warnings=[must])
        answer = client.post(f"{ROOM}{number}/commit/")
        assert (answer.status_code, answer.json()["code"]) == (409, "NotReady")
        assert "This is odd." in answer.json()["detail"]
        answer = client.post(f"{ROOM}{number}/commit/", {"ticked": ["odd"]}, format="json")
        assert answer.status_code == 202
        assert answer.json()["warnings"] == [{**must, "ticked": True}]

    @pytest.mark.parametrize("door", ["revert", "check", "commit"])
    def test_what_cannot_be_done_now_is_refused(self, door, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        ImportRun.objects.update(state="committing")
        answer = client.post(f"{ROOM}{number}/{door}/")
        assert (answer.status_code, answer.json()["code"]) == (409, "NotReady")
