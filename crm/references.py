"""References that the database checks once a statement instead of once a row.

A foreign key costs three microseconds for every row of a bulk load, which is a quarter of an import.
These triggers promise the same for tables that are loaded in bulk (docs/decisions/0019-import-storage.md):
a row never points to nothing, and nothing that is pointed to is deleted, also when both happen at once.

    stakeholder = models.ForeignKey(…, db_constraint=False)
    class Meta:
        triggers = references("stakeholder_id", "contacts_stakeholder")    # the table that points
        triggers = referred("contacts_tagging", "stakeholder_id")          # the table that is pointed to
"""

import pgtrigger
from django.db import connection

FOUND = """
EXECUTE $sql$
    SELECT count(*) FROM (
        SELECT FROM {parent} p WHERE p.id IN ({touched}) AND p.xmin <> pg_current_xact_id()::xid
        ORDER BY p.id FOR KEY SHARE
    ) AS held $sql$;
EXECUTE $sql$
    SELECT min(n.id) FROM ({touched}) AS n(id)
    WHERE n.id IS NOT NULL AND NOT EXISTS (SELECT FROM {parent} p WHERE p.id = n.id) $sql$ INTO lost;
IF lost IS NOT NULL THEN
    RAISE foreign_key_violation USING
        MESSAGE = format('There is no row %s in {parent} for {column} of %s', lost, TG_RELNAME);
END IF;
RETURN NULL;
"""
"""First hold what is pointed to, then look whether it is there. What this transaction made itself nobody else sees.
Planned anew each time (EXECUTE): a plan made for one row would be kept for a hundred thousand, or the other way."""

STILL_USED = """
EXECUTE $sql$
    SELECT w.id FROM was_rows w WHERE EXISTS (SELECT FROM {child} c WHERE c.{column} = w.id) LIMIT 1 $sql$ INTO used;
IF used IS NOT NULL THEN
    RAISE foreign_key_violation USING
        MESSAGE = format('Row %s of %s is still used by {child}.{column}', used, TG_RELNAME);
END IF;
RETURN NULL;
"""


def references(column: str, parent: str) -> list[pgtrigger.Trigger]:
    """Triggers of the table whose `column` holds ids of the table `parent`."""
    came = f"SELECT DISTINCT {column} FROM now_rows"  # noqa: S608 — names of columns and tables only
    moved = (
        f"SELECT DISTINCT n.{column} FROM now_rows n JOIN was_rows w ON w.id = n.id "  # noqa: S608
        f"WHERE n.{column} IS DISTINCT FROM w.{column}"
    )
    new = pgtrigger.Referencing(new="now_rows")
    both = pgtrigger.Referencing(old="was_rows", new="now_rows")
    return [
        _after(pgtrigger.Insert, f"{column}_is_there", new, FOUND.format(parent=parent, column=column, touched=came)),
        _after(pgtrigger.Update, f"{column}_stays", both, FOUND.format(parent=parent, column=column, touched=moved)),
    ]


NOBODY_GOES = "SELECT pg_advisory_xact_lock_shared(2006, hashtext('{column} of {child}'))"
"""Who writes a million rows holds the parents by this one lock; a lock on each of a million is half a minute."""

ALL_THERE = """
PERFORM pg_advisory_xact_lock_shared(2006, hashtext('{column} of {child}'));
EXECUTE $sql$
    SELECT min(n.{column}) FROM now_rows n
    WHERE n.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM {parent} p WHERE p.id = n.{column}) $sql$ INTO lost;
IF lost IS NOT NULL THEN
    RAISE foreign_key_violation USING
        MESSAGE = format('There is no row %s in {parent} for {column} of %s', lost, TG_RELNAME);
END IF;
RETURN NULL;
"""
"""Whoever deletes parents takes the same lock alone, in the trigger of the table that is pointed to."""


def references_of_ledger(child: str, column: str, parent: str) -> list[pgtrigger.Trigger]:
    """The same for a table whose rows come by the million and change all the time, but never their `column`.

    A change of anything else costs nothing. The table `parent` needs a trigger that waits for `hold_parents`.
    """
    new = pgtrigger.Referencing(new="now_rows")
    there = ALL_THERE.format(child=child, column=column, parent=parent)
    missing = f"'There is no row ' || NEW.{column} || ' in {parent} for {column} of ' || TG_RELNAME"
    held = f"PERFORM FROM {parent} WHERE id = NEW.{column} FOR KEY SHARE;"
    refused = f"IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = {missing}; END IF;"
    return [
        _after(pgtrigger.Insert, f"{column}_is_there", new, there),
        pgtrigger.Trigger(
            name=f"{column}_stays",
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf(column),
            condition=pgtrigger.Condition(f"NEW.{column} IS DISTINCT FROM OLD.{column} AND NEW.{column} IS NOT NULL"),
            func=f"{held} {refused} RETURN NULL;",
        ),
    ]


def hold_parents(child: str, column: str) -> None:
    """Let nobody delete what `column` of `child` may point to, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(NOBODY_GOES.format(child=child, column=column))


def referred(child: str, column: str) -> list[pgtrigger.Trigger]:
    """The trigger of the table whose ids `column` of the table `child` holds."""
    old = pgtrigger.Referencing(old="was_rows")
    name = f"kept_for_{child.partition('_')[2]}_{column.removesuffix('_id')}"
    return [_after(pgtrigger.Delete, name, old, STILL_USED.format(child=child, column=column))]


def referred_by_ledger(child: str, column: str) -> list[pgtrigger.Trigger]:
    """The same where `child` is a table of `references_of_ledger`: wait for whoever writes there now, then look."""
    old = pgtrigger.Referencing(old="was_rows")
    alone = f"PERFORM pg_advisory_xact_lock(2006, hashtext('{column} of {child}'));"
    name = f"kept_for_{child.partition('_')[2]}_{column.removesuffix('_id')}"
    return [_after(pgtrigger.Delete, name, old, alone + STILL_USED.format(child=child, column=column))]


def _after(operation, name: str, tables: pgtrigger.Referencing, func: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=tables,
        declare=[("lost", "bigint"), ("used", "bigint")],
        func=func,
    )
