"""The rows behind a list of the back office: its search and filters, asked again by a worker."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.translation import gettext as _

from crm.exports.registry import NotExportable, Question
from crm.models import User


def rows_of(model: type[Model], user: User, question: Question) -> QuerySet:
    """What `user` may see of a list: `{"ids": […]}` of it, or all that its address `{"list": "q=…"}` shows."""
    office = admin.site.get_model_admin(model)
    asked = QueryDict(question.get("list", ""))
    request = RequestFactory().get("/", asked)
    request.user = user
    if "ids" in question:
        return office.get_queryset(request).filter(pk__in=question["ids"])
    try:
        return office.get_changelist_instance(request).get_queryset(request)
    except IncorrectLookupParameters as error:
        raise NotExportable(_("The filters of this list cannot be read any more. Choose them anew.")) from error


def list_in_words(title: object, question: Question) -> str:
    """The list as history names it: how it was narrowed, never by which words."""
    if "ids" in question:
        return _("%(title)s: %(count)d chosen by hand") % {"title": title, "count": len(question["ids"])}
    if any(value for value in QueryDict(question.get("list", "")).values()):
        return _("%(title)s: a part found by search or filters") % {"title": title}
    return _("%(title)s: all") % {"title": title}
