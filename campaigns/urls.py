"""Routes of newsletters."""

from django.urls import path

from campaigns.views import aside, browser, correction, editor, pages, sending, uncertain, webhooks, why

app_name = "campaigns"

urlpatterns = [
    path("webhooks/<str:provider>/", webhooks.told, name="told"),
    path("newsletters/<str:token>/", browser.newsletter, name="browser"),
    path("outreach/preview/", editor.show, name="preview"),
    path("outreach/audience/", editor.audience, name="audience"),
    path("outreach/news/", aside.aside, name="aside"),
    path("outreach/news/again/", aside.again, name="process-again"),
    path("outreach/<int:pk>/content/", pages.content, name="content"),
    path("outreach/<int:pk>/review/", pages.review, name="review"),
    path("outreach/<int:pk>/launch/", pages.launch, name="launch"),
    path("outreach/<int:pk>/copy/", pages.copy, name="copy"),
    path("outreach/<int:pk>/correction/", correction.correction, name="correction"),
    path("outreach/<int:pk>/sending/", sending.progress, name="progress"),
    path("outreach/<int:pk>/sending/numbers/", sending.numbers, name="numbers"),
    path("outreach/<int:pk>/sending/uncertain/", uncertain.uncertain, name="uncertain"),
    path("outreach/<int:pk>/sending/uncertain/undo/", uncertain.undo, name="undo"),
    path("outreach/<int:pk>/sending/uncertain/<str:verb>/", uncertain.decide, name="decide"),
    path("outreach/<int:pk>/sending/retry/", sending.retry, name="retry"),
    path("outreach/<int:pk>/sending/pace/", sending.pace, name="pace"),
    path("outreach/<int:pk>/sending/<str:verb>/", sending.steer, name="steer"),
    path("outreach/<int:pk>/people/", why.ask, name="ask"),
    path("outreach/<int:pk>/people/<int:person>/", why.why, name="why"),
    path("outreach/<int:pk>/deliveries/", sending.deliveries, name="deliveries"),
]
