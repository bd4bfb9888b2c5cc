"""Check a definition: everything unknown is named, with the place where it stands."""

from typing import Any

from django.utils.translation import gettext as _

from contacts.segments.errors import InvalidDefinition, Path, Problem
from contacts.segments.registry import CRITERIA, OPERATORS, Criterion
from contacts.segments.tree import Group, Node, Not, Rule
from contacts.segments.values import BadValue, Values

DEEPEST = 8
MOST_RULES = 100
SHAPES = ({"all"}, {"any"}, {"not"}, {"criterion", "op", "value"})


def read(definition: object, values: Values | None = None) -> Node:
    """The tree that `definition` describes. Raises InvalidDefinition with every problem at once.

    Whoever reads many passes one `values`, so that each criterion is asked for its choices once.
    """
    reader = _Reader(values or Values())
    tree = reader.node(definition, ())
    if reader.rules > MOST_RULES:
        reader.problems.append(Problem((), _("At most %(most)d rules fit in one segment.") % {"most": MOST_RULES}))
    if reader.problems or tree is None:
        raise InvalidDefinition(reader.problems)
    return tree


class _Wrong(Exception):
    """This part of the definition cannot be read; the reader notes the place and goes on."""


class _Reader:
    """Walks the JSON once; a part that cannot be read is None and leaves a problem behind."""

    def __init__(self, values: Values) -> None:
        self.problems: list[Problem] = []
        self.rules = 0
        self.values = values

    def node(self, part: object, path: Path) -> Node | None:
        try:
            return self._node(part, path)
        except _Wrong as wrong:
            self.problems.append(Problem(path, str(wrong)))
            return None

    def _node(self, part: object, path: Path) -> Node | None:
        if len(path) > DEEPEST * 2:
            raise _Wrong(_("Groups go at most %(deep)d deep.") % {"deep": DEEPEST})
        if not isinstance(part, dict) or set(part) not in SHAPES:
            raise _Wrong(_misshapen(part))
        if "criterion" in part:
            return self._rule(part)
        if "not" in part:
            child = self.node(part["not"], (*path, "not"))
            return Not(child) if child else None
        return self._group(part, path)

    def _group(self, part: dict, path: Path) -> Group:
        kind = next(iter(part))
        members = part[kind]
        if not isinstance(members, list):
            raise _Wrong(_("“%(kind)s” needs a list of rules.") % {"kind": kind})
        if not members and (path or kind == "any"):
            raise _Wrong(_("This group has no rules yet."))
        children = [self.node(member, (*path, kind, place)) for place, member in enumerate(members)]
        return Group(kind == "any", tuple(child for child in children if child is not None))

    def _rule(self, part: dict[str, Any]) -> Rule:
        self.rules += 1
        criterion = self.values.criterion(part["criterion"])
        if criterion is None:
            raise _Wrong(_unknown(part["criterion"]))
        if part["op"] not in criterion.operators:
            raise _Wrong(_wrong_operator(criterion, part["op"]))
        try:
            value, labels = self.values.read(criterion, part["op"], part["value"])
        except BadValue as error:
            raise _Wrong(f"{criterion.label}: {error}") from error
        return Rule(criterion, part["op"], value, tuple(labels))


def _misshapen(part: object) -> str:
    if isinstance(part, dict) and "criterion" in part and CRITERIA.get(part["criterion"]) is None:
        return _unknown(part["criterion"])
    if isinstance(part, dict) and not part:
        return _("There are no rules yet.")
    return _("A rule has a criterion, an operator (op) and a value; a group is one of “all”, “any” or “not”.")


def _unknown(key: object) -> str:
    return _("Unknown criterion “%(key)s”.") % {"key": key}


def _wrong_operator(criterion: Criterion, op: object) -> str:
    known = ", ".join(criterion.operators)
    if not isinstance(op, str) or op not in OPERATORS:
        return _("Unknown operator “%(op)s” for “%(criterion)s”; it knows %(known)s.") % {
            "op": op,
            "criterion": criterion.label,
            "known": known,
        }
    return _("“%(criterion)s” cannot be asked with operator “%(op)s”; it knows %(known)s.") % {
        "op": op,
        "criterion": criterion.label,
        "known": known,
    }
