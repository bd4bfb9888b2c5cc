"""What can be taken along, registered by the apps as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from import_export.resources import ModelResource

from crm.errors import Refused
from crm.models import User
from crm.registries import Registry

MAY_EXPORT = "crm.export_people"
Question = dict[str, Any]
"""Which rows: {"list": "q=lee&tag=3"}, {"ids": [1, 2]}, or what else an app understands; kept as JSON."""


class NotExportable(Refused):
    """This list cannot be had as a file, or not by this person."""


@dataclass(frozen=True)
class Exportable:
    """A list: its columns (`resource`), whose rows (`rows`), in words (`describe`), and for whom (`permissions`, all).

    `describe` is kept for good and names nobody.
    """

    title: str | Promise
    resource: type[ModelResource]
    rows: Callable[[User, Question], QuerySet]
    describe: Callable[[Question], str]
    permissions: tuple[str, ...] = ()

    def is_for(self, user: User) -> bool:
        """Whether `user` may take it along."""
        return all(user.has_perm(permission) for permission in (MAY_EXPORT, *self.permissions))


EXPORTS: Registry[Exportable] = Registry("list to take along")
