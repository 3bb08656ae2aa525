"""The app of how people come in and go: sign-in, invitations, members, tokens."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Sign-in, invitations, members, tokens."""

    name = "slaportal.people"
    label = "people"
