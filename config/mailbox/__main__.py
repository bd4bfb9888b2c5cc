"""`python -m config.mailbox --port 8025 --folder var/mailbox`: the local mailbox until it is asked to stop."""

import argparse
import asyncio
from pathlib import Path

from config.mailbox.server import serve
from config.mailbox.store import MailFolder


def main() -> None:
    """Prepare the folder and serve."""
    arguments = argparse.ArgumentParser(description="Keep every mail in a folder.")
    arguments.add_argument("--port", type=int, default=8025)
    arguments.add_argument("--folder", type=Path, required=True)
    chosen = arguments.parse_args()
    folder = MailFolder(chosen.folder)
    folder.prepare()
    asyncio.run(serve(folder, chosen.port))


if __name__ == "__main__":
    main()
