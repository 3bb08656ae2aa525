"""Which breaches the credits know: read by an index of those that are new, where all of 100 days were compared."""

from django.db import migrations, models

import slaportal.tenancy.wall


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0005_published_scenarios"),
        ("tenancy", "0004_token_scopes"),
        ("tickets", "0005_escalation"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="breach",
            name="breach_wall",
        ),
        migrations.AddField(
            model_name="breach",
            name="counted",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(
                condition=models.Q(
                    ("counted", 0), models.Q(("counted", 1), ("excused_at__isnull", False)), _connector="OR"
                ),
                fields=["provider", "id"],
                name="breach_uncounted",
            ),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=slaportal.tenancy.wall.Wall(
                customer=("SELECT",),
                customer_rows="",
                key="provider_id",
                login=(),
                login_rows="",
                marks=(),
                name="breach_wall",
                staff=("SELECT", "INSERT", "UPDATE (excused_at, excused_by_id, cause, excuse, counted)"),
                tenant_key="tenant_id",
            ),
        ),
    ]
