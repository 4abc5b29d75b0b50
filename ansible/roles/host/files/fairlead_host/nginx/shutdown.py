"""How long a worker of an earlier config may finish its connections: longer where there are streams, as sessions of databases outlast requests."""

from __future__ import annotations

from pathlib import Path

from .. import paths
from ..files import read_or_none, write_atomic

SHUTDOWN = Path("/etc/nginx/modules-enabled/90-fairlead.conf")
OF_REQUESTS = b"worker_shutdown_timeout 60s;"
OF_SESSIONS = b"worker_shutdown_timeout 1h;"


def with_limit(content: bytes) -> bytes:
    """The file as it should be with the streams that are on disk now; any other content as it is."""
    has_streams = paths.NGINX_STREAM.is_dir() and any(paths.NGINX_STREAM.iterdir())
    return content.replace(OF_REQUESTS, OF_SESSIONS) if has_streams else content.replace(OF_SESSIONS, OF_REQUESTS)


def settle_limit() -> None:
    """Brings the file to the streams on disk, for the reload that follows. A server whose user has a limit of their own has no such file."""
    content = read_or_none(SHUTDOWN)
    if content is not None and with_limit(content) != content:
        write_atomic(SHUTDOWN, with_limit(content))
