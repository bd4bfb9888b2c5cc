"""Routes of the ground floor."""

from django.urls import path

from crm.views import exports, history, jobs, metrics, promises, search, signin

app_name = "crm"

urlpatterns = [
    path("metrics", metrics.metrics, name="metrics"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("exports/", exports.exports, name="exports"),
    path("exports/ask/<slug:key>/", exports.ask, name="export"),
    path("exports/<uuid:pk>/call-off/", exports.call_off, name="export-call-off"),
    path("exports/<uuid:pk>/file/", exports.file, name="export-file"),
    path("search/", search.search, name="search"),
    path("history/", history.history, name="history"),
    path("promises/", promises.promises, name="promises"),
    path("promises/look/", promises.look, name="look"),
    path("sign-in/forgot/", signin.Forgot.as_view(), name="forgot"),
    path("sign-in/forgot/sent/", signin.ForgotSent.as_view(), name="forgot-sent"),
    path("sign-in/password/<uidb64>/<token>/", signin.SetPassword.as_view(), name="set-password"),
    path("sign-in/password/done/", signin.PasswordSet.as_view(), name="password-set"),
]
