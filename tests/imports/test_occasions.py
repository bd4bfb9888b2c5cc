"""Files whose people registered for an event or came to it: registrations by the rules of events, and back again."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from contacts.imports.actions import check_import, commit_import
from contacts.imports.asking import ask_for_commit
from contacts.imports.errors import NotReady, UnknownOccasion
from contacts.imports.lines import SECOND_PERSON
from contacts.imports.models import ImportRun
from contacts.imports.occasions import occasion_named
from contacts.imports.rest import receive_rest
from contacts.imports.reverting import revert_import
from contacts.imports.settling import settle_row
from contacts.models import Stakeholder
from crm.models import OutboxMail
from engagement.models import Registration
from engagement.occasions import MOST
from tests.factories import ContactPointFactory, EventFactory, StakeholderFactory
from tests.imports.conftest import csv_of

HEAD = ("Order #", "Ticket Type", "First Name", "Last Name", "Email", "Attendee Status")
State = Registration.State


def eventbrite(**states: str) -> bytes:
    """An Eventbrite file with the state of each person by first name."""
    return csv_of(
        HEAD, *(("1", "Free", name, "Lee", f"{name.lower()}@example.org", said) for name, said in states.items())
    )


@pytest.fixture
def event(db):
    """A forum that is to come."""
    return EventFactory()


@pytest.fixture
def over(db):
    """A forum that has been."""
    then = timezone.now() - timedelta(days=9)
    return EventFactory(starts_at=then, ends_at=then + timedelta(hours=2))


@pytest.fixture
def land(receive):
    """Save a file about an event: `land(event, content)`."""

    def landed(event, content: bytes):
        run = receive(content)
        run.occasion = f"engagement.event:{event.pk}"
        run.save(update_fields=["occasion"])
        return commit_import(run)

    return landed


def states(event) -> dict[str, str]:
    """Where each person stands with the event, by first name."""
    return dict(event.registrations.values_list("stakeholder__first_name", "state"))


def test_people_are_registered_and_marked_as_come(land, over):
    land(over, eventbrite(Ann="Attending", Bo="Checked In", Cy="Not Attending"))
    assert states(over) == {"Ann": "registered", "Bo": "attended"}
    assert Stakeholder.objects.count() == 3
    registration = over.registrations.first()
    assert registration.registered_at <= over.starts_at
    assert registration.source.startswith("import ")


def test_nobody_gets_a_mail_about_it(land, event):
    land(event, eventbrite(Ann="Attending"))
    assert not OutboxMail.objects.exists()


def test_the_same_file_again_changes_nothing(land, over):
    land(over, eventbrite(Ann="Attending", Bo="Checked In"))
    before = list(Registration.objects.order_by("pk").values())
    run = land(over, eventbrite(Ann="Attending", Bo="Checked In"))
    assert run.counts["unchanged"] == 2
    assert list(Registration.objects.order_by("pk").values()) == before


def test_a_later_file_says_who_came(land, over):
    land(over, eventbrite(Ann="Attending", Bo="Attending"))
    land(over, eventbrite(Ann="Checked In", Bo="Not Attending"))
    assert states(over) == {"Ann": "attended", "Bo": "cancelled"}


def test_a_file_without_an_event_registers_nobody(commit, event):
    commit(eventbrite(Ann="Attending"))
    assert not Registration.objects.exists()


def test_an_event_that_is_gone_stops_nothing(land, event):
    run = land(type(event)(pk=event.pk + 100), eventbrite(Ann="Attending"))
    assert run.counts["created"] == 1


def test_who_gave_the_seat_back_here_is_not_put_in_again_unless_they_came(land, event):
    ann = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
    bo = StakeholderFactory(first_name="Bo", last_name="Lee", email="bo@example.org")
    for person in (ann, bo):
        Registration.objects.create(event=event, stakeholder=person, state=State.CANCELLED)
    land(event, eventbrite(Ann="Attending", Bo="Checked In"))
    assert states(event) == {"Ann": "cancelled", "Bo": "attended"}


def test_a_file_takes_nobody_off_who_registered_here(land, event):
    ann = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
    Registration.objects.create(event=event, stakeholder=ann)
    land(event, eventbrite(Ann="Not Attending"))
    assert states(event) == {"Ann": "registered"}


class TestSeats:
    """There are never more people than seats."""

    def test_those_who_came_are_seated_first_and_others_wait(self, land, event):
        event.capacity = 2
        event.save()
        land(event, eventbrite(Ann="Attending", Bo="Attending", Cy="Checked In"))
        assert states(event) == {"Ann": "registered", "Bo": "waitlisted", "Cy": "attended"}

    def test_without_a_waitlist_those_without_a_seat_are_left_out(self, land, event):
        event.capacity, event.waitlist = 1, False
        event.save()
        land(event, eventbrite(Ann="Attending", Bo="Attending"))
        assert states(event) == {"Ann": "registered"}

    def test_who_waited_and_came_takes_a_free_seat_only(self, land, event):
        event.capacity = 1
        event.save()
        people = [
            StakeholderFactory(first_name=n, last_name="Lee", email=f"{n}@example.org".lower()) for n in ("Ann", "Bo")
        ]
        for person in people:
            Registration.objects.create(event=event, stakeholder=person, state=State.WAITLISTED)
        land(event, eventbrite(Ann="Checked In", Bo="Checked In"))
        assert sorted(states(event).values()) == ["attended", "waitlisted"]


class TestBeforeSaving:
    """What a file would do to an event is said before it is saved."""

    @pytest.fixture
    def check_about(self, check):
        """Check a file about an event."""
        return lambda event, content: check(content, occasion=f"engagement.event:{event.pk}")

    def said(self, run: ImportRun, code: str) -> str:
        """The warning of this code, which must be ticked; empty when there is none."""
        found = next((one for one in run.warnings if one["code"] == code), None)
        assert found is None or found["must"]
        return found["text"] if found else ""

    def test_a_file_without_such_a_column_registers_nobody_and_says_so(self, check_about, event, staff):
        run = check_about(event, csv_of(("E-mail", "First name"), ("ann@example.org", "Ann")))
        assert "no column says who registered or came: nobody would be registered" in self.said(run, "no_attendance")
        assert event.title in self.said(run, "no_attendance")
        with pytest.raises(NotReady, match="nobody would be registered"):
            ask_for_commit(run, by=staff)

    def test_so_does_a_column_that_says_nothing(self, check_about, event):
        run = check_about(event, csv_of(("E-mail", "Attended"), ("ann@example.org", "")))
        assert "no row says who registered or came" in self.said(run, "no_attendance")

    def test_a_known_tool_needs_no_column_for_it(self, check_about, event):
        head = ("Name (Original Name)", "User Email", "Join Time", "Leave Time")
        assert (
            self.said(check_about(event, csv_of(head, ("Ann Lee", "ann@example.org", "1", "2"))), "no_attendance") == ""
        )

    def test_without_an_event_nothing_is_said(self, check, event):
        run = check(csv_of(("E-mail", "First name"), ("ann@example.org", "Ann")))
        assert self.said(run, "no_attendance") == ""

    def test_more_people_than_seats_must_be_ticked(self, check_about, land, event):
        event.capacity = 2
        event.save()
        run = check_about(event, eventbrite(Ann="Attending", Bo="Checked In", Cy="Attending", Di="Not Attending"))
        text = self.said(run, "more_than_seats")
        assert "has seats for 2 more, and 3 people of this file would need one: 1 would wait for a seat." in text
        event.waitlist = False
        event.save()
        assert "1 would not be registered" in self.said(check_import(run), "more_than_seats")
        commit_import(run)
        assert states(event) == {"Ann": "registered", "Bo": "attended"}

    def test_who_has_a_seat_needs_none(self, check_about, event):
        event.capacity = 3
        event.save()
        ann = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
        Registration.objects.create(event=event, stakeholder=ann)
        same = eventbrite(Ann="Checked In", Bo="Attending", Cy="Attending")
        assert self.said(check_about(event, same), "more_than_seats") == ""
        assert "has seats for 2 more, and 3 people" in self.said(
            check_about(event, eventbrite(Ann="Checked In", Bo="Attending", Cy="Attending", Di="Attending")),
            "more_than_seats",
        )

    def test_a_seat_that_the_file_gives_back_is_free(self, check_about, land, event):
        event.capacity = 2
        event.save()
        land(event, eventbrite(Ann="Attending", Bo="Attending"))
        run = check_about(event, eventbrite(Ann="Not Attending", Bo="Attending", Cy="Attending"))
        assert self.said(run, "more_than_seats") == ""
        commit_import(run)
        assert states(event) == {"Ann": "cancelled", "Bo": "registered", "Cy": "registered"}

    def test_without_a_limit_nobody_is_too_many(self, check_about, event):
        assert self.said(check_about(event, eventbrite(Ann="Attending")), "more_than_seats") == ""

    def test_an_event_that_is_gone_says_nothing(self, check_about, event):
        run = check_about(type(event)(pk=event.pk + 100), eventbrite(Ann="Attending"))
        assert not {"no_attendance", "more_than_seats"} & {one["code"] for one in run.warnings}


class TestSettledLater:
    """Somebody who was unclear comes to the event, too, once a person has said who they are."""

    @pytest.fixture
    def lees(self, db):
        """Two who share an address, and whose first names begin alike."""
        found = [StakeholderFactory(first_name=first, last_name="Lee") for first in ("Jamie", "Jordan")]
        for person in found:
            ContactPointFactory(stakeholder=person, kind="email", value="j@example.org")
        return found

    @pytest.fixture
    def run(self, lees, land, over) -> ImportRun:
        """A saved file about an event, of which one row could be either."""
        run = land(over, eventbrite(**{"Ann": "Attending", "J": "Checked In"}))
        assert states(over) == {"Ann": "registered"}
        return run

    @pytest.mark.parametrize("choice", ["person", "new"])
    def test_at_once_in_a_saved_file(self, run, lees, over, staff, choice):
        settle_row(run, 3, choice=choice, stakeholder=lees[0] if choice == "person" else None, by=staff)
        assert states(over) == {"Ann": "registered", "Jamie" if choice == "person" else "J": "attended"}
        revert_import(run)
        assert states(over) == {}
        assert set(Stakeholder.objects.all()) == set(lees)

    def test_with_the_rest_as_a_file_of_its_own(self, run, lees, over, staff):
        rest = check_import(receive_rest(run, by=staff))
        settle_row(rest, 2, choice="person", stakeholder=lees[1], by=staff)
        commit_import(rest)
        assert states(over) == {"Ann": "registered", "Jordan": "attended"}

    def test_before_saving(self, lees, check, over, staff):
        run = check(eventbrite(**{"J": "Checked In"}), occasion=f"engagement.event:{over.pk}")
        settle_row(run, 2, choice="person", stakeholder=lees[0], by=staff)
        commit_import(run)
        assert states(over) == {"Jamie": "attended"}

    def test_the_second_person_of_a_row(self, lees, land, over, staff):
        head = (
            "E-mail",
            "First name",
            "Last name",
            "Spouse first name",
            "Spouse last name",
            "Spouse e-mail",
            "Attended",
        )
        run = land(over, csv_of(head, ("ann@example.org", "Ann", "Lee", "J", "Lee", "j@example.org", "yes")))
        settle_row(run, SECOND_PERSON + 2, choice="person", stakeholder=lees[0], by=staff)
        assert states(over) == {"Ann": "attended", "Jamie": "attended"}


class TestTakingBack:
    """What an import did for an event goes back with it."""

    def test_registrations_and_marks_go_back(self, land, over):
        ann = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
        Registration.objects.create(event=over, stakeholder=ann)
        run = land(over, eventbrite(Ann="Checked In", Bo="Checked In"))
        assert states(over) == {"Ann": "attended", "Bo": "attended"}
        revert_import(run)
        assert states(over) == {"Ann": "registered"}
        assert list(Stakeholder.objects.all()) == [ann]

    def test_what_was_changed_since_stays_and_is_named(self, land, over):
        run = land(over, eventbrite(Ann="Attending"))
        over.registrations.update(state=State.ATTENDED)
        revert_import(run)
        assert states(over) == {"Ann": "attended"}
        assert "registrations" in run.rows.get().message


def test_staff_choose_the_event_when_they_send_the_file(staff, client_of, over):

    client = client_of(staff)
    assert over.title in client.get(reverse("admin:contacts_importrun_add")).content.decode()
    file = SimpleUploadedFile("eventbrite.csv", eventbrite(Ann="Checked In"))
    form = {"file": file, "new_partner": "House", "occasion": f"engagement.event:{over.pk}"}
    client.post(reverse("admin:contacts_importrun_add"), form)
    commit_import(ImportRun.objects.get())
    assert states(over) == {"Ann": "attended"}


def test_an_event_of_long_ago_stays_chosen_when_terms_are_changed(staff, client_of, check, over):
    for _later in range(MOST):
        EventFactory()
    run = check(eventbrite(Ann="Checked In"), occasion=f"engagement.event:{over.pk}")
    client, door = client_of(staff), reverse("admin:contacts_importrun_terms", args=[run.pk])
    page = client.get(door).content.decode()
    assert f'<option value="engagement.event:{over.pk}" selected>' in page
    client.post(door, {"occasion": f"engagement.event:{over.pk}", "tags": "fall"})
    run.refresh_from_db()
    assert (run.occasion, run.tags) == (f"engagement.event:{over.pk}", ["fall"])
    assert (
        f'value="engagement.event:{over.pk}"'
        not in client.get(reverse("admin:contacts_importrun_add")).content.decode()
    )


class TestNaming:
    """An event is named as people have it at hand."""

    def test_by_its_number_its_short_name_or_as_a_run_keeps_it(self, event):
        kept = f"engagement.event:{event.pk}"
        assert [occasion_named(text) for text in (str(event.pk), event.slug, f" {kept} ")] == [kept] * 3

    def test_the_number_goes_before_a_short_name_of_digits(self, event, over):
        type(event).objects.filter(pk=over.pk).update(slug=str(event.pk))
        assert occasion_named(str(event.pk)) == f"engagement.event:{event.pk}"

    @pytest.mark.parametrize("text", ["nothing", "", "0", "²", "9" * 30, "campaigns.campaign:1"])
    def test_what_is_not_there_is_said_with_what_is(self, text, event):
        with pytest.raises(UnknownOccasion, match=rf"the latest are {event.pk} \({event.slug}\)"):
            occasion_named(text)

    def test_where_there_are_no_events_that_is_said(self, db):
        with pytest.raises(UnknownOccasion, match="nor any other yet"):
            occasion_named("forum")


class TestCommand:
    """The operator says what the people of a file came to."""

    @pytest.fixture
    def file(self, tmp_path) -> Path:
        path = tmp_path / "eventbrite.csv"
        path.write_bytes(eventbrite(Ann="Checked In", Bo="Attending"))
        return path

    def told(self, file: Path, *options: str) -> str:
        answer = StringIO()
        call_command("import_stakeholders", str(file), "--partner", "House", *options, stdout=answer)
        return answer.getvalue()

    def test_people_are_registered_and_the_report_names_the_event(self, file, over):
        report = json.loads(self.told(file, "--occasion", over.slug, "--commit", "--json"))
        assert report["occasion"]["key"] == f"engagement.event:{over.pk}"
        assert over.title in report["occasion"]["name"]
        assert states(over) == {"Ann": "attended", "Bo": "registered"}

    def test_in_words_too(self, file, over):
        assert f"They came to: {over.title}" in self.told(file, "--occasion", str(over.pk))
        assert states(over) == {}

    def test_without_one_the_report_says_so(self, file, over):
        assert json.loads(self.told(file, "--json"))["occasion"] is None

    def test_an_event_that_is_not_there_is_refused_before_anything_is_kept(self, file, over):
        with pytest.raises(CommandError, match=over.slug) as refusal:
            self.told(file, "--occasion", "nothing", "--commit")
        assert refusal.value.returncode == 2
        assert not ImportRun.objects.exists()
