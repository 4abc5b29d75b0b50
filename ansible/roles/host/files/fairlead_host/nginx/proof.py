"""The socket that only the newest config has.

For some 100 ms after a reload, workers of the earlier config take connections from the sockets they share with the new
ones. So each apply gives the status server one more socket, with a name never used before: who answers there has the
new config, and answers as soon as it can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .. import paths
from ..files import read_or_none

PROOF_FILE = paths.NGINX_STATUS / "listen.conf"
WORKER_PATH = "/worker"
LISTEN = re.compile(r"^listen unix:(/run/fairlead/nginx-[0-9a-f]{16}\.sock);$", re.MULTILINE)


@dataclass(frozen=True)
class Proof:
    """One apply's own socket."""

    socket: Path

    @property
    def text(self) -> str:
        """What stands in the status server."""
        return (
            f"# Managed by Fairlead.\nlisten unix:{self.socket};\n"
            f'location = {WORKER_PATH} {{\n  return 200 "$pid";\n}}\n'
        )


def current_socket() -> Path:
    """Where the config on disk answers; the socket of the base config before the first apply."""
    match = LISTEN.search((read_or_none(PROOF_FILE) or b"").decode("utf-8", "replace"))
    return Path(match[1]) if match else paths.NGINX_SOCKET
