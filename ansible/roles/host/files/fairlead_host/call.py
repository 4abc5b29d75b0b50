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

    def log(self, text: str, stream: str = "stdout") -> None:
        """A piece of output, whole lines, as it came."""
        self._send({"event": "log", "stream": stream, "text": text})
