"""What is agreed about a file by the API, and its rows."""

import csv
import io

import pytest

from contacts.imports.models import ImportRun
from contacts.tasks import commit_received_file
from tests.api.imports.files import ANN, BAD, HEAD, ROOM, run_of, send
from tests.api.test_api import api
from tests.factories import EventFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


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
