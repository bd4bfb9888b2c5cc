"""The demo in chapters; each goes through the verbs and commands that people use, and says what it did."""

import json
import random
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.core.management import call_command
from django.utils import timezone
from django.utils.timezone import get_current_timezone

from config.demo import facts
from config.demo.files import PARTNER_FILES
from contacts.models import Partner, Stakeholder
from crm.models import User
from engagement.actions import create_event, log_gathering, mark_attendance, open_edition, publish_event, register
from engagement.actions.gatherings import Conversation, Guest, Promise
from engagement.models import Event, Gathering, Registration, Strategy

Say = Callable[[str], None]
GATHERINGS = 30
GATHERINGS_PER_EDITION = (8, 10, 12)


def import_partner_files(say: Say, by: User) -> int:
    """Write the three files and import each with the command an operator would use; gives the people created."""
    created = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in PARTNER_FILES:
            path = Path(folder) / file.name
            file.write(path)
            report = _import(path, file.partner, file.topics)
            created += report["created"]
            say(
                f"  {file.name} from {file.partner}: {report['rows']} rows, {report['created']} new, "
                f"{report['updated']} changed, {report['unchanged']} unchanged, {report['rejected']} rejected, "
                f"{report['ambiguous']} for a person to decide"
            )
    return created


def _import(path: Path, partner: str, topics: tuple[str, ...]) -> dict[str, Any]:
    answer = StringIO()
    options = [word for topic in topics for word in ("--topic", topic)]
    call_command(
        "import_stakeholders",
        str(path),
        "--partner",
        partner,
        *options,
        "--commit",
        "--json",
        stdout=answer,
        stderr=StringIO(),
    )
    return json.loads(answer.getvalue())


def give_partner_its_people(user: User) -> None:
    """Let the demo's partner sign-in see the files of the first partner."""
    Partner.objects.get(name=PARTNER_FILES[0].partner).members.add(user)


def hold_events(say: Say, by: User) -> int:
    """Publish the events, register people and mark who came; gives the number of registrations."""
    dice = random.Random(5)  # noqa: S311 - an invented story, no secret
    people = list(Stakeholder.objects.filter(kind="person").with_email().order_by("pk"))
    taken = 0
    for fact in facts.EVENTS:
        event = _event(fact, by)
        guests = dice.sample(people, k=min(len(people), event.capacity or 0))
        taken += _register_past(event, guests, dice, by)
    for fact in facts.COMING_EVENTS:
        event = _event(fact, by)
        seats = event.capacity or 0
        guests = dice.sample(people, k=min(len(people), seats + 4 if fact.get("featured") else seats // 2))
        for person in guests:
            register(event, stakeholder=person, language=person.language, tell=False, by=by)
        taken += len(guests)
    say(f"  {len(facts.EVENTS) + len(facts.COMING_EVENTS)} events, {taken} registrations")
    return taken


def _event(fact: dict[str, Any], by: User) -> Event:
    existing = Event.objects.filter(slug=fact["slug"]).first()
    if existing:
        return existing
    fields = {key: value for key, value in fact.items() if key not in {"day", "in_days", "hours"}}
    day = date.fromisoformat(fact["day"]) if "day" in fact else timezone.localdate() + timedelta(days=fact["in_days"])
    start, end = (_moment(day, hour) for hour in fact["hours"])
    event = create_event(**fields, starts_at=start, ends_at=end, by=by)
    return publish_event(event, by=by)


def _moment(day: date, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{hour}").replace(tzinfo=get_current_timezone())


def _register_past(event: Event, guests: list[Stakeholder], dice: random.Random, by: User) -> int:
    for person in guests:
        early = event.starts_at - timedelta(days=dice.randint(1, 20))
        registration = register(
            event, stakeholder=person, language=person.language, source="list of the day", at=early, tell=False, by=by
        )
        came = Registration.State.ATTENDED if dice.random() < 0.8 else Registration.State.NO_SHOW
        mark_attendance(registration, came, by=by)
    return len(guests)


def hold_conversations(say: Say, by: User) -> int:
    """Open the three editions and log 30 conversations with guests, notes and commitments."""
    dice = random.Random(7)  # noqa: S311 - an invented story, no secret
    people = list(Stakeholder.objects.filter(kind="person").with_email().prefetch_related("contact_points"))
    strategies = {strategy.letter: strategy for strategy in Strategy.objects.all()}
    before = Gathering.objects.count()
    for fact, tables in zip(facts.EDITIONS, GATHERINGS_PER_EDITION, strict=True):
        days = {key: date.fromisoformat(fact[key]) for key in ("starts_on", "ends_on")}
        edition = open_edition(**{**fact, **days}, prompts=facts.PROMPTS, by=by)
        for number in range(tables):
            talk = _conversation(edition, people, strategies, dice)
            key = uuid5(NAMESPACE_URL, f"demo table {edition.year} {number}")
            log_gathering(talk, submission_key=key, by=by)
    logged = Gathering.objects.count() - before
    say(f"  {len(facts.EDITIONS)} editions, {logged} conversations")
    return logged


def _conversation(edition: Any, people: list[Stakeholder], strategies: dict[str, Strategy], dice: random.Random) -> Any:
    host, *seated = dice.sample(people, k=dice.randint(6, 9))
    guests = [
        Guest(person.first_name, _address(person) if number < 4 else "", person.zip)
        for number, person in enumerate(seated)
    ]
    prompts = list(edition.prompts.all())
    notes = {prompt.pk: "\n".join(dice.sample(said, k=2)) for prompt, said in zip(prompts, facts.NOTES, strict=True)}
    promises = [
        Promise(text, strategies[letter], who=number)
        for number, (letter, text) in enumerate(dice.sample(facts.COMMITMENTS, k=2))
    ]
    span = (edition.ends_on - edition.starts_on).days
    return Conversation(
        edition=edition,
        host=host,
        held_on=edition.starts_on + timedelta(days=dice.randint(0, span)),
        zip=host.zip or "28202",
        place=dice.choice(["a living room", "a church hall", "a library", "a school cafeteria", "a barber shop"]),
        attendance=len(guests) + 1 + dice.randint(0, 2),
        guests=guests,
        notes=notes,
        promises=promises,
    )


def _address(person: Stakeholder) -> str:
    return next(point.value for point in person.contact_points.all() if point.kind == "email")
