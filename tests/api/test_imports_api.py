"""Files of partners by the machines' door: sent, checked, mapped, saved, taken back; each partner sees only its own."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.identity.merging import merge_stakeholders
from contacts.imports.actions import partner_named, receive_file
from contacts.imports.api import views
from contacts.imports.models import ImportRun, Partner
from contacts.models import Consent, Stakeholder
from contacts.tasks import check_received_file, commit_received_file, revert_saved_file
from tests.api.test_api import api
from tests.factories import EventFactory, StakeholderFactory
from tests.imports.conftest import csv_of
from tests.imports.test_questions import OLD_MAC, TWO_SHEETS

pytestmark = pytest.mark.django_db
ROOM = "/api/v1/imports/"
HEAD = ("E-mail", "First name", "Last name", "Zip", "Where from")
ANN, BAD = ("ann@example.org", "Ann", "Lee", "28202", "Fair"), ("nobody", "=cmd()", "King", "", "")


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path: Path) -> None:
    """Uploads of a test go nowhere else."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def house(partner) -> Partner:
    """The partner's own organisation."""
    house = Partner.objects.create(name="Community House")
    house.members.add(partner)
    return house


def send(client, *rows, **facts):
    """Send a file with these rows."""
    file = SimpleUploadedFile("list.csv", csv_of(HEAD, *rows))
    return client.post(ROOM, {"file": file, **facts}, format="multipart")


def run_of(user, *rows, partner="Somebody Else") -> ImportRun:
    """A file that came another way."""
    file = SimpleUploadedFile("other.csv", csv_of(HEAD, *rows))
    return receive_file(file, partner=partner_named(partner), by=user)


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


