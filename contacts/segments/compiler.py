"""From a definition to one question to the database."""

from functools import reduce
from operator import and_, or_

from django.db.models import Q, QuerySet

from contacts.models import Stakeholder
from contacts.segments.reading import read
from contacts.segments.registry import NEGATIONS
from contacts.segments.tree import Group, Node, Not, Rule

EVERYONE = Q(pk__isnull=False)


def compile_segment(definition: object) -> Q:
    """The Q on Stakeholder that `definition` means; never empty, so it can be joined to others.

    Raises InvalidDefinition: a definition that cannot be read matches nobody in silence nowhere.
    """
    return compile_tree(read(definition))


def people_of(definition: object) -> QuerySet[Stakeholder]:
    """The stakeholders whom `definition` means. Raises InvalidDefinition."""
    return Stakeholder.objects.filter(compile_segment(definition))


def compile_tree(node: Node) -> Q:
    """The Q of a tree that was checked."""
    if isinstance(node, Rule):
        return _rule(node)
    if isinstance(node, Not):
        return ~compile_tree(node.child)
    return _group(node)


def _rule(rule: Rule) -> Q:
    positive = NEGATIONS.get(rule.op)
    question = rule.criterion.ask(positive or rule.op, rule.value)
    return ~question if positive else question


def _group(group: Group) -> Q:
    if not group.children:
        return EVERYONE
    return reduce(or_ if group.any else and_, map(compile_tree, group.children))
