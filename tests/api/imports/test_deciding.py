"""What is decided about a file by the API: which rows are whom, which columns are what, how it is meant."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.identity.merging import merge_stakeholders
from contacts.imports.api import views
from contacts.imports.models import ImportRun
from contacts.models import Stakeholder
from contacts.tasks import check_received_file, commit_received_file
from tests.api.imports.files import ANN, ROOM, send
from tests.api.test_api import api
from tests.factories import StakeholderFactory
from tests.imports.test_questions import OLD_MAC, TWO_SHEETS

pytestmark = pytest.mark.django_db


class TestDeciding:
    def test_a_row_that_could_be_several_people_is_settled(self, staff):
        twins = [StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org") for _twin in range(2)]
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        row = client.get(f"{ROOM}{number}/rows/?outcome=ambiguous").json()["results"][0]
        assert row["line"] == 2
        said = {"line": 2, "choice": "person", "stakeholder": twins[1].pk}
        assert client.post(f"{ROOM}{number}/settle/", said, format="json").status_code == 204
        client.post(f"{ROOM}{number}/commit/", {"ticked": []}, format="json")
        commit_received_file(number)
        assert Stakeholder.objects.get(pk=twins[1].pk).zip == "28202"

    def test_who_was_merged_is_who_they_are_now_and_who_is_gone_is_nobody(self, staff):
        twins = [StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org") for _twin in range(2)]
        other, gone = StakeholderFactory(), StakeholderFactory()
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        merged = twins[1].pk
        merge_stakeholders(other, twins[1], by=staff)
        said = {"line": 2, "choice": "person", "stakeholder": merged}
        assert client.post(f"{ROOM}{number}/settle/", said, format="json").status_code == 204
        assert ImportRun.objects.get().decisions.get().stakeholder == other
        Stakeholder.objects.filter(pk=gone.pk).delete()
        for nobody in (gone.pk, 2**63, -1, True, "x", {}):
            answer = client.post(f"{ROOM}{number}/settle/", {**said, "stakeholder": nobody}, format="json")
            assert (answer.status_code, list(answer.json())) == (400, ["stakeholder"])

    @pytest.mark.parametrize(
        ("said", "status"),
        [({"line": 9, "choice": "new"}, 409), ({"line": 2, "choice": "all"}, 400), ({"choice": "new"}, 400)],
    )
    def test_what_cannot_be_settled_is_refused(self, said, status, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        assert client.post(f"{ROOM}{number}/settle/", said, format="json").status_code == status

    def test_work_on_a_file_is_ended(self, staff, monkeypatch):
        monkeypatch.setattr(views, "AT_ONCE", 10)
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        assert client.post(f"{ROOM}{number}/cancel/").status_code == 202
        assert ImportRun.objects.get().job.cancel_requested

    def test_what_nobody_works_on_cannot_be_ended(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        assert client.post(f"{ROOM}{number}/cancel/").status_code == 409


class TestMapping:
    def test_columns_are_taken_for_what_is_said(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        answer = client.post(f"{ROOM}{number}/mapping/", {"columns": {"Where from": "tags"}}, format="json")
        told = answer.json()
        assert (answer.status_code, told["state"]) == (200, "checked")
        assert {column["heading"]: column["field"] for column in told["columns"]}["Where from"] == "tags"

    def test_a_mapping_that_cannot_be_is_refused(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        answer = client.post(f"{ROOM}{number}/mapping/", {"columns": {"Where from": "nothing"}}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (400, "BadMapping")
        assert client.post(f"{ROOM}{number}/mapping/", {"columns": 3}, format="json").status_code == 400


def asking(client, content: bytes = OLD_MAC, name: str = "list.csv", **facts) -> dict:
    """Send a file that leaves open how it is meant."""
    file = SimpleUploadedFile(name, content)
    return client.post(ROOM, {"file": file, **facts}, format="multipart").json()


class TestQuestions:
    def test_a_file_asks_and_the_answer_reads_it_anew(self, staff):
        client = api(staff)
        sent = asking(client, new_partner="X")
        assert (sent["state"], sent["answers"]) == ("asking", {})
        (question,) = client.get(f"{ROOM}{sent['id']}/questions/").json()
        assert (question["key"], question["options"][0]["value"]) == ("encoding", "mac-roman")
        assert question["options"][0]["lines"][0] == "ann@example.org,Ana,Núñez"
        answer = client.post(f"{ROOM}{sent['id']}/answer/", {"encoding": "mac-roman"}, format="json")
        told = answer.json()
        assert (answer.status_code, told["state"], told["counts"]["created"]) == (200, "checked", 2)
        assert told["answers"] == {"encoding": "mac-roman"}
        assert client.get(f"{ROOM}{sent['id']}/questions/").json() == []

    def test_a_sheet_is_chosen_and_the_answer_taken_back(self, staff):
        client = api(staff)
        sent = asking(client, TWO_SHEETS, "list.xlsx", new_partner="X")
        (question,) = client.get(f"{ROOM}{sent['id']}/questions/").json()
        assert [option["value"] for option in question["options"]] == ["Guests", "Members"]
        said = client.post(f"{ROOM}{sent['id']}/answer/", {"sheet": "Members"}, format="json").json()
        assert (said["state"], said["counts"]["created"]) == ("checked", 2)
        assert client.post(f"{ROOM}{sent['id']}/answer/", {"sheet": ""}, format="json").json()["state"] == "asking"

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"encoding": "klingon"}, "klingon"),
            ({"colour": "red"}, "Fields: encoding, sheet"),
            ({}, "Answer “encoding” or “sheet”."),
            ({"encoding": ["cp1252"]}, "Not a valid string"),
        ],
    )
    def test_what_is_no_answer_is_refused_in_words(self, said, words, staff):
        client = api(staff)
        sent = asking(client, new_partner="X")
        answer = client.post(f"{ROOM}{sent['id']}/answer/", said, format="json")
        assert answer.status_code in (400, 409)
        assert words in answer.content.decode()
        assert client.get(f"{ROOM}{sent['id']}/").json()["state"] == "asking"

    def test_a_file_that_is_worked_on_takes_no_answer(self, staff):
        client = api(staff)
        sent = asking(client, new_partner="X")
        ImportRun.objects.update(state="committing")
        answer = client.post(f"{ROOM}{sent['id']}/answer/", {"encoding": "cp1252"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "NotReady")

    def test_partners_answer_for_their_own_file(self, partner, house):
        client = api(partner)
        sent = asking(client)
        assert client.get(f"{ROOM}{sent['id']}/questions/").json()[0]["key"] == "encoding"
        answer = client.post(f"{ROOM}{sent['id']}/answer/", {"encoding": "mac-roman"}, format="json")
        assert (answer.status_code, answer.json()["state"]) == (200, "checked")

    def test_a_large_file_is_read_again_by_a_worker(self, staff, monkeypatch):
        client = api(staff)
        sent = asking(client, new_partner="X")
        monkeypatch.setattr(views, "AT_ONCE", 10)
        answer = client.post(f"{ROOM}{sent['id']}/answer/", {"encoding": "mac-roman"}, format="json")
        assert (answer.status_code, answer.json()["state"]) == (202, "checking")
        check_received_file(sent["id"])
        assert client.get(f"{ROOM}{sent['id']}/").json()["state"] == "checked"
