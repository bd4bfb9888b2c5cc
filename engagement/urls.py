"""Routes of events, conversations and the public site."""

from django.urls import URLPattern

app_name = "engagement"

urlpatterns: list[URLPattern] = []
