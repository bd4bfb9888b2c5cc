"""What the editor's script says, in the reader's language."""

from django.utils.translation import gettext as _


def editor_words() -> dict[str, str]:
    """Words of the editor by the names its script uses."""
    return {
        "bold": _("Bold"),
        "italics": _("Italics"),
        "link": _("Link"),
        "list": _("List"),
        "link_question": _("Where does the link lead?"),
        "link_words": _("words of the link"),
        "insert_field": _("Insert about the reader …"),
        "choose_event": _("Choose an event …"),
        "language": _("Language of the text"),
        "grip": _("Move: drag, or arrow keys"),
        "up": _("Move up"),
        "down": _("Move down"),
        "copy": _("Copy"),
        "remove": _("Remove"),
        "undo": _("Undo"),
        "removed": _("Block removed."),
        "back": _("Block is back."),
        "added": _("Added: %s"),
        "moved": _("Moved to place %s of %s"),
        "offline": _("The preview cannot be loaded now. What you wrote is still here."),
        "no_subject": _("(no subject yet)"),
        "ok": _("Done"),
        "bad": _("To do"),
        "note": _("Good to know"),
    }
