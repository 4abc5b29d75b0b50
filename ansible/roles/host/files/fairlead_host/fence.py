"""Fencing tokens: who lost its lease on this server changes nothing here any more."""

from __future__ import annotations

import re

from . import paths
from .errors import HostError
from .files import read_or_none, write_atomic
from .locks import hold
from .parse import Fields

TOKEN = re.compile(r"[0-9]{1,19}")
OPERATION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Fence:
    """The right to change this server, as one operation holds it."""

    def __init__(self, operation_id: str, token: int) -> None:
        self.operation_id = operation_id
        self.token = token

    @staticmethod
    def parse(value: object) -> "Fence":
        """Reads `{operationId, token}`."""
        fields = Fields(value, "fence")
        operation_id = fields.match("operationId", OPERATION_ID, "an operation's id")
        token = int(fields.match("token", TOKEN, "a decimal number"))
        fields.done()
        return Fence(operation_id, token)

    def check(self) -> None:
        """Refuses with `fenced-off` when a newer token was seen; remembers this one when it is the newest."""
        with hold("fence", 10):
            newest = newest_token()
            if self.token < newest:
                raise HostError(
                    "fenced-off",
                    "A newer operation has taken over this server.",
                    hint="Nothing was changed by this call; the newer operation goes on.",
                    token=str(self.token),
                    newest=str(newest),
                )
            if self.token > newest:
                write_atomic(paths.FENCE, f"{self.token}\n", 0o600)


def newest_token() -> int:
    """The newest token this server has seen; 0 before the first."""
    content = (read_or_none(paths.FENCE) or b"").decode("ascii", "replace").strip()
    return int(content) if TOKEN.fullmatch(content) else 0