class TestTerms:
    TERMS = {
        "topics": ["newsletter"], "wording": "At the fair", "consented_on": "2026-05-01", "policy": "update",
        "blanks": True, "rule": "number", "system": "salesforce", "tags": ["fair", "west"],
    }  # fmt: skip

    def change(self, client, number, **terms):
        return client.post(f"{ROOM}{number}/terms/", terms, format="json")

    def test_all_of_them_are_changed_and_the_file_is_checked_anew(self, staff):
        event = EventFactory()
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        answer = self.change(client, number, **self.TERMS, occasion=event.slug)
        told = answer.json()
        assert (answer.status_code, told["state"]) == (200, "checked")
        assert {name: told[name] for name in self.TERMS} == self.TERMS
        assert told["occasion"] == f"engagement.event:{event.pk}"
        assert not any(one["code"] == "no_topic" for one in told["warnings"])

    def test_what_is_not_named_stays(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X", **self.TERMS).json()["id"]
        told = self.change(client, number, tags=["spring"]).json()
        assert {name: told[name] for name in self.TERMS} == {**self.TERMS, "tags": ["spring"]}

    def test_what_was_said_is_taken_back(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X", **self.TERMS).json()["id"]
        none = {"topics": [], "wording": "", "consented_on": None, "rule": "narrow", "system": "", "tags": []}
        told = self.change(client, number, **none).json()
        assert {name: told[name] for name in none} == none
        assert (told["policy"], told["blanks"]) == ("update", True)

    def test_a_form_changes_only_what_it_names(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X", **self.TERMS).json()["id"]
        told = client.post(f"{ROOM}{number}/terms/", {"wording": "By phone"}, format="multipart").json()
        assert {name: told[name] for name in self.TERMS} == {**self.TERMS, "wording": "By phone"}

    def test_the_new_terms_are_those_it_is_saved_on(self, staff):
        ann = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org", zip="28299")
        client = api(staff)
        sent = send(client, ANN, new_partner="X").json()
        assert sent["changes"] == {}
        told = self.change(client, sent["id"], policy="update", tags=["fair"]).json()
        assert told["changes"]["zip"] == 1
        must = [one["code"] for one in told["warnings"] if one["must"]]
        client.post(f"{ROOM}{sent['id']}/commit/", {"ticked": must}, format="json")
        commit_received_file(sent["id"])
        ann.refresh_from_db()
        assert (ann.zip, [tag.name for tag in ann.tags.all()]) == ("28202", ["fair"])

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ({"policy": "all"}, "policy"),
            ({"topics": ["nothing"]}, "topics"),
            ({"consented_on": "2999-01-01"}, "consented_on"),
            ({"rule": "number"}, "system"),
            ({"occasion": "nothing"}, "occasion"),
            ({"tags": ["a\nb"]}, "tags"),
            ({"polcy": "fill"}, "polcy"),
            ({"partner": 1}, "partner"),
        ],
    )
    def test_what_makes_no_sense_is_named_and_nothing_changes(self, terms, field, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        before = client.get(f"{ROOM}{number}/").json()
        answer = self.change(client, number, **terms)
        assert (answer.status_code, list(answer.json())) == (400, [field])
        assert client.get(f"{ROOM}{number}/").json() == before

    def test_a_system_that_stands_there_is_enough_for_the_rule_by_number(self, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X", system="salesforce").json()["id"]
        assert self.change(client, number, rule="number").json()["rule"] == "number"
        assert list(self.change(client, number, system="").json()) == ["system"]

    @pytest.mark.parametrize("state", ["checking", "committing", "committed", "reverted"])
    def test_a_file_that_is_worked_on_or_saved_keeps_its_terms(self, state, staff):
        client = api(staff)
        number = send(client, ANN, new_partner="X").json()["id"]
        ImportRun.objects.update(state=state)
        answer = self.change(client, number, policy="update")
        assert (answer.status_code, answer.json()["code"]) == (409, "NotReady")
        assert ImportRun.objects.get().matches == "fill"


class TestRows:
    def test_rows_by_what_became_of_them(self, staff):
        client = api(staff)
        number = send(client, ANN, BAD, BAD, new_partner="X").json()["id"]
        told = client.get(f"{ROOM}{number}/rows/?outcome=rejected&page_size=1").json()
        assert (told["count"], len(told["results"])) == (2, 1)
        row = told["results"][0]
        assert (row["line"], row["column"], row["cells"][0]) == (3, "E-mail", "nobody")
        assert client.get(f"{ROOM}{number}/rows/?outcome=odd").status_code == 400

    def test_the_rejected_ones_as_a_file(self, staff):
        client = api(staff)
        number = send(client, ANN, BAD, new_partner="X").json()["id"]
        answer = client.get(f"{ROOM}{number}/rejected.csv/", headers={"Accept": "text/csv"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        heading, row = csv.reader(io.StringIO(text, newline=""))
        assert heading[:5] == list(HEAD)
        assert row[:2] == ["nobody", "'=cmd()"]

    def test_lists_cost_the_same_queries_however_long(self, staff, query_count):
        for number in range(6):
            run_of(staff, ANN, partner=f"Partner {number}")
        client = api(staff)
        with query_count("api imports"):
            assert client.get(ROOM).json()["count"] == 6

    def test_narrowed_by_state_and_fingerprint(self, staff):
        run = run_of(staff, ANN)
        client = api(staff)
        assert client.get(f"{ROOM}?state=checked&state=received").json()["count"] == 1
        assert client.get(f"{ROOM}?sha256={run.sha256}").json()["results"][0]["file"] == "other.csv"
        assert client.get(f"{ROOM}?stat=checked").status_code == 400


class TestPartners:
    def test_they_send_for_their_own_and_see_what_becomes_of_it(self, partner, house):
        client = api(partner)
        answer = send(client, ANN, BAD, topics=["newsletter"])
        told = answer.json()
        assert (answer.status_code, told["partner"]["name"]) == (201, "Community House")
        assert client.get(f"{ROOM}{told['id']}/").json()["counts"]["created"] == 1
        assert client.get(f"{ROOM}{told['id']}/rows/?outcome=rejected").json()["count"] == 1
        assert client.post(f"{ROOM}{told['id']}/check/").status_code == 200

    def test_they_cannot_send_for_another_nor_say_what_is_done_with_the_book(self, partner, house):
        other = Partner.objects.create(name="Somebody Else")
        client = api(partner)
        assert send(client, ANN, partner=other.pk).status_code == 400
        told = send(client, ANN, policy="update", tags=["x"], new_partner="Z").json()
        assert (told["partner"]["name"], told["policy"], told["tags"]) == ("Community House", "fill", [])

    @pytest.mark.parametrize("door", ["", "rows/", "rejected.csv/", "questions/", "check/", "mapping/", "answer/"])
    def test_a_file_of_somebody_else_is_not_there(self, door, partner, house, staff):
        other = run_of(staff, ANN)
        client = api(partner)
        ask = client.post if door in ("check/", "mapping/", "answer/") else client.get
        assert ask(f"{ROOM}{other.pk}/{door}").status_code == 404
        assert client.get(ROOM).json()["count"] == 0

    @pytest.mark.parametrize("door", ["commit", "revert", "cancel", "settle", "terms"])
    def test_they_cannot_save_or_take_back(self, door, partner, house):
        client = api(partner)
        number = send(client, ANN).json()["id"]
        assert client.post(f"{ROOM}{number}/{door}/").status_code == 403
        assert ImportRun.objects.get().state == "checked"

    def test_they_see_nothing_of_the_book(self, partner, house):
        for name in ("Ann", "Anna"):
            StakeholderFactory(first_name=name, last_name="Lee", email="ann@example.org")
        client = api(partner)
        number = send(client, ("ann@example.org", "A.", "Lee", "28202", "")).json()["id"]
        told = client.get(f"{ROOM}{number}/").json()
        rows = client.get(f"{ROOM}{number}/rows/").json()["results"]
        assert rows[0]["outcome"] == "ambiguous"
        assert "stakeholder" not in rows[0]
        assert "revert_report" not in told


@pytest.mark.parametrize("role", ["organizer", "analyst", "outsider"])
def test_others_find_nothing_here(role, request):
    client = api(request.getfixturevalue(role))
    assert client.get(ROOM).status_code == 403
    assert send(client, ANN, new_partner="X").status_code == 403
