"""Every route of the house, one line a room."""

from django.contrib import admin
from django.urls import include, path

from config.health.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/", include("config.api")),
    path("admin/mailbox/", include("config.mailbox.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("crm.urls")),
    path("", include("contacts.urls")),
    path("", include("engagement.urls")),
    path("", include("campaigns.urls")),
]
