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
class Login:
    """Who may sign in to an app's database. Two while backends go over to another password, the new one first."""

    name: str
    password: str
    tls: bool


@dataclass(frozen=True)
class Grant:
    """Who may reach an app's database from afar: each name, and whether it has to encrypt."""

    app: str
    database: str
    user: str
    listen_address: str | None
    addresses: tuple[str, ...]
    logins: tuple[tuple[str, bool], ...]


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


def other_login(user: str) -> str:
    """PostgreSQL has one password for a role: the second name by which an app signs in. No app's own name looks like it."""
    return f"{user}__b"


def parse_logins(fields: Fields, account: Account) -> tuple[Login, ...]:
    """Reads everybody who may sign in, the newest first."""
    names = (account.user, other_login(account.user)) if account.engine == "postgresql" else (account.user,)
    found: list[Login] = []
    for item in fields.objects("logins", 2):
        found.append(Login(item.one_of("name", *names), _password(item), item.one_of("way", "any", "tls") == "tls"))
        item.done()
    if not found or (account.engine == "postgresql" and len({login.name for login in found}) < len(found)):
        raise refuse("input.logins", "must name somebody, and nobody twice")
    return tuple(found)


def _password(fields: Fields) -> str:
    """Printable ASCII: what SCRAM takes without normalising."""
    password = fields.string("password", 128, 16)
    if not all(" " <= char <= "~" for char in password):
        raise refuse("input.logins", "must have passwords of printable ASCII")
    return password
