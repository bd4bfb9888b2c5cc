import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0004_join_wording'),
    ]

    operations = [
        migrations.DeleteModel(name='ImportRow'),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('pk', models.CompositePrimaryKey('run', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('cells', models.JSONField(default=list, verbose_name='cells')),
                ('data', models.JSONField(default=dict, verbose_name='read as')),
                ('outcome', models.CharField(blank=True, choices=[('created', 'new'), ('updated', 'changed'), ('unchanged', 'unchanged'), ('rejected', 'rejected'), ('ambiguous', 'matches several people')], max_length=10, verbose_name='outcome')),
                ('column', models.CharField(blank=True, max_length=120, verbose_name='column')),
                ('message', models.TextField(blank=True, verbose_name='why')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='contacts.importrun')),
                ('stakeholder', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='import_rows', to='contacts.stakeholder')),
            ],
            options={
                'verbose_name': 'row of an import',
                'verbose_name_plural': 'rows of imports',
                'ordering': ['line'],
            },
        ),
    ]
