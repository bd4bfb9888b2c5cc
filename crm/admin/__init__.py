"""The doors of the House group in the back office, one file a noun."""

from django.contrib import admin
from django.contrib.auth.models import Group

from crm.admin import jobs, organisation, outbox, users

admin.site.unregister(Group)  # roles are data in crm.roles; nobody edits them by hand

__all__ = ["jobs", "organisation", "outbox", "users"]
