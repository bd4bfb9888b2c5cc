"""People who sign in."""

import pghistory
import pgtrigger
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in with their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Make a user; without a password they must set one by the reset mail."""
        if not email:
            raise ValueError("A user needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find who signs in with an address, in whatever letters it was typed."""
        return self.get(email=(username or "").strip().lower())

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Make a user who may do everything."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


@pghistory.track(level=pgtrigger.Statement, exclude=["password", "last_login", "date_joined"])
class User(AbstractUser):
    """A person who signs in to the back office; what they may do follows from their roles (groups)."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("view_history", "Can see who changed what"),
            ("export_people", "Can take lists of people out of the house"),
            ("send_own_files", "Can send files for the partners they belong to"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_address"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


@pghistory.track(pghistory.InsertEvent(level=pgtrigger.Statement), pghistory.DeleteEvent(level=pgtrigger.Statement))
class UserRole(User.groups.through):  # type: ignore[name-defined]
    """That a user holds a role; here so that the history knows who gave it and who took it."""

    class Meta:
        proxy = True
        verbose_name = _("role of a user")
        verbose_name_plural = _("roles of users")
