"""What a feed brought: a file in our own hands, known by its hash."""

import hashlib
import tempfile
from dataclasses import dataclass, field
from typing import IO, Self

from django.core.files.base import File


@dataclass
class Found:
    """A copy of the partner's file; `write` fills it, leaving the `with` throws it away."""

    name: str = ""
    etag: str = ""
    modified: str = ""
    size: int = 0
    copy: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.copy.close()

    def write(self, chunk: bytes) -> None:
        """Add the next bytes of the file."""
        self.size += len(chunk)
        self.digest.update(chunk)
        self.copy.write(chunk)

    @property
    def sha256(self) -> str:
        """By which the same file again is known."""
        return self.digest.hexdigest()

    def as_file(self) -> File:
        """The copy as an upload."""
        self.copy.seek(0)
        file = File(self.copy, name=self.name)
        file.size = self.size
        return file
