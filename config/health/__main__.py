"""`python -m config.health [part …] [--queue NAME]`, for containers: status 1 when an answer is not ok."""

import argparse
import json
import sys

import django


def main() -> int:
    """Ask the named parts, or all of them, and print the answers as JSON."""
    django.setup()
    from config.health.questions import QUESTIONS, pulse_of

    arguments = argparse.ArgumentParser(description="Whether the house is well.")
    arguments.add_argument("parts", nargs="*", metavar="part", help=f"some of: {', '.join(QUESTIONS)}")
    arguments.add_argument("--queue", help="only whether this queue has a worker")
    chosen = arguments.parse_args()
    if unknown := set(chosen.parts) - set(QUESTIONS):
        arguments.error(f"there is no part called {', '.join(sorted(unknown))}")
    if chosen.queue:
        answers = {f"worker of {chosen.queue}": pulse_of([chosen.queue])}
    else:
        answers = {part: QUESTIONS[part]() for part in chosen.parts or QUESTIONS}
    sys.stdout.write(json.dumps(answers) + "\n")
    return 0 if set(answers.values()) == {"ok"} else 1


if __name__ == "__main__":
    sys.exit(main())
