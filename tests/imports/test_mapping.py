"""What columns and words are taken for: a person first, then the partner's last file, then what they say."""

import pytest

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
