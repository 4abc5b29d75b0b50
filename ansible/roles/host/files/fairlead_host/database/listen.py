"""What both engines need to know about listening addresses."""

from __future__ import annotations

import errno
import socket
import time

from ..errors import HostError
from ..processes import LISTEN, tcp_sockets

EVERYWHERE = {"*", "0.0.0.0", "::"}
LISTEN_LIMIT_S = 10.0


def require_own(address: str) -> None:
    """Refuses an address that is not this server's: an engine told to listen there would not start."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise HostError(
                    "database-failed",
                    f"{address} is not an address of this server; the database was left as it was.",
                    hint="Correct the server's private address, then try again.",
                    address=address,
                ) from error
            raise


def is_listening(address: str, port: int) -> bool:
    """Whether somebody listens on the address or on all of them."""
    return any(found.local[0] in (address, "0.0.0.0", "::") for found in tcp_sockets(port, (LISTEN,)))


def wait_listening(addresses: list[str], port: int) -> None:
    """Waits until the engine is back on every address."""
    deadline = time.monotonic() + LISTEN_LIMIT_S
    while missing := [address for address in addresses if not is_listening(address, port)]:
        if time.monotonic() > deadline:
            raise HostError("database-failed", f"The database does not listen on {missing[0]}.", address=missing[0])
        time.sleep(0.02)
