"""The protocol of MariaDB and MySQL (https://mariadb.com/kb/en/clientserver-protocol/), as far as signing in and asking take it."""

from __future__ import annotations

import hashlib
import socket
import struct

from .target import Refused, Target, encrypted, read_exactly

# CLIENT_LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH
CAPABILITIES = 0x1 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x80000
SSL = 0x800
UTF8MB4 = 45


class MariaDb:
    """One session."""

    def __init__(self, connection: socket.socket, target: Target) -> None:
        self._socket, self._target, self._sequence = connection, target, 0
        greeting = self._read("sign-in")
        end = greeting.index(b"\0", 1)
        rest = greeting[end + 5 :]
        self._offers = struct.unpack("<H", rest[9:11])[0] | (struct.unpack("<H", rest[14:16])[0] << 16)
        self._scramble = rest[:8] + rest[27:39]
        self._plugin = rest[40:].split(b"\0")[0].decode() or "mysql_native_password"
        self._flags = CAPABILITIES

    def encrypt(self) -> None:
        """Asks for TLS before anything of the account is said."""
        if not self._offers & SSL:
            raise Refused("tls", "It does not encrypt: it offers no TLS.")
        self._flags |= SSL
        self._send(self._head())
        self._socket = encrypted(self._socket, self._target)

    def sign_in(self) -> None:
        """User, database and password, by mysql_native_password or caching_sha2_password."""
        target = self._target
        answer = self._answer(self._plugin, self._scramble)
        names = target.user.encode() + b"\0" + bytes([len(answer)]) + answer + target.database.encode() + b"\0"
        self._send(self._head() + names + self._plugin.encode() + b"\0")
        while True:
            packet = self._read("sign-in")
            if packet[:1] == b"\x00":
                return
            if packet[:1] == b"\xfe":
                name, _, data = packet[1:].partition(b"\0")
                self._send(self._answer(name.decode(), data[:20]))
            elif packet == b"\x01\x04":
                self._send_whole_password()

    def query(self, sql: str) -> list[list[str]]:
        """Rows as text; NULL is empty."""
        self._sequence = 0
        self._send(b"\x03" + sql.encode())
        first = self._read("query")
        if first[:1] == b"\x00":
            return []
        while self._read("query")[:1] != b"\xfe":
            pass
        rows: list[list[str]] = []
        while (packet := self._read("query"))[:1] != b"\xfe" or len(packet) > 8:
            rows.append(_row(packet))
        return rows

    def _head(self) -> bytes:
        return struct.pack("<IIB", self._flags, 1 << 24, UTF8MB4) + bytes(23)

    def _answer(self, plugin: str, scramble: bytes) -> bytes:
        password = self._target.password.encode()
        if plugin == "mysql_native_password":
            once = hashlib.sha1(password).digest()
            mask = hashlib.sha1(scramble + hashlib.sha1(once).digest()).digest()
            return bytes(a ^ b for a, b in zip(once, mask))
        if plugin == "caching_sha2_password":
            once = hashlib.sha256(password).digest()
            mask = hashlib.sha256(hashlib.sha256(once).digest() + scramble).digest()
            return bytes(a ^ b for a, b in zip(once, mask))
        raise Refused("sign-in", f"It asks for a way of signing in that can't be tested here: {plugin[:60]}.")

    def _send_whole_password(self) -> None:
        """MySQL asks for it once after its start; it goes by an encrypted connection alone."""
        if not self._flags & SSL:
            raise Refused("sign-in", "It asks for the password itself, which goes by an encrypted connection alone.")
        self._send(self._target.password.encode() + b"\0")

    def _send(self, body: bytes) -> None:
        self._socket.sendall(struct.pack("<I", len(body))[:3] + bytes([self._sequence]) + body)
        self._sequence = (self._sequence + 1) % 256

    def _read(self, step: str) -> bytes:
        head = read_exactly(self._socket, 4)
        self._sequence = (head[3] + 1) % 256
        body = read_exactly(self._socket, int.from_bytes(head[:3], "little"))
        if body[:1] == b"\xff":
            number = struct.unpack("<H", body[1:3])[0]
            words = body[3:].decode("utf-8", "replace")
            raise Refused(step, words[6:] if words.startswith("#") else words, str(number))
        return body


def _row(packet: bytes) -> list[str]:
    at, values = 0, []
    while at < len(packet):
        length = packet[at]
        at += 1
        if length == 0xFB:
            values.append("")
            continue
        if length >= 0xFC:
            width = {0xFC: 2, 0xFD: 3, 0xFE: 8}[length]
            length = int.from_bytes(packet[at : at + width], "little")
            at += width
        values.append(packet[at : at + length].decode("utf-8", "replace"))
        at += length
    return values
