"""What the check of a hosted database takes and finds, and one socket's reads."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

LIMIT_S = 5.0
LONGEST_PACKET = 1_000_000


@dataclass(frozen=True)
class Target:
    """Where the database is and who signs in. `tls`: off, require (encrypt, whoever answers) or verify (certificate and name)."""

    host: str
    port: int
    database: str
    user: str
    password: str
    tls: str
    authority: str | None


class Refused(Exception):
    """The database said no: in which part of signing in, and in its own words."""

    def __init__(self, step: str, words: str, code: str = "") -> None:
        super().__init__(words)
        self.step, self.words, self.code = step, words, code


def read_exactly(connection: socket.socket, count: int) -> bytes:
    """So many bytes; Refused when the other end closes before."""
    if count > LONGEST_PACKET:
        raise Refused("sign-in", "It answered something that is no answer of such a database.")
    found = b""
    while len(found) < count:
        part = connection.recv(count - len(found))
        if part == b"":
            raise Refused("sign-in", "It closed the connection without a word.")
        found += part
    return found


def encrypted(connection: socket.socket, target: Target) -> ssl.SSLSocket:
    """The connection by TLS, as the target asks for."""
    context = ssl.create_default_context(cadata=target.authority) if target.authority else ssl.create_default_context()
    if target.tls == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=target.host)
