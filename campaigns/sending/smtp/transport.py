"""The SMTP transport: a pool of sessions with the server of Django's mail settings."""

import smtplib
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.core.mail.utils import DNS_NAME
from django.utils.translation import gettext as _

from campaigns.sending.limits import limits
from campaigns.sending.smtp.crew import Crew
from campaigns.sending.smtp.pool import Pool
from campaigns.sending.smtp.session import Session
from crm.transport import Message, Outcome, TransportDown, TransportRefuses


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, and how to sign in."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    @classmethod
    def from_settings(cls) -> "Server":
        """The server of the `EMAIL_*` settings."""
        return cls(
            settings.EMAIL_HOST,
            int(settings.EMAIL_PORT),
            settings.EMAIL_HOST_USER or "",
            settings.EMAIL_HOST_PASSWORD or "",
            settings.EMAIL_USE_TLS,
            settings.EMAIL_USE_SSL,
        )


def connect(server: Server) -> Session:
    """A signed-in session; TransportDown when trying later may help, TransportRefuses when only a person can."""
    smtp = _new_client(server)
    try:
        smtp.connect(server.host, server.port)
        smtp.ehlo_or_helo_if_needed()
        if server.starttls:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)
    except (OSError, smtplib.SMTPException) as error:
        smtp.close()
        raise _explain(error) from error
    return Session(smtp)


def _new_client(server: Server) -> smtplib.SMTP:
    if server.tls:
        context = ssl.create_default_context()
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            local_hostname=str(DNS_NAME), timeout=limits().connect_timeout, context=context
        )
    else:
        client = smtplib.SMTP(local_hostname=str(DNS_NAME), timeout=limits().connect_timeout)
    client._host = server.host  # type: ignore[attr-defined]  # what TLS checks the certificate against
    return client


def _explain(error: Exception) -> TransportDown | TransportRefuses:
    """A refused sign-in or certificate needs a person; anything else may pass by itself."""
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        why = _("The mail server did not accept our user name or password (%(code)s).")
        return TransportRefuses(why % {"code": error.smtp_code})
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return TransportRefuses(_("The mail server does not offer the sign-in or the encryption that we ask for."))
    if isinstance(error, ssl.SSLCertVerificationError):
        why = _("The mail server's certificate does not prove that it is %(host)s (%(detail)s).")
        return TransportRefuses(why % {"host": settings.EMAIL_HOST, "detail": error.verify_message})
    return TransportDown(f"no connection to the mail server ({type(error).__name__})")


class SmtpTransport:
    """Sends over pooled, reused SMTP connections."""

    def __init__(self, server: Server | None = None) -> None:
        self.pool = Pool(partial(connect, server or Server.from_settings()))

    def open(self) -> None:
        """Make sure that a connection stands."""
        self.pool.give(self.pool.take())

    def send(self, messages: Iterable[Message]) -> Iterator[tuple[Message, Outcome]]:
        """Send over as many sessions as are worth it, answering for each message as soon as it is known."""
        crew = Crew(self.pool, messages)
        try:
            yield from crew.run()
        finally:
            crew.close()

    def close(self) -> None:
        """Let go of every connection."""
        self.pool.close()
