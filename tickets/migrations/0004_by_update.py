"""Tickets in the order of their last event: what programs ask by that follow what happens."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tickets", "0003_fewer_indexes")]
    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(fields=["provider", "last_event_at", "id"], name="ticket_updated"),
        ),
    ]
