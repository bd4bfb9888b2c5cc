"""A definition as one sentence for people: “Everyone who is Nonprofit and lives outside 28202”."""

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.segments.errors import InvalidDefinition
from contacts.segments.reading import read
from contacts.segments.registry import NEGATIONS
from contacts.segments.tree import Group, Node, Not, Rule
from contacts.segments.values import Values

LISTED = 6
OPPOSITES = {**NEGATIONS, **{positive: negative for negative, positive in NEGATIONS.items()}}


def describe(definition: object, values: Values | None = None) -> str:
    """The sentence of `definition`; one that cannot be read says so. `values` as for `read`."""
    try:
        tree = read(definition, values)
    except InvalidDefinition as error:
        return _("These rules cannot be read: %(why)s") % {"why": error}
    return describe_tree(tree)


def describe_tree(tree: Node) -> str:
    """The sentence of a tree that was checked."""
    if isinstance(tree, Group) and not tree.children:
        return _("Everyone in the book")
    return _("Everyone who %(rules)s") % {"rules": _clause(tree, top=True)}


def _clause(node: Node, *, top: bool = False) -> str:
    if isinstance(node, Rule):
        return _rule(node, node.op)
    if isinstance(node, Not):
        return _not(node.child)
    joint = _(" or ") if node.any else _(" and ")
    words = joint.join(_clause(child) for child in node.children)
    return words if top or len(node.children) == 1 else f"({words})"


def _not(child: Node) -> str:
    if isinstance(child, Rule) and OPPOSITES.get(child.op) in child.criterion.operators:
        return _rule(child, OPPOSITES[child.op])
    return _("does not fit: %(rules)s") % {"rules": _clause(child)}


def _rule(rule: Rule, op: str) -> str:
    values = _values(rule.labels, last=_(" and ") if op == "all_of" else _(" or "))
    spoken = rule.criterion.says.get(op) or rule.criterion.says.get(f"{op}:{str(rule.value).lower()}")
    if spoken:
        return str(spoken) % {"values": values}
    return str(
        format_lazy(
            gettext_lazy("has “{label}” that {operator} {values}"),
            label=rule.criterion.label,
            operator=rule.criterion.operator_label(op),
            values=values,
        )
    )


def _values(labels: tuple[str, ...], *, last: str) -> str:
    if not labels:
        return ""
    shown = list(labels[:LISTED])
    if len(labels) > LISTED:
        return ", ".join(shown) + last + _("%(count)d more") % {"count": len(labels) - LISTED}
    return last.join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
