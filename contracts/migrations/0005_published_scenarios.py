"""The scenarios that a version was published by are kept with it, and stay as they are like its text."""

import django.db.models.deletion
from django.db import migrations, models

import slaportal.tenancy.wall

STAYS = """
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON contracts_publishedscenarios
  FOR EACH ROW EXECUTE FUNCTION contracts_published_stays();
CREATE TRIGGER stays_whole BEFORE TRUNCATE ON contracts_publishedscenarios
  FOR EACH STATEMENT EXECUTE FUNCTION contracts_published_stays();
"""
GOES = """
DROP TRIGGER stays ON contracts_publishedscenarios;
DROP TRIGGER stays_whole ON contracts_publishedscenarios;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0004_no_longer_covered"),
        ("tenancy", "0002_create_provider"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedScenarios",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("names", models.JSONField(blank=True, default=list)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenancy.provider"
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scenarios",
                        to="contracts.policyversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    slaportal.tenancy.wall.CompositeForeignKey(
                        columns=("provider_id", "version_id"),
                        name="published_scenarios_version",
                        to="contracts_policyversion",
                        to_columns=("provider_id", "id"),
                    ),
                    slaportal.tenancy.wall.Wall(
                        customer=(),
                        customer_rows="",
                        key="provider_id",
                        login=(),
                        login_rows="",
                        marks=(),
                        name="published_scenarios_wall",
                        staff=("SELECT", "INSERT"),
                        tenant_key="",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, GOES),
    ]
