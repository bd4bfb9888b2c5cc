"""Where a large upload lies while it arrives: in a file without a name, which goes with its process."""

import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class NamelessUploadHandler(FileUploadHandler):
    """Takes what the one before, which keeps small uploads in memory, leaves to it."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A place of its own for each file."""
        super().new_file(*args, **kwargs)
        self.place = tempfile.TemporaryFile()  # noqa: SIM115 — whoever takes the upload closes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """The next bytes; nobody after us needs them."""
        self.place.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        """The whole file, as forms take it."""
        self.place.seek(0)
        return UploadedFile(
            file=self.place,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
