"""The public site and its mails are whole in Spanish."""

import pytest

from config.messages import PUBLIC, ROOT, in_python, in_template, messages_in, unanswered
from contacts.actions import send_preferences_link, send_privacy_request
from contacts.actions.letters import send_already_member
from crm.models import OutboxMail
from crm.navigation import SITE

SPANISH = {"accept-language": "es-MX,es;q=0.9"}


def test_every_text_for_members_has_a_translation():
    missing = unanswered(messages_in(ROOT / name for name in PUBLIC))
    assert not missing, "Run `python -m config.messages` and translate: " + " · ".join(missing)


def test_every_link_of_the_site_has_a_translation():
    links = [(str(link.title), "", "") for link in SITE]
    assert unanswered(links) == []


def test_every_place_that_is_watched_exists():
    assert [name for name in PUBLIC if not (ROOT / name).exists()] == []


def test_it_reads_templates_and_python_as_django_does():
    template = '{% translate "Join" %} {% blocktranslate trimmed count n=n %}\n {{ n }} seat{% plural %}{{ n }} seats'
    found = list(in_template("{% load i18n %}" + template + '{% endblocktranslate %}{{ x|default:_("none") }}'))
    assert found == [("Join", "", ""), ("%(n)s seat", "%(n)s seats", ""), ("none", "", "")]
    assert list(in_python('label=_("First name")\nother("not this")')) == [("First name", "", "")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/", "El lugar donde crece un niño no debe decidir hasta dónde llega"),
        ("/", "WSOC informa sobre la movilidad social"),
        ("/", "Foro para reconectar con la oportunidad económica"),
        ("/news/", "miércoles 28 de agosto de 2019"),
        ("/strategies/", "Preparación para la universidad y la carrera"),
        ("/promise/", "Qué hacemos con sus datos"),
        ("/join/", "Historias, datos y lo que hace la Alianza"),
        ("/join/sent/", "Revise su correo"),
        ("/preferences/", "Enviarme un enlace nuevo"),
        ("/leave/nonsense/", "Este enlace no está completo"),
    ],
)
def test_pages_speak_spanish(client, forum, page, words):
    html = client.get(page, headers=SPANISH).content.decode()
    assert '<html lang="es">' in html
    assert words in html


@pytest.mark.django_db
def test_mistakes_are_explained_in_spanish(client, house):
    html = client.post("/join/", {"email": "x", "zip": "1"}, headers=SPANISH).content.decode()
    assert "No se perdió nada" in html
    assert "Un código postal tiene cinco dígitos" in html
    assert "Marque al menos un tema" in html
    assert "Díganos su nombre" in html


@pytest.mark.django_db
def test_mails_speak_the_language_of_the_member(ana, house):
    ana.language = "es"
    ana.save()
    send_preferences_link("ana@example.org")
    send_already_member(ana, "ana@example.org", "es")
    link, already = OutboxMail.objects.order_by("pk")
    assert (link.subject, already.subject) == (
        "Su enlace a lo que recibe",
        "Ya es parte de la Community Impact Alliance",
    )
    assert "¿No fue usted?" in link.text
    assert '<html lang="es">' in already.html


@pytest.mark.django_db
def test_staff_are_written_to_in_the_language_of_the_house(ana, house):
    ana.language = "es"
    ana.save()
    assert send_privacy_request(ana, "data").subject == "A member asks for their data"
