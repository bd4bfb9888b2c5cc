"""Every route of the house, one line a room."""

from django.contrib import admin
from django.urls import path

from config.health.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
