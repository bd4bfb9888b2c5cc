"""The doors of the House group in the back office, one file a noun."""

from django.contrib import admin
from django.contrib.auth.models import Group
from rest_framework.authtoken.models import TokenProxy

from crm.admin import jobs, organisation, outbox, users

admin.site.unregister(Group)  # roles are data in crm.roles; nobody edits them by hand
admin.site.unregister(TokenProxy)  # a token is shown once to who asks for it, never in a list

__all__ = ["jobs", "organisation", "outbox", "users"]
