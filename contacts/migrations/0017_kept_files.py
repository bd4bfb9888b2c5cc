"""Files of partners are kept for so long only; the run says why one is gone."""

from django.db import migrations, models

GONE = """
UPDATE contacts_importrun SET file_gone_because = 'erased',
    state = CASE WHEN marks = '[]' AND state NOT IN ('committed', 'reverting', 'reverted') THEN 'removed' ELSE state END
WHERE file = ''
"""
"""Up to now a file went for one reason only."""


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0016_homes'),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='file_gone_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='importrun',
            name='file_gone_because',
            field=models.CharField(blank=True, choices=[('over', 'its time was over'), ('erased', 'somebody in it was erased')], editable=False, max_length=6),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='state',
            field=models.CharField(choices=[('received', 'received'), ('asking', 'has a question'), ('checking', 'being checked'), ('checked', 'checked'), ('committing', 'being saved'), ('committed', 'saved'), ('cancelled', 'stopped'), ('reverting', 'being taken back'), ('reverted', 'taken back'), ('refused', 'refused'), ('failed', 'failed'), ('removed', 'removed')], default='received', max_length=10, verbose_name='state'),
        ),
        migrations.RunSQL(GONE, migrations.RunSQL.noop),
    ]
