"""Users: who signs in, and in which roles."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from crm.actions.users import invite
from crm.models import User
from crm.roles import MANAGER, ROLE_NAMES


class RolesField(forms.ModelMultipleChoiceField):
    """The roles as check boxes with what each may do."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def label_from_instance(self, group: Group) -> str:
        """The role in words."""
        return str(ROLE_NAMES.get(group.name, group.name))


class UserForm(forms.ModelForm):
    """Name, address, roles, and whether the sign-in works."""

    groups = RolesField(label=_("Roles"), queryset=Group.objects.filter(name__in=ROLE_NAMES).order_by("pk"))

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name", "groups", "is_active")
        labels = {"is_active": _("May sign in")}
        help_texts = {"is_active": _("Switch this off instead of deleting somebody: the history names people.")}

    def clean_email(self) -> str:
        """Addresses are compared in lower case."""
        return self.cleaned_data["email"].strip().lower()

    def clean(self) -> dict[str, Any]:
        """Somebody who can give roles is always left."""
        said = super().clean() or {}
        roles = {group.name for group in said.get("groups") or ()}
        stays = MANAGER in roles and said.get("is_active")
        managers = User.objects.filter(groups__name=MANAGER, is_active=True)
        if managers.filter(pk=self.instance.pk).exists() and not stays and managers.count() == 1:
            raise ValidationError(_("This is the only manager. Make somebody else a manager first."))
        return said


@admin.register(User)
class UserAdmin(ModelAdmin):
    """For managers."""

    form = UserForm
    list_display = ("shown_name", "email", "roles", "is_active", "last_login")
    list_filter = (("groups", admin.RelatedOnlyFieldListFilter), "is_active")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    fields = ("email", ("first_name", "last_name"), "groups", "is_active")
    actions = ("send_invitation",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Who may do everything is kept by themselves, not by managers."""
        users = super().get_queryset(request).prefetch_related("groups")
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A sign-in is switched off, never removed: the history names people."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new user gets a mail and chooses the password alone."""
        obj.is_staff = True
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            invite(obj, by=request.user)  # type: ignore[arg-type]
            self.message_user(request, _("A mail is on its way by which they choose their password."))

    @action(description=_("Send the mail for choosing a password again"), permissions=["change"])
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For those who lost it, or came too late."""
        for user in queryset.filter(is_active=True):
            invite(user, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, _("The mails are on their way."), messages.SUCCESS)

    @display(description=_("name"), ordering="first_name")
    def shown_name(self, user: User) -> str:
        """Full name, else the address."""
        return str(user)

    @display(description=_("roles"))
    def roles(self, user: User) -> str:
        """The names of the roles."""
        return ", ".join(str(ROLE_NAMES.get(g.name, g.name)).partition(":")[0] for g in user.groups.all())
