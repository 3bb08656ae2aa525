"""The app of the walls: providers, tenants, people, and what each may see."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from slaportal.tenancy.login import login_is_harmless
from slaportal.tenancy.planes import grant_identity


class TenancyConfig(AppConfig):
    """Grants the identity plane after every migrate."""

    name = "slaportal.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        """The grants follow the tables; the check of the login waits for `check --database`."""
        assert login_is_harmless
        post_migrate.connect(grant_identity, dispatch_uid="identity")
