"""People and organisations: the list, the form; the page about one of them is in `person`."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from contacts.actions import (
    create_stakeholder,
    set_own_values,
    set_types,
    tag_stakeholders,
    untag_stakeholders,
    update_stakeholder,
)
from contacts.actions.addresses import add_contact_point, change_contact_point, make_primary, remove_contact_point
from contacts.admin import merging, person
from contacts.admin.filters import PEOPLE_FILTERS
from contacts.admin.forms import ContactPointForm, StakeholderForm
from contacts.admin.lists import QuickPaginator
from contacts.admin.merging import merge_chosen
from contacts.admin.own import changed_values, form_with, names_of
from contacts.admin.tagging import tag_many
from contacts.identity.current import current_id
from contacts.models import Affiliation, Consent, ContactPoint, CustomField, Stakeholder
from crm.admin.exports import ExportedList
from crm.forms import Picker, RowForm

DASH = "–"


class ContactPointInline(TabularInline):
    """How to reach them."""

    model = ContactPoint
    form = ContactPointForm
    fields = ["kind", "value", "label", "status", "main"]
    extra = 0
    verbose_name = _("address or number")
    verbose_name_plural = _("addresses and numbers")


class AffiliationInline(TabularInline):
    """The organisations a person belongs to."""

    model = Affiliation
    fk_name = "person"
    form = RowForm
    fields = ["organisation", "role", "started_on", "ended_on"]
    autocomplete_fields = ["organisation"]
    extra = 0
    verbose_name = _("organisation they belong to")
    verbose_name_plural = _("organisations they belong to")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The other side is looked for by its name."""
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = Picker(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class MemberInline(AffiliationInline):
    """The people who belong to an organisation."""

    fk_name = "organisation"
    fields = ["person", "role", "started_on", "ended_on"]
    autocomplete_fields = ["person"]
    verbose_name = _("person who belongs to it")
    verbose_name_plural = _("people who belong to it")


def _own_fields(request: HttpRequest) -> list[CustomField]:
    """The fields of our own, asked once for each visit."""
    if not hasattr(request, "own_fields"):
        request.own_fields = list(CustomField.objects.all())  # type: ignore[attr-defined]
    return request.own_fields  # type: ignore[attr-defined]


@admin.register(Stakeholder)
class StakeholderAdmin(ExportedList):
    """The book."""

    when_empty = _(
        "The people and organisations you know. They come from partners’ files and from the page on which"
        " members join; or add one by hand."
    )
    form = StakeholderForm
    list_display = ["shown_name", "shown_types", "email", "zip", "shown_topics", "source"]
    list_filter = PEOPLE_FILTERS
    list_filter_submit = True
    list_per_page = 50
    list_fullwidth = True
    search_fields = ["search"]
    search_help_text = _("A part of a name, an address or a number; several words narrow it down.")
    show_full_result_count = False
    paginator = QuickPaginator
    actions = [tag_many, merge_chosen]
    fieldsets = [
        (
            None,
            {"fields": [("kind", "name"), ("first_name", "last_name"), ("language", "zip"), "its_types", "its_tags"]},
        ),
        (_("More"), {"fields": ["source", "notes"]}),
    ]
    export_key = "people"

    # ── the list ─────────────────────────────────────────────────────────────

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stakeholder]:
        """Whom this user may see."""
        return Stakeholder.objects.visible_to(request.user)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read what the rows of one page show in one query a table."""
        changelist = super().get_changelist_instance(request)
        given = Consent.objects.filter(state="given").select_related("topic")
        emails = ContactPoint.objects.emails().order_by("-is_primary", "pk")
        changelist.result_list = changelist.result_list.prefetch_related(
            "types", Prefetch("contact_points", emails, "emails"), Prefetch("consents", given, "agreed")
        )
        return changelist

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Every word must stand in the name, an address or a number."""
        return queryset.search(search_term), False

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, person: Stakeholder) -> str:
        """The name, with a sign for organisations."""
        icon = "apartment" if person.kind == Stakeholder.Kind.ORGANISATION else "person"
        return format_html(
            '<span class="person-name"><span class="material-symbols-outlined" title="{}" aria-hidden="true">{}</span>'
            "{}</span>",
            person.get_kind_display(),
            icon,
            person.name,
        )

    @admin.display(description=_("types"))
    def shown_types(self, person: Stakeholder) -> str:
        """The types."""
        return ", ".join(map(str, person.types.all())) or DASH

    @admin.display(description=_("e-mail"))
    def email(self, person: Stakeholder) -> str:
        """The main address, and what is wrong with it."""
        if not person.emails:  # type: ignore[attr-defined]
            return DASH
        point = person.emails[0]  # type: ignore[attr-defined]
        if point.status == ContactPoint.Status.VALID:
            return point.value
        return format_html("{} <small>({})</small>", point.value, point.get_status_display())

    @admin.display(description=_("topics they agreed to"))
    def shown_topics(self, person: Stakeholder) -> str:
        """The topics whose latest word is yes."""
        topics = [(consent.topic,) for consent in person.agreed]  # type: ignore[attr-defined]
        return format_html_join("", '<span class="person-chip">{}</span>', topics) or DASH

    # ── the form ─────────────────────────────────────────────────────────────

    def get_fieldsets(self, request: HttpRequest, obj: Stakeholder | None = None) -> Any:
        """Fields of our own stand before what is rarely needed."""
        who, more = super().get_fieldsets(request, obj)
        own = names_of(_own_fields(request))
        return [who, (_("Fields of our own"), {"fields": own}), more] if own else [who, more]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form with the fields of our own that there are now."""
        return super().get_form(request, obj, change, **{"form": form_with(_own_fields(request)), **kwargs})

    def get_inlines(self, request: HttpRequest, obj: Stakeholder | None) -> list:
        """Addresses for everyone; organisations for a person, people for an organisation."""
        if obj is None:
            return [ContactPointInline]
        return [ContactPointInline, MemberInline if obj.kind == Stakeholder.Kind.ORGANISATION else AffiliationInline]

    def save_model(self, request: HttpRequest, obj: Stakeholder, form: Any, change: bool) -> None:
        """Save through the verbs."""
        facts = {field: form.cleaned_data[field] for field in StakeholderForm.Meta.fields}
        if not change:
            created = create_stakeholder(by=request.user, **facts)
            obj.pk, obj._state.adding = created.pk, False
            saved = created
        else:
            saved = Stakeholder.objects.get(pk=obj.pk)
            changed = {field: value for field, value in facts.items() if field in form.changed_data}
            update_stakeholder(saved, by=request.user, **changed)
        if own := changed_values(form):
            set_own_values(saved, own, by=request.user)
        if "its_types" in form.changed_data:
            set_types(saved, form.cleaned_data["its_types"], by=request.user)
        if "its_tags" in form.changed_data:
            self._save_tags(saved, form, request.user)

    def _save_tags(self, saved: Stakeholder, form: Any, by: Any) -> None:
        for tag in saved.tags.all():
            if tag.name.lower() in form.tags_taken_off:
                untag_stakeholders([saved.pk], tag, by=by)
        tag_stakeholders([saved.pk], form.cleaned_data["its_tags"], by=by)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Addresses are saved through their verbs; affiliations are plain rows."""
        if formset.model is not ContactPoint:
            formset.save()
            return
        formset.save(commit=False)
        for point in formset.deleted_objects:
            remove_contact_point(point, by=request.user)
        kept = [row for row in formset.forms if row.has_changed() and row not in formset.deleted_forms]
        for row in kept:
            self._save_point(row, form.instance, request.user)
        formset.new_objects, formset.changed_objects = [], []

    def _save_point(self, row: Any, owner: Stakeholder, by: Any) -> None:
        facts = {field: row.cleaned_data[field] for field in ("kind", "value", "label", "status")}
        if row.instance.pk:
            point = ContactPoint.objects.get(pk=row.instance.pk)
            change_contact_point(point, by=by, **facts)
        else:
            status = facts.pop("status")
            point = add_contact_point(owner, **facts, by=by)
            change_contact_point(point, by=by, status=status)
        if row.cleaned_data["main"]:
            make_primary(point, by=by)

    def response_change(self, request: HttpRequest, obj: Stakeholder) -> HttpResponse:
        """After saving, back to the page about them."""
        if "_continue" in request.POST:
            return HttpResponseRedirect(reverse("admin:contacts_stakeholder_edit", args=[obj.pk]))
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(self.page_url(obj.pk))

    def response_add(
        self, request: HttpRequest, obj: Stakeholder, post_url_continue: str | None = None
    ) -> HttpResponse:
        """After adding, to the page about them, unless a pop-up or a further one was asked for."""
        if {"_addanother", "_popup"} & request.POST.keys():
            return super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(self.page_url(obj.pk))

    def page_url(self, pk: int) -> str:
        """The page about a stakeholder."""
        return reverse("admin:contacts_stakeholder_change", args=[pk])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted by a list: leaving the book is an erasure, on the page about them."""
        return False

    # ── the page about one of them ───────────────────────────────────────────

    def get_urls(self) -> list:
        """The page, what can be done on it, and the form behind “Edit”."""
        doors = [
            path(f"<int:pk>/{route}/", self.admin_site.admin_view(view), name=f"contacts_stakeholder_{name}")
            for route, name, view in person.DOORS
        ] + [
            path(f"{route}/", self.admin_site.admin_view(view), name=f"contacts_stakeholder_{name}")
            for route, name, view in merging.DOORS
        ]
        edit = path(
            "<path:object_id>/edit/", self.admin_site.admin_view(self.edit_view), name="contacts_stakeholder_edit"
        )
        return [*doors, edit, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """What is known about somebody: reading first, the form is one click away."""
        return person.page_view(request, object_id)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The form; of somebody who was merged, the page of who they are now."""
        if request.user.has_perm("contacts.change_stakeholder") and person.has_moved(object_id):
            return HttpResponseRedirect(self.page_url(current_id(int(object_id))))
        return super().change_view(request, object_id)

    class Media:
        css = {"all": ["contacts/person.css"]}
