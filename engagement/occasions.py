"""Events as occasions of imports: the people of a file are registered, marked as come, or taken off, in sets.

The rules are those of the actions: nobody is registered twice, seats are counted under the lock of the event, who
does not fit waits if there is a waitlist, and somebody who gave the seat back here is not put in again by a file
unless they came. Nobody gets a mail: they registered elsewhere.
"""

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.imports.occasions import OCCASIONS, Crowd, Landing
from engagement.actions.registrations import fill_free_seats, free_seats, lock_event
from engagement.models import Event
from engagement.signals import announce, attendance_marked, registration_made

MOST, FEW = 100, 10
"""Events that are offered in a list, and in a sentence; older ones are known by number or short name only."""

MARK = """
WITH moving AS (
    SELECT p.line, r.id, CASE p.state WHEN 'cancelled' THEN 'cancelled' WHEN 'no_show' THEN 'no_show'
            ELSE 'attended' END AS state,
        count(*) FILTER (WHERE p.state = 'attended' AND r.state NOT IN ('registered', 'attended'))
            OVER (ORDER BY p.line) AS place
    FROM presence p JOIN engagement_registration r ON r.stakeholder_id = p.stakeholder_id AND r.event_id = %(event)s
    WHERE p.state = 'attended' AND r.state <> 'attended'
       OR p.state = 'no_show' AND r.state = 'registered' AND %(over)s
       OR p.state = 'cancelled' AND r.state IN ('registered', 'waitlisted') AND r.source LIKE 'import %%'
), made AS (
    UPDATE engagement_registration r SET state = m.state, changes = r.changes + 1, changed_at = now()
    FROM moving m WHERE m.id = r.id
        AND (m.state <> 'attended' OR r.state = 'registered' OR %(free)s::int IS NULL OR m.place <= %(free)s::int)
    RETURNING m.line, r.id, r.stakeholder_id, old.state AS was, new.state AS now
), told AS (
    INSERT INTO noted (line, what, item) SELECT line, 'occasion', jsonb_build_array(id, was, now) FROM made
)
SELECT id, stakeholder_id, now FROM made ORDER BY id
"""
"""People who are registered already. Only an import takes back what an import made."""

REGISTER = """
WITH wanted AS (
    SELECT p.*, count(*) FILTER (WHERE p.state <> 'no_show') OVER (ORDER BY p.state = 'registered', p.line) AS place
    FROM presence p WHERE p.state <> 'cancelled' AND NOT EXISTS (
        SELECT FROM engagement_registration r WHERE r.event_id = %(event)s AND r.stakeholder_id = p.stakeholder_id)
), made AS (
    INSERT INTO engagement_registration
        (event_id, stakeholder_id, state, language, source, changes, registered_at, changed_at)
    SELECT %(event)s, stakeholder_id,
        CASE WHEN state = 'no_show' OR %(free)s::int IS NULL OR place <= %(free)s::int THEN state
            ELSE 'waitlisted' END,
        language, %(source)s, 0, %(at)s, now()
    FROM wanted WHERE state = 'no_show' OR %(free)s::int IS NULL OR place <= %(free)s::int OR %(waitlist)s
    ORDER BY line RETURNING id, stakeholder_id, state
), told AS (
    INSERT INTO noted (line, what, item)
    SELECT w.line, 'occasion', jsonb_build_array(m.id, NULL, m.state) FROM made m JOIN wanted w USING (stakeholder_id)
)
SELECT id, stakeholder_id, state FROM made ORDER BY id
"""
"""People who are not. Those who came are seated before those who only registered."""

WANTING = """
SELECT count(*), count(*) FILTER (WHERE CASE WHEN r.id IS NULL THEN e.state IN ('registered', 'attended')
        ELSE e.state = 'attended' AND r.state NOT IN ('registered', 'attended') END),
    count(*) FILTER (WHERE e.state = 'no_show' AND r.state = 'registered' AND %(over)s
        OR e.state = 'cancelled' AND r.state = 'registered' AND r.source LIKE 'import %%')
FROM expected e
LEFT JOIN engagement_registration r ON r.stakeholder_id = e.stakeholder_id AND r.event_id = %(event)s
"""
"""By the rules of MARK and REGISTER: of whom a file says something, who would need a seat, whose would fall free."""

