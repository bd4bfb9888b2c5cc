"""Topics, types and tags: the words people and messages are sorted by."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from contacts.models import Consent, CustomField, StakeholderType, Tag, Tagging, Topic, Typing


def counted(people: QuerySet, key: str, **condition: object) -> Coalesce:
    """How many rows of `people` point to the row at hand by `key`."""
    mine = people.filter(**{key: OuterRef("pk")}, **condition).order_by().values(key)
    return Coalesce(Subquery(mine.annotate(number=Count("pk")).values("number")), 0)


@admin.register(Topic)
class TopicAdmin(ModelAdmin):
    """What one can subscribe to."""

    list_display = ["name_en", "name_es", "people", "public", "order"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [("name_en", "name_es"), "description_en", "description_es", "slug", ("public", "order")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        """The topics with how many agreed."""
        return super().get_queryset(request).annotate(agreed=counted(Consent.objects.all(), "topic", state="given"))

    @admin.display(description=_("people who agreed"), ordering="agreed")
    def people(self, topic: Topic) -> int:
        """How many people agreed to it."""
        return topic.agreed  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> list[str]:
        """The short name stands in segments and imports: it stays once it is made."""
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Topic | None = None) -> dict:
        """The short name follows the first name only while it is made."""
        return {} if obj else dict(self.prepopulated_fields)


@admin.register(StakeholderType)
class StakeholderTypeAdmin(ModelAdmin):
    """What somebody is to the Alliance."""

    list_display = ["name_en", "name_es", "kind", "people", "order"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [("name_en", "name_es"), "slug", ("kind", "order")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StakeholderType]:
        """The types with how many are of each."""
        return super().get_queryset(request).annotate(number=counted(Typing.objects.all(), "type"))

    @admin.display(description=_("people and organisations"), ordering="number")
    def people(self, kind: StakeholderType) -> int:
        """How many are of this type."""
        return kind.number  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: StakeholderType | None = None) -> list[str]:
        """The short name stands in segments and imports: it stays once it is made."""
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: StakeholderType | None = None) -> dict:
        """The short name follows the first name only while it is made."""
        return {} if obj else dict(self.prepopulated_fields)


class CustomFieldForm(forms.ModelForm):
    """A field of our own; what can be chosen is written one to a line."""

    its_choices = forms.CharField(
        label=_("What can be chosen"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("One to a line; only for a field that is one of a list."),
    )

    class Meta:
        model = CustomField
        fields = ["name_en", "name_es", "slug", "kind", "order"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["its_choices"] = "\n".join(map(str, self.instance.choices))

    def clean_its_choices(self) -> list[str]:
        """Each choice once."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["its_choices"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def save(self, commit: bool = True) -> CustomField:
        """Keep the choices with the field."""
        self.instance.choices = self.cleaned_data["its_choices"]
        return super().save(commit)


@admin.register(CustomField)
class CustomFieldAdmin(ModelAdmin):
    """Fields of our own that people and organisations have."""

    when_empty = _(
        "Fields of your own keep what the book has no place for, such as a shirt size. Make one here or "
        "while you say what a file’s columns mean."
    )
    form = CustomFieldForm

    list_display = ["name_en", "name_es", "kind", "slug", "order"]
    prepopulated_fields = {"slug": ["name_en"]}
    fields = [("name_en", "name_es"), "slug", "kind", "its_choices", "order"]

    def get_readonly_fields(self, request: HttpRequest, obj: CustomField | None = None) -> list[str]:
        """Values stand in the book under the short name, and as what the field is: both stay."""
        return ["slug", "kind"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: CustomField | None = None) -> dict:
        """The short name follows the first name only while it is made."""
        return {} if obj else dict(self.prepopulated_fields)


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    """Words staff put on people."""

    when_empty = _(
        "Tags are words of your own for people, such as “2026 host”. They come with a person’s form, or "
        "with everybody of a partner’s file."
    )
    list_display = ["name", "people"]
    search_fields = ["name"]
    fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        """The tags with how many carry each."""
        return super().get_queryset(request).annotate(number=counted(Tagging.objects.all(), "tag"))

    @admin.display(description=_("people and organisations"), ordering="number")
    def people(self, tag: Tag) -> int:
        """How many carry it."""
        return tag.number  # type: ignore[attr-defined]
