"""Launch a newsletter from the command line."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.actions.launch import launch_campaign
from campaigns.models import Campaign
from crm.errors import Refused


class Command(BaseCommand):
    """Freezes the audience and lets the workers start."""

    help = "Launch a newsletter: freeze its audience and content and let the workers send it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The newsletter's number, and `--json`."""
        parser.add_argument("campaign", type=int, help="number of the newsletter, as in its address in the back office")
        parser.add_argument("--json", action="store_true", help="print what was launched as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Launch it or say why not."""
        campaign = Campaign.objects.filter(pk=options["campaign"]).first()
        if campaign is None:
            raise CommandError(f"There is no newsletter {options['campaign']}.")
        try:
            launched = launch_campaign(campaign, by=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            facts = {"campaign": launched.pk, "audience": launched.audience_size, "left_out": launched.left_out}
            self.stdout.write(json.dumps(facts))
        self.stderr.write(f"Newsletter {launched.pk} is on its way to {launched.audience_size} people.")
