"""Two spellings of one postal address are one home."""

import contacts.models.homes
from django.db import migrations, models

HOME_OF = r"""
CREATE FUNCTION contacts_home_of(address text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    short CONSTANT jsonb := '{
        "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct",
        "boulevard": "blvd", "place": "pl", "circle": "cir", "terrace": "ter", "parkway": "pkwy",
        "highway": "hwy", "north": "n", "south": "s", "east": "e", "west": "w", "apartment": "apt",
        "unit": "apt", "suite": "ste", "trail": "trl", "way": "wy"
    }';
    word text;
    place int := 0;
    stopped bool := false;
    zip bool := false;
    every text := '';
    told text := '';
BEGIN
    FOREACH word IN ARRAY string_to_array(btrim(regexp_replace(lower(address), '[.,#\s]+', ' ', 'g')), ' ') LOOP
        word := coalesce(short ->> word, word);
        place := place + 1;
        every := every || ' ' || word;
        IF NOT stopped OR word ~ '[0-9]' OR length(word) = 1 OR word = ANY ('{ne,nw,se,sw}') THEN
            told := told || ' ' || word;
        END IF;
        zip := zip OR stopped AND word ~ '^[0-9]{5}(-[0-9]{4})?$';
        stopped := stopped OR place > 2 AND word = ANY ('{ave,blvd,cir,ct,dr,hwy,ln,pkwy,pl,rd,st,ter,trl,wy}');
    END LOOP;
    RETURN CASE WHEN zip THEN btrim(told) ELSE replace(btrim(every), 'p o box', 'po box') END;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [("contacts", "0015_feeds")]

    operations = [
        migrations.RunSQL(HOME_OF, "DROP FUNCTION contacts_home_of(text)"),
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(
                contacts.models.homes.HomeOf("normalized"),
                condition=models.Q(("kind", "postal")),
                include=("stakeholder", "normalized"),
                name="contact_point_by_home",
            ),
        ),
    ]
