"""What columns and words are taken for: a person first, then the partner's last file, then what they say."""

import pytest

from contacts.imports.actions import check_import, commit_import
from contacts.imports.errors import BadMapping, NotReady
from contacts.imports.mapping.choosing import map_import
from contacts.imports.mapping.words import Words
from contacts.models import Consent, Partner, Stakeholder, StakeholderType
from tests.imports.conftest import counts, csv_of

HEAD = ("E-mail", "First name", "Last name")
ANN = ("ann@example.org", "Ann", "Lee")


def fields(run) -> dict[str, str]:
    """Heading → field of a run."""
    return {column["heading"]: column["field"] for column in run.mapping["columns"]}


def ways(run) -> dict[str, str]:
    """Heading → who decided."""
    return {column["heading"]: column["by"] for column in run.mapping["columns"]}


class TestWords:
    """Words of one kind."""

    def test_a_choice_wins_over_the_meaning_and_case_does_not_matter(self):
        words = Words(lambda word: "faith" if word == "church" else None, {"Church": "nonprofit", "VIP": ""})
        assert words.of("church; vip; other") == ("nonprofit",)
        assert [heard.word for heard in words.unknown()] == ["other"]

    def test_rows_are_counted_by_word(self):
        words = Words(str)
        for cell in ("a, b", "b", "a, b"):
            words.of(cell)
        assert [(heard.word, heard.rows) for heard in words.heard()] == [("b", 3), ("a", 2)]

    def test_free_text_does_not_fill_the_memory(self, monkeypatch):
        monkeypatch.setattr("contacts.imports.mapping.words.MOST_CELLS", 3)
        words = Words(str)
        assert [words.of(str(number)) for number in range(9)] == [(str(number),) for number in range(9)]
        assert len(words.known) == len(words.said) == 3


class TestTopics:
    """A column of topics narrows the yes of the run."""

    HEAD = (*HEAD, "Topics")

    def given(self) -> set[tuple[str, str]]:
        """Who agreed to what."""
        return set(Consent.objects.filter(state="given").values_list("stakeholder__first_name", "topic__slug"))

    def test_a_yes_only_for_what_the_row_names_and_the_run_allows(self, commit, db):
        content = csv_of(
            self.HEAD, (*ANN, "Newsletter; Action alerts"), ("bo@example.org", "Bo", "Lee", ""),
            ("cy@example.org", "Cy", "Lee", "events, newsletter"), ("di@example.org", "Di", "Lee", "Knitting"),
        )  # fmt: skip
        run = commit(content, topics=["newsletter", "events"])
        assert self.given() == {("Ann", "newsletter"), ("Cy", "events"), ("Cy", "newsletter")}
        assert any("Topics nobody here knows were left out: Knitting (1)" in w["text"] for w in run.warnings)

    def test_rows_that_repeat_somebody_add_their_topics(self, commit, db):
        commit(csv_of(self.HEAD, (*ANN, "newsletter"), (*ANN, "events")), topics=["newsletter", "events"])
        assert self.given() == {("Ann", "newsletter"), ("Ann", "events")}

    def test_a_file_without_the_column_means_all_topics_of_the_run(self, commit, db):
        commit(csv_of(HEAD, ANN), topics=["newsletter", "events"])
        assert len(self.given()) == 2


class TestSavedWithThePartner:
    """What people chose for a file that was saved is how the partner's next one is read."""

    FILE = csv_of((*HEAD, "Group"), (*ANN, "Clergy"))

    @pytest.fixture
    def house(self, db):
        """A partner that had its say."""
        return Partner.objects.create(
            name="Community House", mapping={"columns": {"group": "types"}, "values": {"types": {"Clergy": "faith"}}}
        )

    def test_columns_and_words_are_read_as_last_time(self, commit, house):
        run = commit(self.FILE)
        assert (fields(run)["Group"], ways(run)["Group"], run.mapping["by"]) == ("types", "partner", "partner")
        assert [kind.slug for kind in Stakeholder.objects.get().types.all()] == ["faith"]

    def test_it_stays_remembered(self, commit, house):
        commit(self.FILE)
        house.refresh_from_db()
        assert house.mapping["columns"] == {"group": "types"}
        assert house.mapping["values"]["types"] == {"Clergy": "faith"}

    def test_guesses_are_not_remembered(self, commit, db):
        commit(self.FILE)
        assert Partner.objects.get().mapping["columns"] == {}

    def test_what_was_guessed_at_the_check_is_not_either(self, check, db):
        commit_import(check(self.FILE))
        assert Partner.objects.get().mapping["columns"] == {}

    def test_a_check_remembers_nothing(self, check, db):
        check(self.FILE)
        assert Partner.objects.get().mapping == {}

    def test_a_type_that_is_gone_is_unknown_again(self, check, house):
        house.mapping["values"]["types"]["Clergy"] = "gone"
        house.save()
        assert not StakeholderType.objects.filter(slug="gone").exists()
        assert counts(check(self.FILE)) == {"created": 1}

    def test_a_column_about_mail_that_is_missing_this_time_must_be_noticed(self, commit, check):
        commit(csv_of((*HEAD, "Email status"), (*ANN, "subscribed")), topics=["newsletter"])
        run = check(csv_of(HEAD, ANN), topics=["newsletter"])
        assert [w["must"] for w in run.warnings if w["code"] == "marks_missing"] == [True]


def test_mailchimp_is_known_and_named(check, db):
    head = ("Email Address", "First Name", "Last Name", "MEMBER_RATING", "OPTIN_TIME", "LEID", "EUID", "TAGS")
    run = check(csv_of(head, (*ANN, "2", "2020-01-01 10:00:00", "1", "ab12", '"Members","Board"')))
    assert any("This looks like an export of Mailchimp" in w["text"] for w in run.warnings)
    assert run.system == "mailchimp"
    assert fields(run)["OPTIN_TIME"] == ""


