"""What the installation knows of itself."""

from django.db import models


class Heartbeat(models.Model):
    """When something last gave a sign of life, at the database's clock; the worker writes, /readyz reads."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
