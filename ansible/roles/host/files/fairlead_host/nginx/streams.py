"""The `stream` block that reads apps' streams: Nginx takes one, ours or the user's own."""

from __future__ import annotations

import re
from pathlib import Path

from .. import paths
from ..errors import HostError
from .managed import Candidate

STREAM_BASE = Path("/etc/nginx/modules-enabled/90-fairlead-stream.conf")
ROOT = Path("/etc/nginx")
BLOCK = re.compile(r"^\s*stream\s*\{", re.MULTILINE)
INCLUDE = re.compile(rf"^\s*include\s+[\"']?{re.escape(str(paths.NGINX_STREAM))}/\*(?:\.conf)?[\"']?\s*;", re.MULTILINE)


def reads_streams() -> bool:
    """Whether some file of Nginx's configuration includes apps' streams."""
    return any(INCLUDE.search(text) for text in _texts().values())


def users_block() -> Path | None:
    """A file of the user's own with a `stream` block; None where ours has its place."""
    return next((path for path, text in _texts().items() if path != STREAM_BASE and BLOCK.search(text)), None)


def require_streams(candidates: list[Candidate]) -> None:
    """Refuses streams that no running Nginx would read: the status socket can not tell."""
    if not any(candidate.file.is_of_stream and candidate.content is not None for candidate in candidates):
        return
    if not reads_streams():
        raise HostError(
            "system-unsupported",
            "Nginx on this server does not read TCP streams; nothing was changed.",
            hint=f"Prepare the server again; where its Nginx has a stream block of its own, add `include {paths.NGINX_STREAM}/*.conf;` to it.",
        )


def _texts() -> dict[Path, str]:
    """Configuration files outside of Fairlead's own directory, which may hold a block of the main context."""
    found = [path for path in ROOT.rglob("*.conf") if paths.NGINX_ROOT not in path.parents and path.is_file()]
    return {path: path.read_text(encoding="utf-8", errors="replace") for path in sorted(found)}
