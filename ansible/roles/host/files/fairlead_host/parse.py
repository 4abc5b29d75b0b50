"""Strict parsing of a request's input. The control plane is not trusted: a value that is not of its shape goes no further."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Callable, TypeVar

from .errors import HostError

T = TypeVar("T")

SLUG = re.compile(r"[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{40}")
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
ENV_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
HTTP_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
BRANCH = re.compile(r"(?!-)(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])")
VERSION = re.compile(r"(?:>=)?\d{1,2}(?:\.\d{1,3}){0,2}")
FOLDER = re.compile(r"(?!\.)[A-Za-z0-9_.][A-Za-z0-9._-]*(?:/(?!\.)[A-Za-z0-9_.][A-Za-z0-9._-]*)*")
GIT_USER = re.compile(r"[A-Za-z0-9._@+-]{1,100}")
GIT_TOKEN = re.compile(r"[\x21-\x7e]{8,1000}")
SSH_PRIVATE_KEY = re.compile(r"-----BEGIN OPENSSH PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END OPENSSH PRIVATE KEY-----\n?")
SSH_PUBLIC_KEY = re.compile(r"[a-z0-9-]{1,40} [A-Za-z0-9+/]{32,1500}={0,2}")
GIT_URL = re.compile(
    r"(?:https?|ssh|git)://(?!-)(?:[A-Za-z0-9._~%!$&'()*+,;=:-]+@(?!-))?(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?/[^\x00-\x20\x7f\\]+"
    r"|[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!-)[^\x00-\x20\x7f\\]+"
)


def refuse(path: str, why: str) -> HostError:
    """The error for a value that is not of its shape; names the field, never repeats the value."""
    return HostError("invalid-input", f"{path}: {why}.", path=path)


class Fields:
    """The members of one JSON object, each read once and by its type. `done()` refuses members nobody asked for."""

    def __init__(self, value: Any, path: str = "input") -> None:
        if not isinstance(value, dict):
            raise refuse(path, "must be an object")
        self._value: dict[str, Any] = value
        self._path = path
        self._read: set[str] = set()

    def raw(self, name: str) -> Any:
        """The member as it came; refused when it is missing."""
        self._read.add(name)
        if name not in self._value:
            raise refuse(f"{self._path}.{name}", "is missing")
        return self._value[name]

    def optional(self, name: str, read: Callable[[str], T]) -> T | None:
        """None when the member is missing or null, else what `read` makes of it."""
        self._read.add(name)
        return None if self._value.get(name) is None else read(name)

    def boolean(self, name: str) -> bool:
        """true or false; never 0, 1 or text."""
        value = self.raw(name)
        if not isinstance(value, bool):
            raise refuse(f"{self._path}.{name}", "must be true or false")
        return value

    def string(self, name: str, longest: int, shortest: int = 0) -> str:
        """A string without NUL, `shortest` to `longest` characters."""
        value = self.raw(name)
        if not isinstance(value, str) or not shortest <= len(value) <= longest or "\x00" in value:
            raise refuse(f"{self._path}.{name}", f"must be text of {shortest} to {longest} characters without NUL")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise refuse(f"{self._path}.{name}", "must be Unicode text") from error
        return value

    def match(self, name: str, pattern: re.Pattern[str], what: str, longest: int = 300) -> str:
        """A string that `pattern` matches as a whole."""
        value = self.string(name, longest)
        if not pattern.fullmatch(value):
            raise refuse(f"{self._path}.{name}", f"must be {what}")
        return value

    def one_of(self, name: str, *options: str) -> str:
        """One of a few words."""
        value = self.raw(name)
        if not isinstance(value, str) or value not in options:
            raise refuse(f"{self._path}.{name}", f"must be one of {', '.join(options)}")
        return value

    def integer(self, name: str, least: int, most: int) -> int:
        """A whole number within limits; never a boolean or text."""
        value = self.raw(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise refuse(f"{self._path}.{name}", f"must be a whole number from {least} to {most}")
        return value

    def object(self, name: str) -> "Fields":
        """One object within."""
        return Fields(self.raw(name), f"{self._path}.{name}")

    def items(self, name: str, most: int) -> list[tuple[str, Any]]:
        """A list's items, each with its path."""
        value = self.raw(name)
        if not isinstance(value, list) or len(value) > most:
            raise refuse(f"{self._path}.{name}", f"must be a list of at most {most}")
        return [(f"{self._path}.{name}[{index}]", item) for index, item in enumerate(value)]

    def objects(self, name: str, most: int) -> list["Fields"]:
        """A list of objects."""
        return [Fields(item, path) for path, item in self.items(name, most)]

    def slug(self, name: str = "app") -> str:
        """An app's name on hosts."""
        return self.match(name, SLUG, "an app's short name")

    def uuid(self, name: str) -> str:
        """A UUID in lower case."""
        return self.match(name, UUID, "a UUID")

    def port(self, name: str = "port") -> int:
        """A TCP port."""
        return self.integer(name, 1, 65535)

    def address(self, name: str) -> str:
        """An IPv4 or IPv6 address in its canonical spelling."""
        return parse_address(self.raw(name), f"{self._path}.{name}")

    def addresses(self, name: str, most: int = 1000) -> list[str]:
        """Addresses, sorted, each once."""
        return sorted({parse_address(item, path) for path, item in self.items(name, most)})

    def done(self) -> None:
        """Refuses members that no reader asked for."""
        unknown = set(self._value) - self._read
        if unknown:
            raise refuse(f"{self._path}.{sorted(unknown)[0][:40]!r}", "is not known")


def parse_address(value: Any, path: str) -> str:
    """A single address that can stand in a rule: no zone, no network, no wildcard spelling."""
    if not isinstance(value, str) or len(value) > 45 or "%" in value:
        raise refuse(path, "must be an IP address")
    try:
        return str(ipaddress.ip_address(value))
    except ValueError as error:
        raise refuse(path, "must be an IP address") from error
