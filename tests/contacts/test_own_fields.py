"""Fields of our own: made by staff, filled on the form, read on the page, asked by segments."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pghistory.models import Context

from contacts.actions import set_own_values
from contacts.actions.own import NotItsValue
from contacts.models import CustomField, Segment, Stakeholder
from contacts.segments.compiler import people_of
from contacts.segments.describing import describe
from contacts.segments.errors import InvalidDefinition
from contacts.segments.registry import CRITERIA
from tests.contacts.test_people_admin import LIST, NO_POINTS, form_of, page
from tests.factories import StakeholderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def fields():
    """One field of each kind."""
    kinds = {
        "ward": ("Ward", "text", []),
        "gift": ("Gift, 100%", "number", []),
        "met-on": ("Met on", "date", []),
        "voter": ("Voter", "yes_no", []),
        "shirt": ("Shirt size", "choice", ["S", "M, wide", "L"]),
    }
    return {
        slug: CustomField.objects.create(slug=slug, name_en=name, kind=kind, choices=choices)
        for slug, (name, kind, choices) in kinds.items()
    }


@pytest.fixture
def ana(fields):
    """Somebody with a value in every field."""
    ana = StakeholderFactory(name="Ana", first_name="Ana", last_name="")
    values = {"ward": "West side 5", "gift": "12.5", "met-on": "2026-05-01", "voter": "yes", "shirt": "M, wide"}
    set_own_values(ana, values)
    return ana


class TestTheirPage:
    def test_staff_make_a_field_with_choices(self, staff, client_of):
        form = {"name_en": "Shirt size", "name_es": "", "slug": "shirt-size", "kind": "choice", "order": "10"}
        client = client_of(staff)
        client.post(reverse("admin:contacts_customfield_add"), {**form, "its_choices": "Small\nLarge\n\nSmall"})
        field = CustomField.objects.get()
        assert (field.slug, field.choices) == ("shirt-size", ["Small", "Large"])
        page = client.get(reverse("admin:contacts_customfield_change", args=[field.pk])).content.decode()
        assert "Small\nLarge" in page


class TestFilling:
    def test_values_are_kept_in_the_form_of_the_book(self, fields, staff):
        ana = StakeholderFactory()
        said = {"ward": " 5 ", "gift": "$1,200.50", "met-on": "5/1/2026", "voter": "Y", "shirt": "m, WIDE"}
        assert set_own_values(ana, said, by=staff) == list(said)
        ana.refresh_from_db()
        assert ana.custom == {
            "ward": "5", "gift": "1200.5", "met-on": "2026-05-01", "voter": "yes", "shirt": "M, wide",
        }  # fmt: skip
        assert Context.objects.filter(metadata__user=staff.pk, metadata__verb="set_own_values").exists()

    def test_an_empty_value_empties_and_what_is_not_named_stays(self, ana):
        seen = Stakeholder.objects.get(pk=ana.pk)
        set_own_values(ana, {"gift": "20"})
        assert set_own_values(seen, {"ward": "", "voter": "yes"}) == ["ward"]
        ana.refresh_from_db()
        assert "ward" not in ana.custom
        assert (ana.custom["gift"], ana.custom["voter"]) == ("20", "yes")

    @pytest.mark.parametrize("said", [{"moon": "full"}, {"gift": "much"}, {"met-on": "soon"}, {"shirt": "XXL"}])
    def test_what_does_not_fit_is_refused(self, said, ana):
        with pytest.raises(NotItsValue):
            set_own_values(ana, said)

    def test_a_choice_that_is_offered_no_more_may_stay(self, ana, fields):
        CustomField.objects.filter(slug="shirt").update(choices=["S", "L"])
        assert set_own_values(ana, {"shirt": "M, wide"}) == []


def own(**values):
    """What the form sends for fields of our own."""
    return {f"own_{slug.replace('_', '-')}": value for slug, value in values.items()}


class TestForm:
    def test_somebody_new_comes_with_values(self, staff, fields, client_of):
        sent = form_of(**NO_POINTS, **own(ward="5", gift="12,000", met_on="2026-05-01", voter="no", shirt="L"))
        answer = client_of(staff).post(LIST + "add/", sent)
        assert answer.status_code == 302
        assert Stakeholder.objects.get().custom == {
            "ward": "5", "gift": "12000", "met-on": "2026-05-01", "voter": "no", "shirt": "L",
        }  # fmt: skip

    def test_only_what_was_changed_is_saved(self, staff, ana, client_of):
        client = client_of(staff)
        carried = carried_by(client.get(page(ana, "edit")).content.decode())
        assert carried["initial-own_shirt"] == "M, wide"
        set_own_values(ana, {"gift": "99"})
        shown = own(ward="6", gift="12.5", met_on="2026-05-01", voter="", shirt="M, wide")
        answer = client.post(page(ana, "edit"), {**form_of(), **carried, **shown, **NO_POINTS})
        assert answer.status_code == 302, answer.context["errors"]
        ana.refresh_from_db()
        assert ana.custom == {"ward": "6", "gift": "99", "met-on": "2026-05-01", "shirt": "M, wide"}

    def test_what_does_not_fit_comes_back_with_words(self, staff, ana, client_of):
        answer = client_of(staff).post(page(ana, "edit"), {**form_of(**NO_POINTS), **own(gift="much")})
        assert "“much” does not fit here." in html.unescape(answer.content.decode())
        ana.refresh_from_db()
        assert ana.custom["gift"] == "12.5"

    def test_a_choice_that_is_offered_no_more_is_shown_and_stays(self, staff, ana, client_of):
        CustomField.objects.filter(slug="shirt").update(choices=["S", "L"])
        client = client_of(staff)
        carried = carried_by(client.get(page(ana, "edit")).content.decode())
        shown = own(ward="6", gift="12.5", met_on="2026-05-01", voter="yes", shirt="M, wide")
        answer = client.post(page(ana, "edit"), {**form_of(), **carried, **shown, **NO_POINTS})
        assert answer.status_code == 302, answer.context["errors"]
        ana.refresh_from_db()
        assert (ana.custom["ward"], ana.custom["shirt"]) == ("6", "M, wide")

    def test_more_fields_need_no_more_queries(self, staff, ana, client_of):
        client = client_of(staff)

        def queries():
            with CaptureQueriesContext(connection) as asked:
                assert client.get(page(ana, "edit")).status_code == 200
            return len(asked)

        queries()
        before = queries()
        CustomField.objects.bulk_create(CustomField(slug=f"more-{n}", name_en=f"More {n}") for n in range(9))
        assert queries() == before


def carried_by(shown: str) -> dict[str, str]:
    """What the form carries of what it showed."""
    tags = re.findall(r"<(?:input|textarea)[^>]*initial-[^>]*>", shown)
    named = [
        ("".join(re.findall(r'name="([^"]+)"', tag)), "".join(re.findall(r'value="([^"]*)"', tag))) for tag in tags
    ]
    return {name: html.unescape(value) for name, value in named}


class TestPage:
    def test_values_stand_there_in_words(self, staff, ana, client_of):
        shown = html.unescape(client_of(staff).get(page(ana)).content.decode())
        for words in ("Fields of our own", "West side 5", "12.5", "May 1, 2026", "<dd>yes</dd>", "M, wide"):
            assert words in shown

    def test_somebody_without_values_has_no_such_part(self, staff, fields, client_of):
        shown = client_of(staff).get(page(StakeholderFactory())).content.decode()
        assert 'class="person-own"' not in shown


def rule(field, op, value=True):
    return {"criterion": f"own:{field}", "op": op, "value": value}


class TestSegments:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            (rule("ward", "is", "west SIDE 5"), ["Ana"]),
            (rule("ward", "is", "West"), []),
            (rule("ward", "is_not", "West side 5"), ["Ben"]),
            (rule("ward", "contains", "side"), ["Ana"]),
            (rule("ward", "contains", "100%"), []),
            (rule("ward", "starts_with", "west"), ["Ana"]),
            (rule("ward", "blank"), ["Ben"]),
            (rule("ward", "filled"), ["Ana"]),
            ({"not": rule("ward", "contains", "side")}, ["Ben"]),
            (rule("gift", "at_least", 12), ["Ana"]),
            (rule("gift", "at_most", 12), []),
            (rule("gift", "at_most", 100), ["Ana"]),
            (rule("gift", "is_not", 7), ["Ana", "Ben"]),
            (rule("met-on", "after", "2026-05-01"), ["Ana"]),
            (rule("met-on", "before", "2026-05-01"), []),
            (rule("met-on", "before", "2027-01-01"), ["Ana"]),
            (rule("met-on", "in_last_days", 3), []),
            (rule("voter", "is", True), ["Ana"]),
            (rule("voter", "is", False), []),
            (rule("voter", "filled"), ["Ana"]),
            (rule("shirt", "any_of", ["S", "m, wide"]), ["Ana"]),
            (rule("shirt", "none_of", ["S", "L"]), ["Ana", "Ben"]),
            (rule("shirt", "blank"), ["Ben"]),
        ],
    )
    def test_a_rule_finds_whom_it_means(self, asked, found, ana):
        StakeholderFactory(name="Ben")
        assert sorted(people_of(asked).values_list("name", flat=True)) == found

    def test_the_last_days_end_today(self, ana):
        for day, found in ((timezone.localdate(), 1), (timezone.localdate() + timedelta(days=1), 0)):
            set_own_values(ana, {"met-on": day.isoformat()})
            assert people_of(rule("met-on", "in_last_days", 3)).count() == found

    def test_a_value_that_is_no_number_is_not_compared(self, ana):
        Stakeholder.objects.update(custom={"gift": "a lot"})
        assert not people_of(rule("gift", "at_least", 0)).exists()

    @pytest.mark.parametrize("slug", ["contains", "2024", "in"])
    def test_a_short_name_may_be_any_word(self, slug):
        CustomField.objects.create(slug=slug, name_en="Odd")
        set_own_values(StakeholderFactory(), {slug: "x"})
        assert people_of(rule(slug, "is", "x")).count() == 1

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            (rule("ward", "is", "5"), "Everyone who has “5” under “Ward”"),
            (rule("ward", "blank"), "Everyone who has nothing under “Ward”"),
            ({"not": rule("ward", "blank")}, "Everyone who has something under “Ward”"),
            (rule("gift", "at_least", 5), "Everyone who has at least 5 under “Gift, 100%”"),
            (rule("voter", "is", False), "Everyone who has no under “Voter”"),
            (rule("shirt", "none_of", ["S", "L"]), "Everyone who does not have S or L under “Shirt size”"),
        ],
    )
    def test_rules_read_as_a_sentence(self, asked, sentence, fields):
        assert describe(asked) == sentence

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            (rule("moon", "is", "full"), "Unknown criterion “own:moon”"),
            (rule("ward", "is", ""), "Ward: write what to compare with."),
            (rule("ward", "is", ["5", "6"]), "Ward: write one text only."),
            (rule("shirt", "any_of", ["XXL"]), "“XXL” is not one of the choices."),
            (rule("gift", "at_least", "much"), "write a whole number."),
            (rule("ward", "at_least", 5), "at_least"),
        ],
    )
    def test_what_makes_no_sense_is_said(self, asked, words, fields):
        with pytest.raises(InvalidDefinition, match=re.escape(words)):
            people_of(asked)

    def test_a_field_that_is_gone_finds_nobody_and_says_so(self, ana, fields):
        fields["ward"].delete()
        assert "own:ward" not in CRITERIA
        assert "cannot be read" in describe(rule("ward", "filled"))

    def test_the_builder_offers_them(self, staff, fields, client_of):
        shown = html.unescape(client_of(staff).get("/admin/contacts/segment/add/").content.decode())
        assert '"own:met-on"' in shown
        assert '"Shirt size"' in shown

    def test_more_segments_about_them_need_no_more_queries(self, staff, fields, client_of):
        client = client_of(staff)

        def queries():
            with CaptureQueriesContext(connection) as asked:
                assert client.get("/admin/contacts/segment/").status_code == 200
            return len(asked)

        for number, slug in enumerate(fields):
            Segment.objects.create(name=f"S{number}", definition=rule(slug, "filled"))
            if number == 0:
                queries()
                before = queries()
        assert queries() == before
