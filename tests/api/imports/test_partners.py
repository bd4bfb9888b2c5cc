"""Each partner sees only its own by the API, and others nothing."""

import pytest

from contacts.imports.models import ImportRun, Partner
from tests.api.imports.files import ANN, BAD, ROOM, run_of, send
from tests.api.test_api import api
from tests.factories import StakeholderFactory

pytestmark = pytest.mark.django_db


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
