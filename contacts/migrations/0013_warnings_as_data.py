"""Warnings of earlier runs were bare sentences; now each says what it is about and whether it must be ticked."""

from django.db import migrations

FORWARD = """
UPDATE contacts_importrun SET warnings = (
    SELECT jsonb_agg(CASE jsonb_typeof(said) WHEN 'string'
        THEN jsonb_build_object('code', 'earlier', 'text', said, 'must', false, 'count', 0) ELSE said END)
    FROM jsonb_array_elements(warnings) AS said)
WHERE jsonb_array_length(warnings) > 0
"""
BACKWARD = """
UPDATE contacts_importrun SET warnings = (
    SELECT jsonb_agg(CASE jsonb_typeof(said) WHEN 'object' THEN said -> 'text' ELSE said END)
    FROM jsonb_array_elements(warnings) AS said)
WHERE jsonb_array_length(warnings) > 0
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0012_marks")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
