"""What killed processes left behind goes, too."""

import os
import signal
import time
import zipfile
from pathlib import Path

import pytest

from contacts.imports.keeping.strays import remove_strays
from contacts.imports.reading.packed import Unpacked
from crm.actions.exports import remove_old_exports
from tests.imports.keeping.runs import FILE
from tests.imports.workers import until

pytestmark = pytest.mark.django_db


class TestStrays:
    def test_what_a_killed_worker_left_of_an_export_goes_after_a_day(self, db, uploads):
        left, young = uploads / "exports" / "left", uploads / "exports" / "young"
        left.parent.mkdir(parents=True)
        for path in (left, young):
            path.write_bytes(FILE)
        os.utime(left, (time.time() - 90_000,) * 2)
        remove_old_exports()
        assert [path.name for path in left.parent.iterdir()] == ["young"]

    def test_an_upload_without_a_run_goes_after_a_day(self, check, uploads):
        run = check(FILE)
        fresh, old = uploads / "imports" / "fresh", uploads / "imports" / "old"
        for path in (fresh, old):
            path.write_bytes(FILE)
        for path in (old, Path(run.file.path)):
            os.utime(path, (time.time() - 90_000,) * 2)
        assert remove_strays() == 1
        assert not old.exists()
        assert fresh.exists()
        assert Path(run.file.path).exists()

    def test_there_may_be_no_folder_yet(self, uploads):
        assert remove_strays() == 0


@pytest.mark.fault
def test_the_unpacked_list_of_a_killed_process_goes_and_one_that_is_read_stays(uploads, tmp_path):
    packed = tmp_path / "list.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.csv", FILE)
    ready = tmp_path / "ready"
    pid = os.fork()
    if not pid:
        left = Unpacked(packed)
        ready.write_text(left.path.name)
        time.sleep(60)
        os._exit(0)
    until(lambda: ready.exists() and ready.read_text())
    left, read = uploads / "unpacked" / ready.read_text(), Unpacked(packed)
    for path in (left, read.path):
        os.utime(path, (time.time() - 120,) * 2)
    assert remove_strays() == 0
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert remove_strays() == 1
    assert not left.exists()
    assert read.path.read_bytes() == FILE
    path = read.path
    del read
    assert not path.exists()
