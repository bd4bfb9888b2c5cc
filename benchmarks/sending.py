"""How fast newsletters leave: our engine with its whole ledger against Django's own loop, same content, same sink.

python -m benchmarks.sending [--messages 20000]
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django

LINKS = 27
PARAGRAPH = "Access to opportunity follows the zip code where one lives; neighbors change that together. "


def content() -> tuple[str, str]:
    """About 28 KB of HTML and 4 KB of text, a personal link in every paragraph."""
    block = '<p style="margin:0 0 16px;font:16px/1.5 sans-serif">{}<a href="{{{{ unsubscribe_url }}}}">more</a></p>\n'
    html = "<h1>Hello {{ first_name|friend }}</h1>\n" + block.format(PARAGRAPH * 10) * LINKS
    text = "Hello {{ first_name|friend }}\n\n" + (PARAGRAPH * 2 + "\n") * 20 + "{{ unsubscribe_url }}\n"
    return html, text


@contextmanager
def sink() -> Iterator[int]:
    """The counting mail server in a process of its own; gives its port."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def engine(messages: int) -> float:
    """Messages a second of the whole engine: claims, intents, consent asked again, wire, outcomes."""
    from campaigns.sending.worker import work
    from crm.transport import current_transport
    from tests.campaigns.ledger import launched, states

    html, text = content()
    campaign = launched(messages, html=html, text=text)
    started = time.perf_counter()
    work(campaign.pk, seconds=600)
    seconds = time.perf_counter() - started
    current_transport().close()
    assert states(campaign) == {"accepted": messages}, states(campaign)
    return messages / seconds


def djangos_loop(messages: int) -> float:
    """Messages a second of `EmailMultiAlternatives` over one kept connection, and no ledger at all."""
    from django.core.mail import EmailMultiAlternatives, get_connection
    from django.template import Context, Template

    html, text = (Template(part.replace("|friend", "")) for part in content())
    started = time.perf_counter()
    with get_connection("django.core.mail.backends.smtp.EmailBackend") as connection:
        for number in range(messages):
            values = Context({"first_name": f"Person{number}", "unsubscribe_url": f"https://example.org/{number}"})
            mail = EmailMultiAlternatives("News", text.render(values), to=[f"p{number}@example.org"])
            mail.attach_alternative(html.render(values), "text/html")
            connection.send_messages([mail])
    return messages / (time.perf_counter() - started)


def main() -> None:
    """Measure both in one run and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    messages = parser.parse_args().messages
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.bench"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with sink() as port:
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            plain = djangos_loop(max(200, messages // 20))
            ours = engine(messages)
    finally:
        teardown_databases(databases, verbosity=0)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"Django's loop, no ledger      {plain:9,.0f} messages/s")
    print(f"the engine, whole ledger      {ours:9,.0f} messages/s   {ours / plain:.1f} times   {memory} MB")


if __name__ == "__main__":
    main()
