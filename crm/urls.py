"""Routes of the ground floor."""

from django.urls import path

from crm.views import jobs

app_name = "crm"

urlpatterns = [
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
]
