#!/usr/bin/env python
"""The operator's door: `python manage.py help` lists every command."""

import os
import sys


def main() -> None:
    """Run one management command with the local settings unless told otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        if settings.configured:
            raise
        sys.exit(str(wrong))  # a sentence about the environment, for which no line of code need be shown


if __name__ == "__main__":
    main()
