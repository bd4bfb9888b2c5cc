"""A file that a partner sent is called so everywhere."""

from django.db import migrations


class Migration(migrations.Migration):
    """The name of a thing; nothing in the database changes."""

    dependencies = [("contacts", "0019_terms_history")]

    operations = [
        migrations.AlterModelOptions(
            name="importrun",
            options={
                "ordering": ["-created_at"],
                "verbose_name": "file from a partner",
                "verbose_name_plural": "files from partners",
            },
        )
    ]
