"""PostgreSQL's protocol (https://www.postgresql.org/docs/current/protocol.html), as far as signing in and asking take it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import struct

from .target import Refused, Target, encrypted, read_exactly

SSL_REQUEST = struct.pack("!II", 8, 80877103)
VERSION_3 = 196608


class PostgreSql:
    """One session."""

    def __init__(self, connection: socket.socket, target: Target) -> None:
        self._socket, self._target = connection, target

    def encrypt(self) -> None:
        """Asks for TLS before anything else is said."""
        self._socket.sendall(SSL_REQUEST)
        if read_exactly(self._socket, 1) != b"S":
            raise Refused("tls", "It does not encrypt: it answered that it has no TLS.")
        self._socket = encrypted(self._socket, self._target)

    def sign_in(self) -> None:
        """Start-up and password, by SCRAM-SHA-256 (RFC 7677), MD5 or plain text where the connection is encrypted."""
        target = self._target
        pairs = f"user\0{target.user}\0database\0{target.database}\0application_name\0fairlead\0\0".encode()
        self._socket.sendall(struct.pack("!II", len(pairs) + 8, VERSION_3) + pairs)
        while True:
            kind, body = self._read()
            if kind == b"R":
                self._authenticate(struct.unpack("!I", body[:4])[0], body[4:])
            elif kind == b"Z":
                return

    def query(self, sql: str) -> list[list[str]]:
        """Rows as text; NULL is empty."""
        text = sql.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!I", len(text) + 4) + text)
        rows: list[list[str]] = []
        while True:
            kind, body = self._read("query")
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"Z":
                return rows

    def _authenticate(self, way: int, body: bytes) -> None:
        password = self._target.password
        if way == 0:
            return
        if way == 10:
            self._scram(body)
        elif way == 5:
            inner = hashlib.md5((password + self._target.user).encode()).hexdigest()
            self._send_password(b"md5" + hashlib.md5(inner.encode() + body[:4]).hexdigest().encode() + b"\0")
        elif way == 3 and self._target.tls != "off":
            self._send_password(password.encode() + b"\0")
        else:
            raise Refused("sign-in", f"It asks for a way of signing in that can't be tested here (number {way}).")

    def _scram(self, offered: bytes) -> None:
        if b"SCRAM-SHA-256" not in offered.split(b"\0"):
            raise Refused("sign-in", "It asks for a SASL mechanism other than SCRAM-SHA-256.")
        nonce = secrets.token_urlsafe(18)
        bare = f"n=,r={nonce}"
        first = f"n,,{bare}".encode()
        self._send_password(b"SCRAM-SHA-256\0" + struct.pack("!I", len(first)) + first)
        server_first = self._sasl(11)
        parts = dict(part.split("=", 1) for part in server_first.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", self._target.password.encode(), base64.b64decode(parts["s"]), int(parts["i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        without_proof = f"c=biws,r={parts['r']}"
        message = f"{bare},{server_first},{without_proof}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature))).decode()
        self._send_password(f"{without_proof},p={proof}".encode())
        self._sasl(12)

    def _sasl(self, way: int) -> str:
        kind, body = self._read()
        if kind != b"R" or struct.unpack("!I", body[:4])[0] != way:
            raise Refused("sign-in", "It broke off signing in.")
        return body[4:].decode()

    def _send_password(self, body: bytes) -> None:
        self._socket.sendall(b"p" + struct.pack("!I", len(body) + 4) + body)

    def _read(self, step: str = "sign-in") -> tuple[bytes, bytes]:
        head = read_exactly(self._socket, 5)
        body = read_exactly(self._socket, struct.unpack("!I", head[1:])[0] - 4)
        if head[:1] == b"E":
            fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}
            raise Refused(step, fields.get(b"M", "It refused."), fields.get(b"C", ""))
        return head[:1], body


def _row(body: bytes) -> list[str]:
    (count,) = struct.unpack("!H", body[:2])
    at, values = 2, []
    for _ in range(count):
        (length,) = struct.unpack("!i", body[at : at + 4])
        at += 4
        values.append("" if length < 0 else body[at : at + length].decode("utf-8", "replace"))
        at += max(length, 0)
    return values
