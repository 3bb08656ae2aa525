from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("site", "0001_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
