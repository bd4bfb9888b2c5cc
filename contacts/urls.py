"""Routes of the members' pages; the addresses of links in mails never change."""

from django.urls import path

from contacts.views import joining, leaving, preferences

app_name = "contacts"

urlpatterns = [
    path("join/", joining.join, name="join"),
    path("join/sent/", joining.join_sent, name="join-sent"),
    path("join/confirm/<str:token>/", joining.confirm, name="confirm"),
    path("leave/<str:token>/", leaving.leave, name="leave"),
    path("leave/<str:token>/one-click/", leaving.leave_one_click, name="leave-one-click"),
    path("left/<str:token>/", leaving.left, name="left"),
    path("preferences/", preferences.preferences_link, name="preferences-link"),
    path("preferences/sent/", preferences.preferences_link_sent, name="preferences-link-sent"),
    path("preferences/<str:token>/", preferences.preferences, name="preferences"),
    path("preferences/<str:token>/leave/", preferences.preferences_leave, name="preferences-leave"),
    path("preferences/<str:token>/ask/", preferences.preferences_ask, name="preferences-ask"),
]
