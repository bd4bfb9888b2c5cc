"""Files that are sent by the API, and one that came another way."""

from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.imports.actions import partner_named, receive_file
from contacts.imports.models import ImportRun
from tests.imports.conftest import csv_of

ROOM = "/api/v1/imports/"
HEAD = ("E-mail", "First name", "Last name", "Zip", "Where from")
ANN, BAD = ("ann@example.org", "Ann", "Lee", "28202", "Fair"), ("nobody", "=cmd()", "King", "", "")


def send(client, *rows, **facts):
    """Send a file with these rows."""
    file = SimpleUploadedFile("list.csv", csv_of(HEAD, *rows))
    return client.post(ROOM, {"file": file, **facts}, format="multipart")


def run_of(user, *rows, partner="Somebody Else") -> ImportRun:
    """A file that came another way."""
    file = SimpleUploadedFile("other.csv", csv_of(HEAD, *rows))
    return receive_file(file, partner=partner_named(partner), by=user)
