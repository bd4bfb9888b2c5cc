"""A partner's folder: its newest file, whole, and never anything outside it."""

import os
from pathlib import Path

import pytest

from contacts.imports.feeds import folder
from contacts.imports.feeds.errors import Trouble, WrongPlace
from contacts.imports.models import Partner
from tests.imports.feeds.conftest import put

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner_house() -> Partner:
    return Partner.objects.create(name="Casa de Paz")


@pytest.fixture
def home(partner_house) -> Path:
    return folder.make_place(partner_house, "")


def test_each_partner_has_a_folder_of_their_own_that_outlives_a_new_name(partner_house, home, feeds_root):
    assert home == feeds_root / f"casa-de-paz-{partner_house.pk}"
    partner_house.name = "House of Peace"
    assert folder.home_of(partner_house) == home


def test_the_newest_list_is_read(partner_house, home):
    put(home, "old.csv", b"old", age=500)
    put(home, "new.CSV", b"new", age=100)
    for name in (".hidden.csv", "~lock.csv", "new.csv.part", "notes.pdf"):
        put(home, name, b"no", age=60)
    (home / "folder.csv").mkdir()
    with folder.newest(partner_house, "") as found:
        assert (found.name, found.as_file().read(), found.size) == ("new.CSV", b"new", 3)


def test_an_empty_folder_has_nothing(partner_house, home):
    assert folder.newest(partner_house, "") is None


def test_a_file_that_is_being_written_is_left_alone(partner_house, home):
    put(home, "half.csv", b"half", age=2)
    assert folder.newest(partner_house, "") is None


def test_a_file_that_changes_while_it_is_copied_is_left_for_the_next_time(partner_house, home, monkeypatch):
    path = put(home, "list.csv", b"abc" * 100)
    write = folder.Found.write

    def grow(found, chunk):
        path.open("ab").write(b"more")
        write(found, chunk)

    monkeypatch.setattr(folder.Found, "write", grow)
    with pytest.raises(Trouble, match="is being written"), pytest.warns(ResourceWarning):
        folder.newest(partner_house, "")


def test_a_file_that_is_too_large_is_refused(partner_house, home, monkeypatch):
    monkeypatch.setattr(folder, "LARGEST_FILE", 10)
    put(home, "list.csv", b"x" * 11)
    with pytest.raises(Trouble, match="larger than"):
        folder.newest(partner_house, "")


@pytest.mark.parametrize("location", ["..", "../x", "a/../../b", "/etc", "~/x", "..\\x", "a\0b", " /etc"])
def test_nothing_outside_the_folder_can_be_named(partner_house, location):
    with pytest.raises(WrongPlace):
        folder.place_of(partner_house, location)


@pytest.mark.parametrize("location", ["", ".", "weekly", "weekly/lists/", "./weekly"])
def test_folders_inside_can(partner_house, home, location):
    assert folder.place_of(partner_house, location).is_relative_to(home)


def test_a_folder_that_is_a_link_is_refused(partner_house, home, tmp_path):
    put(tmp_path / "elsewhere", "list.csv", b"theirs")
    (home / "weekly").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongPlace, match="real folders"):
        folder.newest(partner_house, "weekly")


def test_the_partners_own_folder_may_be_no_link_either(partner_house, feeds_root, tmp_path):
    put(tmp_path / "elsewhere", "list.csv", b"theirs")
    (feeds_root / f"x-{partner_house.pk}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongPlace, match="real folders"):
        folder.newest(partner_house, "")


def test_a_file_that_is_a_link_or_a_pipe_is_no_list(partner_house, home, tmp_path):
    secret = put(tmp_path, "secret.csv", b"theirs")
    (home / "list.csv").symlink_to(secret)
    os.mkfifo(home / "pipe.csv")
    assert folder.newest(partner_house, "") is None


def test_a_folder_that_is_not_there_says_so(partner_house, home):
    with pytest.raises(Trouble, match="is not there"):
        folder.newest(partner_house, "weekly")
