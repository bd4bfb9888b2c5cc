"""What signed links promise: one purpose each, ids only, nothing happens by opening them."""

import base64
import json

import pytest

from contacts import leaving
from contacts.leaving import Leaving
from contacts.models import JoinRequest
from crm.links import BadLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokens(ana, newsletter):
    """One token of each purpose."""
    asked = JoinRequest.objects.create(email="ana@example.org", first_name="Ana", wording="Yes.")
    return {
        "leave": leaving.leave_token(ana.pk, newsletter.pk, "campaign:12"),
        "preferences": leaving.preferences_token(ana.pk),
        "left": leaving.come_back_token(Leaving(ana.pk, newsletter.pk, [newsletter.pk], "campaign:12")),
        "confirm": leaving.confirm_token(asked.pk),
    }


READERS = {
    "leave": leaving.read_leave_token,
    "preferences": leaving.read_preferences_token,
    "left": leaving.read_come_back_token,
    "confirm": leaving.read_confirm_token,
}
DOORS = {
    "leave": ["/leave/{}/", "/leave/{}/one-click/"],
    "preferences": ["/preferences/{}/", "/preferences/{}/leave/", "/preferences/{}/ask/"],
    "left": ["/left/{}/"],
    "confirm": ["/join/confirm/{}/"],
}


@pytest.mark.parametrize("purpose", READERS)
def test_a_token_of_one_purpose_opens_no_other(purpose, tokens, client):
    for other, token in tokens.items():
        if other == purpose:
            READERS[purpose](token)
            continue
        with pytest.raises(BadLink):
            READERS[purpose](token)
        for door in DOORS[purpose]:
            assert client.post(door.format(token), {"List-Unsubscribe": "One-Click"}).status_code == 404


def test_a_changed_token_opens_nothing(tokens):
    for purpose, token in tokens.items():
        changed = token[:-1] + ("A" if token[-1] != "A" else "B")
        with pytest.raises(BadLink):
            READERS[purpose](changed)


def test_a_token_holds_ids_only(tokens):
    for token in tokens.values():
        payload = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        flat = json.dumps(payload)
        assert "@" not in flat
        assert "Ana" not in flat


def test_opening_any_signed_link_changes_nothing(tokens, client, writes_nothing):
    with writes_nothing():
        for purpose, token in tokens.items():
            for door in DOORS[purpose]:
                client.get(door.format(token))
                client.head(door.format(token))


def test_no_page_sends_an_address_in_a_url(tokens, client):
    for purpose, token in tokens.items():
        html = client.get(DOORS[purpose][0].format(token)).content.decode()
        assert "ana@example.org" not in html
        assert "ana%40example.org" not in html


def test_pages_behind_links_stay_out_of_search_engines_and_caches(tokens, client):
    for purpose, token in tokens.items():
        answer = client.get(DOORS[purpose][0].format(token))
        assert '<meta name="robots" content="noindex">' in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
