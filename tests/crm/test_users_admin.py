"""Managers keep the users: roles as check boxes, and a mail instead of a password."""

import pytest
from django.contrib.auth.models import Group

from crm.models import OutboxMail, User

pytestmark = pytest.mark.django_db


def typed(role="organizer", **more):
    groups = [Group.objects.get(name=role).pk]
    return {
        "email": "New@Alliance.test",
        "first_name": "Nia",
        "last_name": "",
        "groups": groups,
        "is_active": "on",
        **more,
    }


def test_a_new_user_is_invited_and_chooses_the_password(manager, client_of):
    assert client_of(manager).post("/admin/crm/user/add/", typed()).status_code == 302
    user = User.objects.get(email="new@alliance.test")
    assert user.is_staff
    assert not user.is_superuser
    assert not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == ["organizer"]
    assert OutboxMail.objects.get().purpose == "invitation"


def test_the_form_says_what_each_role_may_do(manager, client_of):
    assert "sends files and sees what became of them" in client_of(manager).get("/admin/crm/user/add/").content.decode()


def test_a_manager_cannot_touch_who_may_do_everything(manager, client_of):
    root = User.objects.create_superuser("root@alliance.test", "correct horse")
    assert client_of(manager).get(f"/admin/crm/user/{root.pk}/change/").status_code == 302


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "user_permissions"])
def test_a_manager_cannot_hand_out_everything(manager, client_of, field):
    client_of(manager).post("/admin/crm/user/add/", typed(**{field: "1"}))
    assert not User.objects.get(email="new@alliance.test").is_superuser


def test_nobody_is_removed(manager, staff, client_of):
    assert client_of(manager).post(f"/admin/crm/user/{staff.pk}/delete/", {"post": "yes"}).status_code == 403


def test_others_do_not_get_in(staff, client_of):
    assert client_of(staff).get("/admin/crm/user/").status_code == 403


def test_the_last_manager_cannot_give_the_keys_away(manager, client_of):
    door = f"/admin/crm/user/{manager.pk}/change/"
    client = client_of(manager)
    answer = client.post(door, typed("staff", email=manager.email))
    assert "This is the only manager" in answer.content.decode()
    assert client.post(door, typed("manager", email=manager.email, is_active="")).status_code == 200
    manager.refresh_from_db()
    assert manager.is_active
    assert [group.name for group in manager.groups.all()] == ["manager"]


def test_one_of_two_managers_can_become_something_else(manager, staff, client_of):
    staff.groups.add(Group.objects.get(name="manager"))
    answer = client_of(manager).post(f"/admin/crm/user/{staff.pk}/change/", typed("staff", email=staff.email))
    assert answer.status_code == 302
