"""The demo's newsletter: a segment, a campaign in two languages, and its way into the mailbox."""

import time
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command

from campaigns.actions.launch import launch_campaign
from campaigns.models import Campaign
from contacts.models import Segment, Topic
from contacts.segments.actions import save_segment
from crm.models import User

NAME = "Autumn letter to our neighbors"
SEGMENT = "Neighbors in Charlotte"
DEFINITION: dict[str, Any] = {
    "all": [
        {"criterion": "topic", "op": "any_of", "value": ["newsletter"]},
        {"not": {"criterion": "zip", "op": "any_of", "value": ["28031", "28036", "28078"]}},
    ]
}


def blocks(event_id: int) -> list[dict[str, Any]]:
    """The letter, in English and Spanish."""
    return [
        {
            "kind": "heading",
            "text": {"en": "A seat at the table for everyone", "es": "Un lugar en la mesa para cada persona"},
        },
        {
            "kind": "text",
            "text": {
                "en": (
                    "Dear {{ first_name|neighbor }},\n\nthis autumn our tables are open again. **Come and bring "
                    "someone you do not know yet**: a child’s chances should not depend on a zip code."
                ),
                "es": (
                    "Hola, {{ first_name|vecina o vecino }}:\n\neste otoño nuestras mesas vuelven a abrirse. **Venga y "
                    "traiga a alguien que aún no conoce**: el futuro de la niñez no debe depender de un código postal."
                ),
            },
        },
        {"kind": "event", "event": event_id},
        {"kind": "divider"},
        {
            "kind": "text",
            "text": {
                "en": "Thank you to everyone who hosted, cooked, listened and took notes.",
                "es": "Gracias a quienes abrieron su casa, cocinaron, escucharon y tomaron notas.",
            },
        },
    ]


def write_letter(event_id: int, by: User) -> Campaign:
    """Save the segment and the campaign; a second call finds them again."""
    segment = Segment.objects.filter(name=SEGMENT).first() or save_segment(name=SEGMENT, definition=DEFINITION, by=by)
    campaign, _created = Campaign.objects.get_or_create(
        name=NAME,
        defaults={
            "topic": Topic.objects.get(slug="newsletter"),
            "subject": "Our tables are open again",
            "subject_es": "Nuestras mesas vuelven a abrirse",
            "preheader": "Two dates for your calendar, and a thank you",
            "preheader_es": "Dos fechas para su calendario, y un agradecimiento",
            "blocks": blocks(event_id),
            "created_by": by,
        },
    )
    campaign.include.add(segment)
    return campaign


def send_letter(campaign: Campaign, say: Callable[[str], None], *, worker: bool, by: User) -> int:
    """Launch the campaign and wait until it is out; without a worker it is sent right here. Gives the accepted."""
    if campaign.state == Campaign.State.DRAFT:
        launch_campaign(campaign, by=by)
    if not worker:
        call_command("pump", once=True, stdout=StringIO(), stderr=StringIO())
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        campaign.refresh_from_db()
        if campaign.state != Campaign.State.SENDING:
            break
        time.sleep(0.5)
    accepted = campaign.deliveries.filter(state="accepted").count()
    say(f"  {accepted} of {campaign.audience_size} mails are in the mailbox; the newsletter is {campaign.state}")
    return accepted
