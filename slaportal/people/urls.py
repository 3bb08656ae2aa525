"""Routes about people."""

from django.urls import path

from slaportal.people.views import brand, entering, organisations, people, tokens

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people.csv", people.people_csv, name="people_csv"),
    path("people/invite/", people.invite_person, name="invite"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/remove/", people.remove, name="remove"),
    path("people/invitations/<int:pk>/revoke/", people.revoke, name="invitation_revoke"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens.csv", tokens.tokens_csv, name="tokens_csv"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="token_revoke"),
    path("provider/", organisations.settings, name="provider"),
    path("provider/colour/", brand.provider_colour, name="provider_colour"),
    path("provider/logo/", brand.provider_logo, name="provider_logo"),
    path("provider/logo/remove/", brand.provider_logo_remove, name="provider_logo_remove"),
    path("brand.css", brand.brand_css, name="brand_css"),
    path("brand/logo.png", brand.brand_logo, name="brand_logo"),
    path("customers/", organisations.tenants, name="tenants"),
    path("customers.csv", organisations.tenants_csv, name="tenants_csv"),
    path("customers/<int:pk>/rename/", organisations.tenant, name="tenant"),
    path("installation/", organisations.installation, name="installation"),
    path("invitation/<str:secret>/", entering.invitation, name="invitation"),
    path("switch/", entering.switch, name="switch"),
    path("switch/<int:pk>/", entering.switch_to, name="switch_to"),
    path("account/profile/", entering.profile, name="profile"),
]
