"""What arrives is kept without a name until a form takes it, so that a process that is killed leaves nothing."""

import os
import signal
import tempfile
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.imports.models import ImportRun
from crm.uploads import NamelessUploadHandler
from tests.imports.workers import until


def test_a_large_file_arrives_whole(db, staff, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    content = b"E-mail,First name\r\n" + b"".join(b"ann%d@example.org,Ann\r\n" % at for at in range(140_000))
    assert len(content) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    form = {"file": SimpleUploadedFile("list.csv", content), "new_partner": "Community House"}
    client_of(staff).post(reverse("admin:contacts_importrun_add"), form)
    run = ImportRun.objects.get()
    assert (run.size, run.original_name) == (len(content), "list.csv")
    assert Path(run.file.path).read_bytes() == content


@pytest.mark.fault
def test_a_process_that_is_killed_while_a_file_arrives_leaves_nothing(tmp_path, monkeypatch):
    arriving = tmp_path / "arriving"
    arriving.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(arriving))
    begun = tmp_path / "begun"
    pid = os.fork()
    if not pid:
        handler = NamelessUploadHandler()
        handler.new_file("file", "list.csv", "text/csv", 1 << 20)
        handler.receive_data_chunk(b"ann@example.org" * 4000, 0)
        begun.touch()
        time.sleep(60)
        os._exit(0)
    until(begun.exists)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert list(arriving.iterdir()) == []
