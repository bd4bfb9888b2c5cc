"""What lies in a Maildir, before and after it was read."""

from pathlib import Path

from campaigns.actions.bounces import Turn


def put(folder: Path, *mails: bytes) -> None:
    """Mails arrive, in this order."""
    for number, raw in enumerate(mails):
        (folder / "new" / f"{100 + number}.M1.host").write_bytes(raw)


def lying(folder: Path) -> dict[str, int]:
    """How many mails lie in each part of a Maildir that has any."""
    parts = {str(file.parent.relative_to(folder)) for file in folder.rglob("*.host*")}
    return {part: len(list((folder / part).iterdir())) for part in sorted(parts)}


def outcomes(turn: Turn | None) -> dict[str, int]:
    """What a turn came to."""
    assert turn is not None
    return dict(turn.counts)
