"""One HTTP request to a local port, and what its answer is worth."""

from __future__ import annotations

import http.client
import socket

HEALTHY = {"200", "201", "204", "301", "302"}


def probe(port: int, path: str, timeout_s: float) -> str:
    """The status code as text, or the reason in words why there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path, headers={"User-Agent": "Fairlead", "Connection": "close"})
        return str(connection.getresponse().status)
    except ConnectionRefusedError:
        return "connection refused"
    except (socket.timeout, TimeoutError):
        return f"no answer in {timeout_s:.1f} s"
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {str(error)[:100]}"
    finally:
        connection.close()


def is_healthy(answer: str) -> bool:
    """Whether the status code counts as healthy."""
    return answer in HEALTHY