class TestChoosing:
    """A person says what columns and words mean."""

    FILE = csv_of(
        ("E-mail", "Vorname", "First name", "Last name", "Group", "Group"),
        ("ann@example.org", "Anna", "Ann", "Lee", "Clergy; VIP", "x"),
    )

    def chosen(self, run, columns, values=None):
        """The run, mapped and checked."""
        return check_import(map_import(run, columns=columns, values=values))

    def test_columns_by_heading_and_by_position(self, receive):
        run = self.chosen(
            receive(self.FILE), {"Vorname": "first_name", 4: "types", 5: ""}, {"types": {"Clergy": "faith"}}
        )
        assert list(fields(run).values())[:4] == ["email", "first_name", "", "last_name"]
        assert [column["field"] for column in run.mapping["columns"]][4:] == ["types", ""]
        commit_import(run)
        person = Stakeholder.objects.get()
        assert (person.first_name, [kind.slug for kind in person.types.all()]) == ("Anna", ["faith"])

    def test_a_file_that_is_saved_at_once_is_read_as_chosen(self, receive):
        commit_import(map_import(receive(self.FILE), columns={"Vorname": "first_name"}))
        assert Stakeholder.objects.get().first_name == "Anna"

    def test_a_person_wins_over_the_partners_last_file(self, receive):
        Partner.objects.create(name="Community House", mapping={"columns": {"group": "tags"}})
        run = self.chosen(receive(self.FILE), {4: "types"})
        assert [column["by"] for column in run.mapping["columns"]][4:] == ["person", "partner"]

    def test_it_is_remembered_once_the_file_is_saved(self, receive):
        run = self.chosen(
            receive(self.FILE), {"Vorname": "first_name", "Group": "types"}, {"types": {"Clergy": "faith"}}
        )
        commit_import(run)
        mapping = Partner.objects.get().mapping
        assert mapping["columns"] == {"vorname": "first_name", "group": "types"}
        assert mapping["values"]["types"] == {"Clergy": "faith"}

    def test_a_mapped_file_must_be_checked_again(self, check):
        run = map_import(check(self.FILE), columns={4: "tags"})
        assert run.state == "received"

    def test_a_word_can_make_a_type(self, receive):
        run = receive(self.FILE)
        commit_import(self.chosen(run, {4: "types"}, {"types": {"Clergy": "+", "VIP": ""}}))
        assert [str(kind) for kind in Stakeholder.objects.get().types.all()] == ["Clergy"]

    def test_tags_are_renamed_or_left_out(self, receive):
        commit_import(
            self.chosen(receive(self.FILE), {4: "tags", 5: ""}, {"tags": {"clergy": "Faith leaders", "VIP": ""}})
        )
        assert [str(tag) for tag in Stakeholder.objects.get().tags.all()] == ["Faith leaders"]

    def test_a_state_of_mail_can_be_named(self, receive):
        content = csv_of((*HEAD, "E-mail status"), (*ANN, "Enrolled"))
        run = receive(content, topics=["newsletter"])
        commit_import(self.chosen(run, {}, {"states": {"Enrolled": "subscribed"}}))
        assert Consent.objects.get().state == "given"

    @pytest.mark.parametrize(
        ("columns", "values", "why"),
        [
            ({"Group": "colour"}, {}, "There is no field “colour”"),
            ({"Group": "custom:gone"}, {}, "There is no field “custom:gone”"),
            ({"Nobody": "tags"}, {}, "The file has no column “Nobody”"),
            ({"Group": "role"}, {}, "Only one column can be “Role there”, these are several: Group, Group"),
            ({0: "", 1: "", 2: "", 3: ""}, {}, "One column must be the e-mail address or a name"),
            ({}, {"types": {"Clergy": "none such"}}, "“none such” is not one of these"),
            ({}, {"language": {"Kreyol": "ht"}}, "“ht” is not one of these: en, es"),
            ({}, {"shoes": {}}, "There are no words of the kind “shoes”"),
            ({}, {"states": {"Unsubscribed": "subscribed"}}, "“Unsubscribed” says no to mail"),
            ({}, {"states": {"Cleaned": "none"}}, "“Cleaned” says no to mail"),
        ],
    )
    def test_what_cannot_be_is_refused_in_a_sentence(self, receive, columns, values, why):
        run = receive(self.FILE)
        with pytest.raises(BadMapping) as refused:
            map_import(run, columns=columns, values=values)
        assert why in str(refused.value)
        run.refresh_from_db()
        assert run.mapping == {}

    def test_a_saved_file_cannot_be_mapped(self, commit):
        with pytest.raises(NotReady):
            map_import(commit(self.FILE), columns={})

    def test_a_file_without_familiar_headings_can_be_mapped(self, receive):
        run = receive(csv_of(("Kontakt", "Wer"), ("ann@example.org", "Ann Lee"), ("bo@example.org", "Bo Lee")))
        commit_import(self.chosen(run, {"Wer": "full_name"}))
        assert Stakeholder.objects.filter(first_name="Ann", last_name="Lee").exists()

    def test_leaving_out_a_column_that_says_no_must_be_noticed(self, receive):
        run = receive(csv_of((*HEAD, "Unsubscribed"), (*ANN, "yes")))
        run = self.chosen(run, {"Unsubscribed": ""})
        assert [w["must"] for w in run.warnings if w["code"] == "marks_left_out"] == [True]
