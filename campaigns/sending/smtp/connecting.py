"""Connecting: encryption and sign-in, and what it means when they fail."""

import smtplib
import socket
import ssl

from django.core.mail.utils import DNS_NAME
from django.utils.translation import gettext as _

from campaigns.sending.limits import limits
from campaigns.sending.smtp.servers import Server
from crm.transport import TransportDown, TransportRefuses

CLOSING = 421


class WantsRest(TransportDown):
    """The server asks to be left alone for a while (421)."""


class _Silent(Exception):
    """Somebody took the connection and did not greet."""


def connect(server: Server) -> smtplib.SMTP:
    """A signed-in client; TransportDown when trying later may help, TransportRefuses when only a person can."""
    smtp = _new_client(server)
    try:
        _be_greeted(smtp, server)
        smtp.ehlo_or_helo_if_needed()
        if server.starttls:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)
    except (TransportDown, TransportRefuses):
        smtp.close()
        raise
    except (OSError, smtplib.SMTPException, _Silent) as error:
        smtp.close()
        raise _explain(error, server) from error
    return smtp


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


def _be_greeted(smtp: smtplib.SMTP, server: Server) -> None:
    try:
        code, words = smtp.connect(server.host, server.port)
    except smtplib.SMTPServerDisconnected as error:
        raise _Silent from error
    if code == 220:
        return
    said = f"{code} {words.decode('utf-8', 'replace')}".replace("\n", " ")[:120]
    if code == CLOSING:
        raise WantsRest(f"the mail server wants a rest ({said})")
    if code >= 500:
        raise TransportRefuses(_("The mail server does not let us in (%(words)s).") % {"words": said})
    raise TransportDown(f"the mail server is not ready ({said})")


def _explain(error: Exception, server: Server) -> TransportDown | TransportRefuses:
    """A refused sign-in, certificate or kind of line needs a person; anything else may pass by itself."""
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        why = _("The mail server did not accept our user name or password (%(code)s).")
        return TransportRefuses(why % {"code": error.smtp_code})
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return TransportRefuses(_("The mail server does not offer the sign-in or the encryption that we ask for."))
    if isinstance(error, ssl.SSLCertVerificationError):
        why = _("The mail server's certificate does not prove that it is %(host)s (%(detail)s).")
        return TransportRefuses(why % {"host": server.host, "detail": error.verify_message})
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == CLOSING:
        return WantsRest("the mail server wants a rest (421)")
    return _mismatch(error, server) or TransportDown(f"no connection to the mail server ({_kind(error)})")


def _kind(error: Exception) -> str:
    return "no greeting" if isinstance(error, _Silent) else type(error).__name__


def _mismatch(error: Exception, server: Server) -> TransportRefuses | None:
    """Whether we began encrypted where it begins plainly, or the other way; found out by beginning as it would."""
    where = {"host": server.host, "port": server.port}
    if server.tls and isinstance(error, ssl.SSLError) and _greets_plainly(server):
        why = _(
            "Port %(port)s of %(host)s does not begin encrypted, as smtp+ssl:// asks for. "
            "Write smtp+tls:// or another port into EMAIL_URL or MAIL_SERVERS, then go on."
        )
        return TransportRefuses(why % where)
    if not server.tls and isinstance(error, _Silent) and _begins_encrypted(server):
        why = _(
            "Port %(port)s of %(host)s is encrypted from the first byte. "
            "Write smtp+ssl:// or another port into EMAIL_URL or MAIL_SERVERS, then go on."
        )
        return TransportRefuses(why % where)
    return None


def _greets_plainly(server: Server) -> bool:
    try:
        with socket.create_connection((server.host, server.port), limits().connect_timeout) as line:
            return line.recv(3).isdigit()
    except OSError:
        return False


def _begins_encrypted(server: Server) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nothing is said on this line, so nobody need prove anything
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((server.host, server.port), limits().connect_timeout) as line,
            context.wrap_socket(line, server_hostname=server.host),
        ):
            return True
    except OSError:
        return False
