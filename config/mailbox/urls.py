"""Routes of the local mailbox."""

from django.urls import path

from config.mailbox import views

app_name = "mailbox"
urlpatterns = [
    path("", views.mails, name="mails"),
    path("<str:key>/", views.mail, name="mail"),
    path("<str:key>/<int:number>/", views.attachment, name="attachment"),
]
