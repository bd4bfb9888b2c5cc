"""A definition becomes one question, or a list of everything that is wrong with it."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from contacts.actions import add_email, give_consent, set_types, suppress, tag_stakeholders
from contacts.models import ImportRow, ImportRun, Partner, Segment, Stakeholder, StakeholderType, Tag
from contacts.segments.actions import save_segment
from contacts.segments.compiler import compile_segment, people_of
from contacts.segments.counting import CAP, count, quick_count
from contacts.segments.describing import describe
from contacts.segments.errors import InvalidDefinition
from contacts.segments.reading import DEEPEST
from tests.factories import OrganisationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db


def rule(criterion, value, op="any_of"):
    return {"criterion": criterion, "op": op, "value": value}


OUTSIDE_UPTOWN = {"all": [rule("type", ["nonprofit"]), {"not": rule("zip", ["28202"])}]}


def names(definition):
    return sorted(people_of(definition).values_list("name", flat=True))


@pytest.fixture
def book(newsletter):
    """Four who differ in everything a rule can ask."""
    types = {kind.slug: kind for kind in StakeholderType.objects.all()}
    ana = StakeholderFactory(name="Ana", zip="28202", language="es", email="ana@example.org")
    ben = StakeholderFactory(name="Ben", zip="28205")
    crisis = OrganisationFactory(name="Crisis Center", zip="28202")
    dove = OrganisationFactory(name="Dove House", email="dove@example.org")
    set_types(ana, [types["activist"], types["faith"]])
    set_types(crisis, [types["nonprofit"]])
    set_types(dove, [types["nonprofit"], types["faith"]])
    tag_stakeholders([ana.pk, ben.pk], ["Host"])
    tag_stakeholders([ana.pk], ["Speaker"])
    give_consent(ana, newsletter, source="form", wording="yes", language="es")
    run = ImportRun.objects.create(
        partner=Partner.objects.create(name="Food Bank"), original_name="a.csv", size=1, state="committed"
    )
    ImportRow.objects.create(run=run, line=2, outcome="created", stakeholder=ben)
    return {"ana": ana, "ben": ben, "crisis": crisis, "dove": dove}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"all": []}, ["Ana", "Ben", "Crisis Center", "Dove House"]),
        (OUTSIDE_UPTOWN, ["Dove House"]),
        (rule("type", ["nonprofit", "activist"]), ["Ana", "Crisis Center", "Dove House"]),
        (rule("type", ["nonprofit"], "none_of"), ["Ana", "Ben"]),
        (rule("type", ["nonprofit", "faith"], "all_of"), ["Dove House"]),
        (rule("type", "Nonprofit"), ["Crisis Center", "Dove House"]),
        (rule("kind", ["organisation"]), ["Crisis Center", "Dove House"]),
        (rule("tag", ["host"]), ["Ana", "Ben"]),
        (rule("tag", ["Host", "Speaker"], "all_of"), ["Ana"]),
        (rule("tag", ["Speaker"], "none_of"), ["Ben", "Crisis Center", "Dove House"]),
        (rule("zip", ["28202"], "none_of"), ["Ben", "Dove House"]),
        (rule("zip", ["282"], "starts_with"), ["Ana", "Ben", "Crisis Center"]),
        (rule("language", ["es"]), ["Ana"]),
        (rule("topic", ["newsletter"]), ["Ana"]),
        (rule("topic", ["newsletter"], "none_of"), ["Ben", "Crisis Center", "Dove House"]),
        (rule("topic", ["newsletter", "events"], "all_of"), []),
        (rule("has_email", True, "is"), ["Ana", "Dove House"]),
        (rule("has_email", False, "is"), ["Ben", "Crisis Center"]),
        (rule("partner", ["Food Bank"]), ["Ben"]),
        (rule("partner", ["food bank"], "none_of"), ["Ana", "Crisis Center", "Dove House"]),
        (
            {"any": [rule("language", ["es"]), {"not": {"any": [rule("zip", ["28202", "28205"])]}}]},
            ["Ana", "Dove House"],
        ),
        ({"not": {"all": [rule("zip", ["28202"]), rule("kind", ["person"])]}}, ["Ben", "Crisis Center", "Dove House"]),
    ],
)
def test_a_rule_finds_whom_it_means(book, definition, expected):
    assert names(definition) == expected


def test_an_address_nobody_may_write_to_is_not_reachable(book):
    add_email(book["ben"], "ben@example.org")
    suppress("ben@example.org", reason="complaint", source="provider")
    assert names(rule("reachable", True, "is")) == ["Ana", "Dove House"]


def test_a_compiled_segment_can_always_be_joined_to_others(book):
    everyone = compile_segment({"all": []})
    assert everyone
    assert Stakeholder.objects.filter(everyone | compile_segment(rule("zip", ["28205"]))).count() == 4


def test_it_is_one_statement_without_joins(book):
    sql = str(people_of({"any": [rule("tag", ["host"]), rule("topic", ["newsletter"]), OUTSIDE_UPTOWN]}).query)
    assert sql.count("EXISTS") == 3
    assert " JOIN " not in sql.split("WHERE")[0]


class TestRefusals:
    @pytest.mark.parametrize(
        ("definition", "path", "words"),
        [
            (rule("shoe_size", ["44"]), (), "Unknown criterion “shoe_size”"),
            ({"all": [{"criterion": "shoe_size"}]}, ("all", 0), "Unknown criterion “shoe_size”"),
            ({"all": [rule("zip", ["28202"], "near")]}, ("all", 0), "Unknown operator “near”"),
            (rule("zip", ["28202"], "all_of"), (), "cannot be asked with operator “all_of”"),
            (rule("zip", ["2820"]), (), "“2820” is not a zip code"),
            (rule("type", ["wizard"]), (), "Type: “wizard” is not one of the choices"),
            (rule("type", []), (), "choose at least one"),
            (rule("type", [True]), (), "choose from the list"),
            (rule("has_email", "yes", "is"), (), "choose yes or no"),
            ({"any": [OUTSIDE_UPTOWN, {"not": {"any": []}}]}, ("any", 1, "not"), "no rules yet"),
            ({}, (), "no rules yet"),
            ([], (), "A rule has a criterion"),
            ({"all": [], "any": []}, (), "A rule has a criterion"),
            ({"all": "everyone"}, (), "needs a list"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_place(self, definition, path, words):
        with pytest.raises(InvalidDefinition) as refusal:
            compile_segment(definition)
        [problem] = refusal.value.problems
        assert problem.path == path
        assert words in problem.message

    def test_everything_wrong_is_said_at_once_and_in_words(self):
        with pytest.raises(InvalidDefinition) as refusal:
            compile_segment({"all": [rule("zip", ["x"]), {"any": [rule("moon", ["full"])]}]})
        assert [problem.place for problem in refusal.value.problems] == ["rule 1", "rule 2, inside it rule 1"]
        assert "rule 2, inside it rule 1: Unknown criterion “moon”" in str(refusal.value)

    def test_it_does_not_go_on_forever(self):
        deep = rule("zip", ["28202"])
        for _level in range(DEEPEST + 1):
            deep = {"all": [deep]}
        with pytest.raises(InvalidDefinition, match="deep"):
            compile_segment(deep)
        with pytest.raises(InvalidDefinition, match="100 rules"):
            compile_segment({"any": [rule("zip", ["28202"])] * 101})

    def test_a_tag_that_is_gone_is_named(self, book):
        segment = save_segment(name="Hosts", definition=rule("tag", ["Host"]))
        Tag.objects.filter(name="Host").delete()
        with pytest.raises(InvalidDefinition, match="“Host” is not one of the choices"):
            compile_segment(segment.definition)


class TestWords:
    @pytest.mark.parametrize(
        ("definition", "sentence"),
        [
            ({"all": []}, "Everyone in the book"),
            (OUTSIDE_UPTOWN, "Everyone who is Nonprofit and is outside 28202"),
            (
                {
                    "all": [
                        rule("has_email", True, "is"),
                        {"any": [rule("zip", ["28202", "28205"]), rule("language", ["es"])]},
                    ]
                },
                "Everyone who has an e-mail address and (is in 28202 or 28205 or prefers Spanish)",
            ),
            (
                {"not": {"all": [rule("kind", ["person"]), rule("zip", ["28202"])]}},
                "Everyone who does not fit: (is of the kind person and is in 28202)",
            ),
        ],
    )
    def test_rules_read_as_a_sentence(self, definition, sentence):
        assert describe(definition) == sentence

    def test_many_values_are_not_all_read_out(self):
        zips = [str(28200 + n) for n in range(10)]
        assert describe(rule("zip", zips)).endswith("28205 or 4 more")

    def test_rules_that_cannot_be_read_say_so(self):
        assert "Unknown criterion “moon”" in describe(rule("moon", ["full"]))


class TestSaving:
    def test_a_wrong_definition_is_not_saved(self):
        with pytest.raises(InvalidDefinition):
            save_segment(name="Moon people", definition=rule("moon", ["full"]))
        assert not Segment.objects.exists()

    def test_two_segments_cannot_share_a_name(self, staff):
        saved = save_segment(name="Uptown", definition=rule("zip", ["28202"]), by=staff)
        assert saved.created_by == staff
        with pytest.raises(ValidationError):
            save_segment(name="UPTOWN", definition=rule("zip", ["28202"]))
        assert save_segment(saved, name="Uptown", definition={"all": []}).pk == saved.pk


class TestCounting:
    def test_quick_counts_stop_at_the_cap(self, monkeypatch, book):
        monkeypatch.setattr("contacts.segments.counting.CAP", 3)
        found = quick_count(Stakeholder.objects.all())
        assert (found.number, found.capped) == (3, True)
        assert str(found) == "3+ people and organisations"
        assert count(Stakeholder.objects.all()) == 4

    def test_a_quick_count_below_the_cap_is_exact(self, book):
        assert CAP > 4
        assert str(quick_count(people_of(OUTSIDE_UPTOWN))) == "1 person or organisation"


class TestCommand:
    def test_json_is_alone_on_standard_output(self, book, capsys):
        call_command("segment", "--definition", json.dumps(OUTSIDE_UPTOWN), "--ids", "--json")
        assert json.loads(capsys.readouterr().out) == {"count": 1, "ids": [book["dove"].pk]}

    def test_without_json_it_speaks(self, book, capsys):
        call_command("segment", "--definition", json.dumps(OUTSIDE_UPTOWN))
        assert capsys.readouterr().out == "Everyone who is Nonprofit and is outside 28202: 1\n"

    @pytest.mark.parametrize("definition", ["{", '{"criterion": "moon", "op": "any_of", "value": []}'])
    def test_what_cannot_be_read_ends_with_status_2(self, definition):
        with pytest.raises(CommandError) as refusal:
            call_command("segment", "--definition", definition, "--json")
        assert refusal.value.returncode == 2
