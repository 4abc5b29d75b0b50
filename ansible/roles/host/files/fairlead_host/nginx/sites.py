"""`nginx.sites`: the configuration that Nginx loads, without Fairlead's own part of it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

from .. import paths
from ..call import Call
from ..command import ENVIRONMENT
from ..errors import HostError
from ..files import sha256
from ..parse import Fields
from .beside import NGINX, TEST_LIMIT_S

MARK = b"# configuration file "
ROOT = Path("/etc/nginx")
LONGEST_FILE = 256_000
LONGEST_ANSWER = 1_000_000
MOST_FILES = 500
LONGEST_DUMP = 32_000_000
OWN = (str(paths.NGINX_ROOT) + "/", "/etc/nginx/conf.d/fairlead.conf", "/etc/nginx/modules-enabled/90-fairlead")


def sites(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `nginx.sites`. Reads alone."""
    fields.done()
    files: list[dict[str, Any]] = []
    left_out: list[dict[str, str]] = []
    length = 0
    for path, content in _loaded(_dump()):
        if path.startswith(OWN):
            continue
        length += len(content)
        if len(content) > LONGEST_FILE or length > LONGEST_ANSWER or len(files) >= MOST_FILES:
            left_out.append({"path": path[:300], "why": "too long to be read here"})
            length -= len(content)
            continue
        try:
            text = content.decode()
        except UnicodeDecodeError:
            left_out.append({"path": path[:300], "why": "no UTF-8 text"})
            continue
        files.append({"path": path, "sha256": sha256(content), "content": text})
    return {"files": files, "leftOut": left_out[:MOST_FILES]}


def _dump() -> bytes:
    """What `nginx -T` says: every file that Nginx loads, each after a line with its path."""
    try:
        done = subprocess.run(
            [NGINX, "-T", "-q"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TEST_LIMIT_S,
            env=ENVIRONMENT,
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise HostError("internal", f"nginx -T gave no answer in {TEST_LIMIT_S:g} s.") from error
    except FileNotFoundError as error:
        raise HostError(
            "system-unsupported", "Nginx is not installed on this server.", hint="Prepare the server again."
        ) from error
    if done.returncode != 0:
        raise HostError(
            "nginx-foreign-fault",
            "The server's own Nginx config is broken, so Nginx does not say what it loads.",
            hint="Repair it on the server (`nginx -t` shows the fault), then try again.",
            output=done.stderr.decode("utf-8", "replace")[-4000:],
        )
    if len(done.stdout) > LONGEST_DUMP:
        raise HostError("system-unsupported", "The server's Nginx config is too long to be read here.")
    return done.stdout


def _loaded(dump: bytes) -> list[tuple[str, bytes]]:
    """The files in a dump. A mark counts only where the text of the file before it has ended: a file can hold any text, marks too."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(dump):
        end = dump.find(b":\n", at)
        if not dump.startswith(MARK, at) or end < 0:
            raise _moving()
        path = dump[at + len(MARK) : end].decode("utf-8", "surrogateescape")
        content = _read(path)
        start = end + 2
        if dump[start : start + len(content)] != content or dump[start + len(content) : start + len(content) + 1] != b"\n":
            raise _moving()
        if path.startswith(f"{ROOT}/"):
            found[path] = content
        at = start + len(content) + 1
    return [(path, content) for path, content in found.items() if path.isprintable()]


def _read(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _moving() from error
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _moving()
        return file.read(LONGEST_DUMP)


def _moving() -> HostError:
    return HostError(
        "conflict",
        "The server's Nginx config was changed while it was read.",
        hint="Try again in a moment.",
    )
