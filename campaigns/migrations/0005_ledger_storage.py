"""How the ledger lies on disk: half of every page stays free, so that a new state is written beside the old one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_ledger")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE campaigns_delivery SET (fillfactor = 50)",
            "ALTER TABLE campaigns_delivery RESET (fillfactor)",
        ),
    ]
