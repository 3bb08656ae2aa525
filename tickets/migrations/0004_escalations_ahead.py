"""Open tickets whose policy escalates are worked out anew: when something is due next was stored without it."""

from django.db import migrations

UP = """
UPDATE tickets_ticket t SET mark = COALESCE(t.mark, 1), marked_at = COALESCE(t.marked_at, now())
FROM contracts_policyversion v WHERE v.id = t.version_id AND t.solved_at IS NULL AND v.text LIKE '%escalate%'
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_changes_in_order"), ("tickets", "0003_escalation")]
    operations = [migrations.RunSQL(UP, migrations.RunSQL.noop)]
