"""The one error that leaves this program."""

from __future__ import annotations

import errno
from typing import Any


class HostError(Exception):
    """A failure with a code of `@fairlead/errors`; `message`, `hint` and `details` are safe to show."""

    def __init__(
        self,
        code: str,
        message: str,
        hint: str | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details

    def to_json(self) -> dict[str, Any]:
        """The error as the control plane reads it."""
        answer: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint is not None:
            answer["hint"] = self.hint
        if self.details:
            answer["details"] = self.details
        return answer


def from_exception(error: BaseException) -> HostError:
    """Any exception as a HostError; a full disk is named as one wherever it strikes."""
    if isinstance(error, HostError):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(error.filename)
    return HostError(
        "internal",
        f"The host program failed: {type(error).__name__}: {str(error)[:300]}",
        hint="Try again; if it stays, read the host program's journal on the server.",
    )


def disk_full(path: object = None) -> HostError:
    """The error for a disk without room."""
    return HostError(
        "disk-full",
        "The server's disk is full.",
        hint="Free some space on the server, then try again.",
        **({"path": str(path)} if path else {}),
    )
