"""Roles are groups with exactly the permissions that crm.roles lists."""

import pytest
from django.contrib.auth.models import Group, Permission

from crm.roles import ROLES, seed_roles, unknown_permissions

pytestmark = pytest.mark.django_db


def held(role):
    pairs = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{code}" for app, code in pairs}


def test_every_permission_of_a_role_exists():
    assert unknown_permissions() == set()


@pytest.mark.parametrize("role", ROLES)
def test_each_group_holds_what_its_role_says(role):
    assert held(role) == set(ROLES[role])


def test_a_permission_given_by_hand_is_taken_back_at_the_next_migrate():
    Group.objects.get(name="partner").permissions.add(Permission.objects.get(codename="delete_user"))
    seed_roles()
    assert "crm.delete_user" not in held("partner")


def test_analysts_see_no_person_and_export_nothing():
    mine = held("analyst")
    assert not {code for code in mine if "stakeholder" in code or "contactpoint" in code or "export" in code}
    assert not {code for code in mine if code.split(".")[1].startswith(("add_", "change_", "delete_"))}


def test_partners_and_organizers_do_not_see_the_book():
    for role in ("partner", "organizer"):
        assert "contacts.view_stakeholder" not in held(role)


def test_only_managers_keep_users_and_settings():
    for role in set(ROLES) - {"manager"}:
        assert not {code for code in held(role) if code.endswith(("_user", "_organisation", "view_history"))}
