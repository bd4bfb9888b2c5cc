"""The search column of stakeholders: what stands in it, and the triggers that keep it true.

`search` is the name and every address and number, in lower case without accents, so that one
trigram index answers every search (docs/decisions/0011-search-column.md).

The triggers fire once per statement and only write rows whose text is not yet right. A bulk load
that fills `search` itself with `words_sql` is therefore checked but not written a second time.
"""

import pgtrigger


def words_sql(name: str, points: str) -> str:
    """SQL for the text of one stakeholder.

    `name` and `points` are SQL expressions: the name, and the normalized addresses joined by a
    blank in the order kind, normalized (by byte), or NULL.
    """
    return f"lower(unaccent(concat_ws(' ', {name}, {points})))"


POINTS_OF_STALE = """(
    SELECT string_agg(p.normalized, ' ' ORDER BY p.kind COLLATE "C", p.normalized COLLATE "C")
    FROM contacts_contactpoint p WHERE p.stakeholder_id = stale.id
)"""


def _refresh(touched: str) -> str:
    """SQL that writes the true text of the stakeholders whose ids are in the array `touched`.

    Each text is looked up by itself. A join would be planned from figures that are wrong inside a long
    transaction: to everybody else its tables are empty, and an ANALYZE at that moment says so.
    """
    words = words_sql("stale.name", POINTS_OF_STALE)
    return f"""
UPDATE contacts_stakeholder AS stale SET search = {words}
WHERE stale.id = ANY({touched}) AND stale.search IS DISTINCT FROM {words}
"""  # noqa: S608 — every part is a constant of this file


REFRESH_SOME = _refresh("%s::bigint[]")
REFRESH_ALL = _refresh("ARRAY(SELECT id FROM contacts_stakeholder)")


def _trigger(name: str, operation, touched: str, **tables: str) -> pgtrigger.Trigger:
    """Gather the ids first, then write.

    Both are run with EXECUTE, so that they are planned for the rows of this statement: a plan that was
    kept from a statement with one row would compare every row of a bulk load with every other.
    """
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        declare=[("touched", "bigint[]")],
        # A statement trigger fires for no rows too; without the IF it would call itself forever.
        func=f"""
EXECUTE $sql$ SELECT ARRAY({touched}) $sql$ INTO touched;
IF cardinality(touched) > 0 THEN
    EXECUTE $sql$ {_refresh("$1")} $sql$ USING touched;
END IF;
RETURN NULL;""",
    )


def stakeholder_triggers() -> list[pgtrigger.Trigger]:
    """A new stakeholder without a text gets one; a new name rewrites it."""
    renamed = "SELECT n.id FROM now_rows n JOIN was_rows w ON w.id = n.id WHERE n.name IS DISTINCT FROM w.name"
    return [
        _trigger("search_on_insert", pgtrigger.Insert, "SELECT id FROM now_rows WHERE search = ''", new="now_rows"),
        _trigger("search_on_rename", pgtrigger.Update, renamed, old="was_rows", new="now_rows"),
    ]


def contact_point_triggers() -> list[pgtrigger.Trigger]:
    """An address that comes, changes, moves or goes rewrites the text of whom it belongs to."""
    moved = """
        SELECT unnest(ARRAY[n.stakeholder_id, w.stakeholder_id]) FROM now_rows n JOIN was_rows w ON w.id = n.id
        WHERE (n.stakeholder_id, n.normalized, n.kind) IS DISTINCT FROM (w.stakeholder_id, w.normalized, w.kind)"""
    return [
        _trigger("search_on_insert", pgtrigger.Insert, "SELECT stakeholder_id FROM now_rows", new="now_rows"),
        _trigger("search_on_change", pgtrigger.Update, moved, old="was_rows", new="now_rows"),
        _trigger("search_on_delete", pgtrigger.Delete, "SELECT stakeholder_id FROM was_rows", old="was_rows"),
    ]
