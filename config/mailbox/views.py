"""The mailbox's pages: what would have reached people, as they would have seen it."""

from email.message import EmailMessage

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.mailbox.store import MailFolder, NoSuchMail
from crm.doors import back_office, page

PAGE = 50
HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe")
HEADERS_ALSO = ("List-Unsubscribe-Post", "Return-Path", "Delivered-To")


def _folder() -> MailFolder:
    """The mailbox, where mails land in one; elsewhere the page does not exist."""
    if not settings.LOCAL_MAILBOX:
        raise Http404
    return MailFolder(settings.MAILBOX_FOLDER)


def _mail(key: str) -> EmailMessage:
    try:
        return _folder().open(key)
    except NoSuchMail as error:
        raise Http404 from error


@back_office("crm.view_outboxmail")
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Every mail, newest first, fifty a page; `q` looks in recipients and subjects."""
    words = request.GET.get("q", "")
    found = Paginator(_folder().search(words), PAGE).get_page(request.GET.get("p"))
    return page(request, "mailbox/mails.html", {"title": _("Mailbox"), "mails": found, "words": words})


@back_office("crm.view_outboxmail")
@require_safe
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail: as HTML in a sandboxed frame, as text, its headers and what is attached."""
    found = _mail(key)
    html, text = found.get_body(("html",)), found.get_body(("plain",))
    context = {
        "title": found.get("Subject", "") or _("No subject"),
        "key": key,
        "html": html.get_content() if html else "",
        "text": text.get_content() if text else "",
        "headers": [(name, value) for name in HEADERS + HEADERS_ALSO for value in found.get_all(name, [])],
        "attachments": [part.get_filename() or part.get_content_type() for part in found.iter_attachments()],
    }
    return page(request, "mailbox/mail.html", context)


@back_office("crm.view_outboxmail")
@require_safe
def attachment(_request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One attached file, always as a download."""
    parts = list(_mail(key).iter_attachments())
    if number >= len(parts):
        raise Http404
    content = parts[number].get_payload(decode=True) or b""
    answer = HttpResponse(content, content_type="application/octet-stream")
    name = (parts[number].get_filename() or "attachment").replace('"', "").replace("\\", "")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name.encode("ascii", "replace").decode()}"'
    return answer
