"""The table of Django's database cache: rate limits and used one-time codes, which must outlive Redis."""

from django.db import migrations

UP = """
CREATE UNLOGGED TABLE site_cache (
  cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamp with time zone NOT NULL
);
CREATE INDEX site_cache_expires ON site_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(UP, "DROP TABLE site_cache")]
