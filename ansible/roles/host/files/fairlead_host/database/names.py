"""What the database verbs take, parsed."""

from __future__ import annotations

from dataclasses import dataclass

from ..parse import DATABASE_NAME, Fields, refuse

ENGINES = ("postgresql", "mariadb")
RESERVED = {"postgres", "template0", "template1", "root", "mysql", "mariadb", "sys", "information_schema", "performance_schema", "public"}


@dataclass(frozen=True)
class Account:
    """One app's database and the user that owns it. Names are letters, digits and underscores: they need no quoting."""

    engine: str
    database: str
    user: str


@dataclass(frozen=True)
class Grant:
    """Who may reach an app's database from afar."""

    app: str
    database: str
    user: str
    listen_address: str | None
    addresses: tuple[str, ...]


def parse_account(fields: Fields) -> Account:
    """Reads engine, database and user; refuses the engines' own names."""
    account = Account(
        fields.one_of("engine", *ENGINES),
        fields.match("database", DATABASE_NAME, "a lower-case database name"),
        fields.match("user", DATABASE_NAME, "a lower-case user name"),
    )
    for name, value in (("database", account.database), ("user", account.user)):
        if value in RESERVED or value.startswith("pg_"):
            raise refuse(f"input.{name}", "is a name of the engine's own")
    return account


def parse_password(fields: Fields) -> str:
    """Printable ASCII: what SCRAM takes without normalising."""
    password = fields.string("password", 128, 16)
    if not all(" " <= char <= "~" for char in password):
        raise refuse("input.password", "must be printable ASCII")
    return password
