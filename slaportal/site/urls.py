"""Routes of the site."""

from django.urls import path

from slaportal.api.docs import api_docs
from slaportal.site.health import healthz, readyz
from slaportal.site.home import home
from slaportal.site.policies.publishing_page import policy_new
from slaportal.site.policies.views import policies, policy, policy_compare, policy_scenarios, policy_text
from slaportal.site.resending import messages_resend_all

urlpatterns = [
    path("", home, name="home"),
    path("docs/api/", api_docs, name="api_docs"),
    path("messages/resend-all/", messages_resend_all, name="messages_resend_all"),
    path("policies/", policies, name="policies"),
    path("policies/<int:pk>/", policy, name="policy"),
    path("policies/<int:pk>/compare/", policy_compare, name="policy_compare"),
    path("policies/<int:pk>/policy.yaml", policy_text, name="policy_text"),
    path("policies/<int:pk>/scenarios.yaml", policy_scenarios, name="policy_scenarios"),
    path("policies/<slug:policy>/new/", policy_new, name="policy_new"),
    # Answered by HealthMiddleware, before sessions; here they have names.
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
