"""What the installation knows of itself."""

from django.db import models


class Heartbeat(models.Model):
    """When something last gave a sign of life, at the database's clock; the worker writes, /readyz reads."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class DemoRow(models.Model):
    """That the demo made a provider, tenant, person or shared service: `demo --remove` takes them and all theirs."""

    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in ("provider", "tenant", "user", "service")])
    target_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "target_id"], name="demo_row_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"
