"""One request under way, as its verb sees it."""

from __future__ import annotations

import threading
from typing import Any, Callable

from .fence import Fence


class Call:
    """What a verb may do besides answering: report progress, pass log lines on, prove its right to change things."""

    def __init__(self, send: Callable[[dict[str, Any]], None], closed: threading.Event, fence: Fence | None) -> None:
        self._send = send
        self._closed = closed
        self._fence = fence
        self._withdrawn = threading.Event()

    def withdraw(self) -> None:
        """The caller wants no more of it than what is under way."""
        self._withdrawn.set()

    @property
    def is_withdrawn(self) -> bool:
        """Whether what has not begun yet is wanted no more."""
        return self._withdrawn.is_set()

    @property
    def is_abandoned(self) -> bool:
        """Whether the caller is gone, so that nobody reads what is only watched."""
        return self._closed.is_set()

    def wait_or_abandoned(self, seconds: float) -> bool:
        """Waits; answers early, and true, when the caller goes away."""
        return self._closed.wait(seconds)

    def check_fence(self) -> None:
        """Refuses when another operation took this server over since the verb began."""
        if self._fence is not None:
            self._fence.check()

    def progress(self, share: float, text: str) -> None:
        """How far the verb is, 0 to 1."""
        self._send({"event": "progress", "share": round(share, 3), "text": text})

    def result(self, index: int, result: dict[str, Any]) -> None:
        """What one of several verbs came to, before the others are done."""
        self._send({"event": "result", "index": index, "result": result})

    def log(self, text: str, stream: str = "stdout") -> None:
        """A piece of output, whole lines, as it came."""
        self._send({"event": "log", "stream": stream, "text": text})
