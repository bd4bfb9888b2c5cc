"""The machines' door to imports: send a file, see what it would do, save it, see what came of it."""

from contacts.imports.api.views import ImportViewSet

__all__ = ["ImportViewSet"]
