"""Django's PostgreSQL backend, except for where the server is."""

from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient

from config.embedded.postgres import OWNER
from config.embedded.services import postgres


def _address() -> dict[str, str]:
    address = postgres().use()
    return {"USER": OWNER, "PASSWORD": address.password, "HOST": address.host, "PORT": str(address.port)}


class EmbeddedClient(DatabaseClient):
    """`manage.py dbshell` with the psql that came with the server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Any
    ) -> tuple[list[str], dict[str, str] | None]:
        """Point psql at the embedded server."""
        arguments, environment = super().settings_to_cmd_args_env(settings_dict | _address(), parameters)
        return [str(postgres().psql()), *arguments[1:]], environment


class DatabaseWrapper(base.DatabaseWrapper):
    """Opens its connections on the embedded server, wherever that is now."""

    client_class = EmbeddedClient

    def get_connection_params(self) -> dict[str, Any]:
        """Ask for the server, starting it when there is none, and say where it is."""
        self.settings_dict.update(_address())
        return super().get_connection_params()
