from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0003_colour_and_logo")]
    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
