"""The contracts app: what was promised."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Policies, their plans, and who subscribes to them."""

    name = "contracts"
    label = "contracts"
