"""Routes of customers, people and invitations under /api/v1/."""

from django.urls import path

from slaportal.people.api import people, tenants

urlpatterns = [
    path("tenants/", tenants.Tenants.as_view(), name="api_tenants"),
    path("tenants/<int:tenant>/", tenants.OneTenant.as_view(), name="api_tenant"),
    path("people/", people.People.as_view(), name="api_people"),
    path("people/<int:person>/", people.Person.as_view(), name="api_person"),
    path("people/<int:person>/remove/", people.RemovePerson.as_view(), name="api_remove"),
    path("invitations/", people.Invitations.as_view(), name="api_invitations"),
    path("invitations/<int:invitation>/revoke/", people.RevokeInvitation.as_view(), name="api_invitation_revoke"),
]
