"""Following a build's log file, whole lines at a time."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Iterator

LONGEST_PIECE = 16_384
LONGEST_LOG_BYTES = 64 * 1024 * 1024


class LogFollower:
    """Reads a growing file from its beginning. Text in pieces of whole lines; a line without end comes in pieces too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def is_too_long(self) -> bool:
        """Whether more came than anybody should read."""
        return self._offset > LONGEST_LOG_BYTES

    def read(self) -> Iterator[str]:
        """What is new since the last call."""
        try:
            with open(self._path, "rb") as file:
                file.seek(self._offset)
                chunk = file.read(LONGEST_LOG_BYTES + 1)
        except FileNotFoundError:
            return
        self._offset += len(chunk)
        text = self._rest + self._decoder.decode(chunk)
        while len(text) > LONGEST_PIECE:
            cut = text.rfind("\n", 0, LONGEST_PIECE) + 1 or LONGEST_PIECE
            yield text[:cut]
            text = text[cut:]
        cut = text.rfind("\n") + 1
        self._rest = text[cut:]
        if cut:
            yield text[:cut]

    def rest(self) -> str:
        """What came after the last whole line: the end of a log that nothing writes any more."""
        text, self._rest = self._rest, ""
        return text
