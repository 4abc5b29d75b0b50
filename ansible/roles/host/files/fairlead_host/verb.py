"""What a verb is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from .call import Call
from .parse import Fields


@dataclass(frozen=True)
class Verb:
    """`perform` parses its input and answers the contract's result; a fenced verb changes the server."""

    is_fenced: bool
    perform: Callable[[Call, Fields], dict[str, Any]]
