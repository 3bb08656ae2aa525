"""Routes of subscriptions and services under /api/v1/."""

from django.urls import path

from contracts.api import catalogue, subscriptions

ONE = "subscriptions/<int:subscription>/"

urlpatterns = [
    path("subscriptions/", subscriptions.Subscriptions.as_view(), name="api_subscriptions"),
    path(ONE, subscriptions.OneSubscription.as_view(), name="api_subscription"),
    path(f"{ONE}term/", subscriptions.SubscriptionTerm.as_view(), name="api_subscription_term"),
    path(f"{ONE}standing/", subscriptions.SubscriptionStanding.as_view(), name="api_subscription_standing"),
    path(f"{ONE}end/", subscriptions.SubscriptionEnd.as_view(), name="api_subscription_end"),
    path(f"{ONE}cover/", subscriptions.SubscriptionCover.as_view(), name="api_subscription_cover"),
    path(f"{ONE}uncover/<int:service>/", subscriptions.SubscriptionUncover.as_view(), name="api_subscription_uncover"),
    path("services/", catalogue.Services.as_view(), name="api_services"),
    path("services/<int:service>/", catalogue.OneService.as_view(), name="api_service"),
]
