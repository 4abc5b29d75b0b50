"""A Redis client that is as small as what is asked here: RESP2 over 127.0.0.1 (https://redis.io/docs/latest/develop/reference/protocol-spec/)."""

from __future__ import annotations

import socket
from typing import Any, BinaryIO

from ..errors import HostError

LIMIT_S = 5.0


class Refused(HostError):
    """Redis answered with an error of its own."""

    def __init__(self, words: str) -> None:
        super().__init__("database-failed", f"Redis answered: {words[:300]}", hint="See the journal of its unit on the server.")


class Client:
    """One signed-in connection. Raises `database-failed` where nobody answers or the answer is an error."""

    def __init__(self, port: int, user: str, password: str) -> None:
        try:
            self._socket = socket.create_connection(("127.0.0.1", port), LIMIT_S)
        except OSError as error:
            raise _silent(port, error) from error
        self._port = port
        self._stream: BinaryIO = self._socket.makefile("rb")
        try:
            self.ask("AUTH", user, password)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hangs up."""
        self._stream.close()
        self._socket.close()

    def ask(self, *words: str) -> Any:
        """One command and its answer: text, a number, None or a list of these."""
        parts = [word.encode() for word in words]
        message = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        try:
            self._socket.sendall(message)
            return self._answer()
        except (OSError, ValueError) as error:
            raise _silent(self._port, error) from error

    def _answer(self) -> Any:
        line = self._stream.readline()
        if not line.endswith(b"\r\n"):
            raise ValueError("it hung up")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise Refused(rest.decode("utf-8", "replace"))
        if kind == b"+":
            return rest.decode("utf-8", "replace")
        if kind == b":":
            return int(rest)
        count = int(rest)
        if count < 0:
            return None
        if kind == b"*":
            return [self._answer() for _ in range(count)]
        return self._stream.read(count + 2)[:-2].decode("utf-8", "replace")


def _silent(port: int, error: Exception) -> HostError:
    return HostError("database-failed", f"The Redis on port {port} of this server does not answer: {error}.")
