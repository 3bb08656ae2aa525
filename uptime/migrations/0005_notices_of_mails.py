"""What customers were told of windows ahead before there were notices, out of the mails that told them."""

from django.db import migrations

UP = """
INSERT INTO uptime_windownotice (provider_id, tenant_id, window_id, title, kind, services, starts_at, ends_at, told_at,
  moved_at, addresses)
SELECT w.provider_id, m.tenant_id, w.id, w.title, w.kind,
  ARRAY(SELECT DISTINCT s.name FROM uptime_windowservice ws JOIN contracts_service s ON s.id = ws.service_id
    JOIN contracts_coverage c ON c.service_id = s.id AND c.tenant_id = m.tenant_id WHERE ws.window_id = w.id ORDER BY 1),
  w.starts_at, w.ends_at, max(m.created_at),
  CASE WHEN NOT EXISTS (SELECT 1 FROM uptime_announcement a WHERE a.window_id = w.id AND a.starts_at <= w.starts_at
    AND a.ends_at >= w.ends_at) THEN max(m.created_at) END,
  array_agg(DISTINCT lower(m.recipient))
FROM outbox_message m JOIN uptime_window w ON w.provider_id = m.provider_id AND w.id = split_part(m.key, '/', 2)::bigint
WHERE m.kind = 'window_announced' AND m.tenant_id IS NOT NULL AND w.cancelled_at IS NULL AND w.ends_at > now()
GROUP BY w.id, m.tenant_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0003_changes_in_order"),
        ("outbox", "0001_initial"),
        ("uptime", "0004_window_notice"),
    ]
    operations = [migrations.RunSQL(UP, migrations.RunSQL.noop)]
