"""What this program remembers of an app's Redis: what it should be, and the password of its own account there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ..files import read_json, write_json
from .client import Client
from .place import Instance
from .settings import ADMINISTRATOR, Settings


@dataclass(frozen=True)
class Record:
    """`accounts`: as `described` has them, once all held; empty before. `addresses`: who is let in from afar, by the firewall."""

    password: str
    settings: Settings
    config_sha256: str
    accounts: tuple[str, ...]
    addresses: tuple[str, ...]


def load_record(instance: Instance) -> Record | None:
    """None where there is none."""
    value = read_json(instance.record)
    if not isinstance(value, dict):
        return None
    return Record(
        value["password"], Settings(**value["settings"]), value["configSha256"], tuple(value["accounts"]), tuple(value["addresses"])
    )


def save_record(instance: Instance, record: Record) -> None:
    """Readable for root alone."""
    write_json(
        instance.record,
        {
            "password": record.password,
            "settings": record.settings.told(),
            "configSha256": record.config_sha256,
            "accounts": list(record.accounts),
            "addresses": list(record.addresses),
        },
    )


def new_password() -> str:
    """For this program's own account."""
    return secrets.token_urlsafe(32)


def sign_in(record: Record) -> Client:
    """As the administrator."""
    return Client(record.settings.port, ADMINISTRATOR, record.password)