REMOVE = """
DELETE FROM engagement_registration r USING landed l
WHERE r.id = l.id AND l.was IS NULL AND r.state = l.now AND (r.changes = 0 OR NOT EXISTS (
    SELECT FROM engagement_registrationevent e LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id
    WHERE e.pgh_obj_id = r.id AND e.pgh_label = 'update'
        AND coalesce(c.metadata ->> 'source', '') NOT LIKE 'import %%'))
RETURNING r.id, r.event_id
"""
"""What files wrote and took back again is no change by hand."""
RESTORE = """
UPDATE engagement_registration r SET state = l.was, changes = r.changes + 1, changed_at = now()
FROM landed l WHERE r.id = l.id AND l.was IS NOT NULL AND r.state = l.now RETURNING r.id, r.event_id
"""
REMAINS = """
INSERT INTO remains (line, id, reason)
SELECT l.line, r.stakeholder_id, 'engagement.Registration.stakeholder'
FROM landed l JOIN engagement_registration r USING (id) WHERE l.id <> ALL(%s)
"""
LOCKED = """
SELECT e.id FROM engagement_event e WHERE e.id IN (
    SELECT r.event_id FROM engagement_registration r JOIN landed l USING (id)) ORDER BY e.id FOR NO KEY UPDATE
"""


class Events:
    """Forums, workshops, trainings and conversation days as what a file can be about."""

    def choices(self) -> list[tuple[int, str]]:
        """The latest events with their day."""
        return [(event.pk, _called(event)) for event in Event.objects.order_by("-starts_at")[:MOST]]

    def short_names(self) -> list[tuple[int, str]]:
        """The latest events as their addresses name them."""
        return list(Event.objects.order_by("-starts_at").values_list("pk", "slug")[:FEW])

    def number_of(self, text: str) -> int | None:
        """The event of this number, else of this short name."""
        named = Event.objects.filter(pk=int(text)) if text.isascii() and text.isdigit() else Event.objects.none()
        return (named.first() or Event.objects.filter(slug=text).first() or Event()).pk

    def name_of(self, number: int) -> str:
        """The title and the day of an event, empty when it is gone."""
        event = Event.objects.filter(pk=number).first()
        return _called(event) if event else ""

    def crowd(self, number: int) -> Crowd | None:
        """How many of the people of a file would need a seat, and how many are free."""
        event = Event.objects.filter(pk=number).first()
        if event is None:
            return None
        [(said, wanting, freed)] = _answers(WANTING, {"event": event.pk, "over": event.is_over})
        free = free_seats(event)
        return Crowd(said, wanting, None if free is None else free + freed, event.waitlist)

    def land(self, landing: Landing) -> None:
        """Mark those who are registered, register the others; an event that is gone takes nobody."""
        if not Event.objects.filter(pk=landing.number).exists():
            return
        event = lock_event(Event(pk=landing.number))
        facts = {"event": event.pk, "source": landing.source, "over": event.is_over, "waitlist": event.waitlist}
        facts["at"] = min(landing.received, event.starts_at)
        marked = _answers(MARK, {**facts, "free": free_seats(event)})
        made = _answers(REGISTER, {**facts, "free": free_seats(event)})
        for number, person, state in marked:
            announce(attendance_marked, registration_id=number, event_id=event.pk, stakeholder_id=person, state=state)
        for number, person, state in [] if event.is_over else made:
            announce(registration_made, registration_id=number, event_id=event.pk, stakeholder_id=person, state=state)

    def take_back(self) -> int:
        """Remove registrations the import made and give back states it changed; seats that fall free are filled."""
        _answers(LOCKED, {})
        done = [*_answers(REMOVE, {}), *_answers(RESTORE, {})]
        with connection.cursor() as cursor:
            cursor.execute(REMAINS, [[number for number, _event in done]])
        for event in Event.objects.filter(pk__in={event for _number, event in done}, ends_at__gt=timezone.now()):
            fill_free_seats(event)
        return len(done)


def _called(event: Event) -> str:
    return _("%(title)s, %(day)s") % {
        "title": event.title,
        "day": date_format(timezone.localtime(event.starts_at), "DATE_FORMAT"),
    }


def _answers(query: str, facts: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, facts)
        return cursor.fetchall()


OCCASIONS.add("engagement.event", Events())
