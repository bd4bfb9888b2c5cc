"""The API on one screen: /api/v1/ and its documentation."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from campaigns.api import CampaignViewSet
from contacts.api import SegmentViewSet, StakeholderViewSet
from contacts.imports.api import ImportViewSet
from crm.api import TokenView
from engagement.api import ConversationViewSet, EventViewSet, RegistrationViewSet

router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False
router.register("stakeholders", StakeholderViewSet, basename="stakeholder")
router.register("segments", SegmentViewSet, basename="segment")
router.register("imports", ImportViewSet, basename="import")
router.register("campaigns", CampaignViewSet, basename="campaign")
router.register("events", EventViewSet, basename="event")
router.register("registrations", RegistrationViewSet, basename="registration")
router.register("conversations", ConversationViewSet, basename="conversation")

urlpatterns = [
    path("v1/token/", TokenView.as_view(), name="token"),
    path("v1/", include((router.urls, "v1"))),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("schema/page/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="schema-page"),
]
app_name = "api"
