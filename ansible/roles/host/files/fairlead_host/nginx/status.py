"""Asking the running Nginx which generation of each file it serves, over the status socket."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Iterable

from .. import paths
from .managed import FileId
from .proof import WORKER_PATH

ANSWER_LIMIT_S = 1.0


def ask(file: FileId, at: Path = paths.NGINX_SOCKET) -> str | None:
    """`generation:sha256`, or "" when the running config does not know the file. None while there is no answer."""
    return _get(file.status_path, at)


def answering_worker(at: Path) -> int | None:
    """The process that answers on an apply's own socket: one with the newest config."""
    text = _get(WORKER_PATH, at) or ""
    return int(text) if text.isdigit() else None


def _get(path: str, at: Path) -> str | None:
    """The answer's body; "" for 404, None while there is no answer."""
    request = f"GET {path} HTTP/1.0\r\nHost: fairlead\r\n\r\n".encode()
    answer = bytearray()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_LIMIT_S)
            connection.connect(str(at))
            connection.sendall(request)
            while chunk := connection.recv(4096):
                answer += chunk
    except OSError:
        return None
    head, separator, body = bytes(answer).partition(b"\r\n\r\n")
    parts = head.split(b" ", 2)
    if not separator or len(parts) < 2:
        return None
    if parts[1] == b"404":
        return ""
    return body.decode("ascii", "replace").strip() if parts[1] == b"200" else None


def serves(expected: Iterable[tuple[FileId, str | None]], at: Path) -> bool:
    """Whether Nginx answers what is expected of every file; None expects that the file is unknown to it."""
    return all(ask(file, at) == (status or "") for file, status in expected)
