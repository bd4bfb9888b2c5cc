"""Single mails are written as three templates: `<name>.subject.txt`, `<name>.txt` and `<name>.html`."""

from typing import NamedTuple

from django.template import Context, Engine, loader
from django.utils import translation

from crm.links import public_url
from crm.models import Organisation


class Mail(NamedTuple):
    """What one mail says."""

    subject: str
    text: str
    html: str


def render_mail(template: str, language: str, context: dict) -> Mail:
    """The mail `template` (such as "contacts/mails/confirm") in `language`.

    Every mail also knows `organisation`, `home_url` and `language`.
    """
    everything = {
        "organisation": Organisation.load(),
        "home_url": public_url("/"),
        "language": language,
        **context,
    }
    with translation.override(language):
        subject = " ".join(_plain(f"{template}.subject.txt", everything).split())
        text = _plain(f"{template}.txt", everything).strip() + "\n"
        html = loader.render_to_string(f"{template}.html", everything)
    return Mail(subject, text, html)


def _plain(name: str, context: dict) -> str:
    """Plain text needs no HTML escapes: an ampersand in a name stays an ampersand."""
    return Engine.get_default().get_template(name).render(Context(context, autoescape=False))
