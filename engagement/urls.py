"""Routes of events, conversations and the public site."""

from django.urls import path

from engagement.views import attendance, conversations, events, registrations, site

app_name = "engagement"

urlpatterns = [
    path("", site.home, name="home"),
    path("news/", site.news, name="news"),
    path("strategies/", site.strategies, name="strategies"),
    path("promise/", site.promise, name="promise"),
    path("events/", events.event_list, name="events"),
    path("events/<slug:slug>/", events.event, name="event"),
    path("events/<slug:slug>/calendar.ics", events.event_file, name="event-file"),
    path("registered/<str:token>/", registrations.registered, name="registered"),
    path("registration/<str:token>/", registrations.own_registration, name="registration"),
    path("attendance/<int:pk>/", attendance.attendance, name="attendance"),
    path("attendance/<int:pk>/walk-in/", attendance.walk_in, name="walk-in"),
    path("attendance/mark/<int:pk>/", attendance.mark, name="mark-attendance"),
    path("conversations/", conversations.conversation_list, name="conversations"),
    path("conversations/log/", conversations.log, name="log-conversation"),
    path("conversations/people/", conversations.people, name="conversation-people"),
    path("conversations/<int:pk>/", conversations.conversation, name="conversation"),
    path("conversations/<int:pk>/edit/", conversations.edit, name="edit-conversation"),
]
