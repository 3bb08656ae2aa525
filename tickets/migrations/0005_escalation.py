"""Escalations. Open tickets whose policy escalates are worked out anew: their next instant was stored without it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import slaportal.tenancy.wall

AHEAD = """
UPDATE tickets_ticket t SET mark = COALESCE(t.mark, 1), marked_at = COALESCE(t.marked_at, now())
FROM contracts_policyversion v WHERE v.id = t.version_id AND t.solved_at IS NULL AND v.text LIKE '%escalate%'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0002_create_provider"),
        ("contracts", "0003_changes_in_order"),
        ("tickets", "0004_by_update"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ticketevent",
            name="type",
            field=models.CharField(
                choices=[
                    ("opened", "opened"),
                    ("agent_reply", "agent_reply"),
                    ("customer_reply", "customer_reply"),
                    ("internal_note", "internal_note"),
                    ("status", "status"),
                    ("severity", "severity"),
                    ("status_request", "status_request"),
                    ("resolved", "resolved"),
                    ("reopened", "reopened"),
                    ("closed", "closed"),
                    ("assigned", "assigned"),
                    ("excused", "excused"),
                    ("retimed", "retimed"),
                    ("escalated", "escalated"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "clock",
                    models.CharField(
                        choices=[
                            ("response", "response"),
                            ("next_reply", "next_reply"),
                            ("update", "update"),
                            ("status_request", "status_request"),
                            ("resolution", "resolution"),
                        ],
                        max_length=14,
                    ),
                ),
                ("cycle", models.PositiveIntegerField()),
                ("severity", models.CharField(max_length=40)),
                ("moment", models.TextField()),
                (
                    "acts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                ("reached_at", models.DateTimeField()),
                ("announced_at", models.DateTimeField()),
                (
                    "told",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), default=list, size=None
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.provider",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "clock", "cycle", "severity", "moment"), name="escalation_once"
                    ),
                    slaportal.tenancy.wall.CompositeForeignKey(
                        columns=("provider_id", "tenant_id", "ticket_id"),
                        name="escalation_ticket",
                        to="tickets_ticket",
                        to_columns=("provider_id", "tenant_id", "id"),
                    ),
                    slaportal.tenancy.wall.Wall(
                        customer=(),
                        customer_rows="",
                        key="provider_id",
                        login=(),
                        login_rows="",
                        marks=(),
                        name="escalation_wall",
                        staff=("SELECT", "INSERT", "UPDATE (told)"),
                        tenant_key="tenant_id",
                    ),
                ],
            },
        ),
        migrations.RunSQL(AHEAD, migrations.RunSQL.noop),
    ]
