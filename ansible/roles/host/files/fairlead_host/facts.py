"""`facts` and `hello`: what this server is. Read, never changed."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

from .call import Call
from .command import attempt
from .errors import HostError
from .firewall.kind import firewall_kind
from .nginx.process import master_pid
from .nginx.streams import reads_streams
from .parse import Fields
from .version import host_version

VERSION = re.compile(r"(\d+(?:\.\d+)+)")
MODULE = re.compile(r"--with-(?:http_)?([a-z0-9_]+?)(?:_module)?(?:=dynamic)?(?=\s|$)")
DYNAMIC = re.compile(r"ngx_(?:http_)?([a-z0-9_]+)_module\.so")
MODULES_DIRECTORY = Path("/usr/lib/nginx/modules")


def hello(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `hello`."""
    fields.done()
    return {"hostVersion": host_version(), "hostname": os.uname().nodename, "pid": os.getpid()}


def facts(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `facts`. What needs a program's answer is asked side by side."""
    fields.done()
    asked: dict[str, Callable[[], Any]] = {
        "addresses": _addresses,
        "nginx": _nginx,
        "postgresql": _postgresql,
        "mariadb": _mariadb,
        "redis": lambda: _version(["/usr/bin/redis-server", "--version"]),
        "node": lambda: _version(["/usr/bin/node", "--version"]),
        "python": _python,
        "php": lambda: _version(["/usr/bin/php", "-n", "--version"]),
        "docker": _podman,
        "firewall": firewall_kind,
    }
    with ThreadPoolExecutor(len(asked)) as pool:
        answers = {name: pool.submit(ask) for name, ask in asked.items()}
    disk = shutil.disk_usage("/")
    uname = os.uname()
    return {
        "hostVersion": host_version(),
        "hostname": uname.nodename,
        "os": _os(),
        "kernel": uname.release,
        "architecture": uname.machine,
        "cores": len(os.sched_getaffinity(0)),
        "memoryBytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "diskTotalBytes": disk.total,
        "diskFreeBytes": disk.free,
        "uptimeSeconds": int(time.clock_gettime(time.CLOCK_BOOTTIME)),
        "processes": True,
        "sequences": True,
        "idleStarts": True,
        "folderDeclarations": True,
        "grpcFiles": True,
        **{name: answer.result() for name, answer in answers.items()},
    }


def _os() -> dict[str, str]:
    try:
        found = platform.freedesktop_os_release()
    except OSError:
        found = {}
    return {
        "id": found.get("ID", ""),
        "versionId": found.get("VERSION_ID", ""),
        "codename": found.get("VERSION_CODENAME", ""),
        "prettyName": found.get("PRETTY_NAME", ""),
    }


def _addresses() -> list[dict[str, str]]:
    output = attempt(["/usr/sbin/ip", "-json", "address", "show", "scope", "global"]).stdout
    try:
        links = json.loads(output or "[]")
    except ValueError:
        return []
    return [
        {"address": item["local"], "family": "ipv4" if item["family"] == "inet" else "ipv6", "interface": link["ifname"]}
        for link in links
        for item in link.get("addr_info", [])
        if "local" in item
    ]


def _said(argv: list[str], user: str | None = None, stdin: str | None = None) -> str | None:
    """Both streams of a program that exits 0; None otherwise."""
    if not os.access(argv[0], os.X_OK):
        return None
    try:
        outcome = attempt(argv, timeout_s=5, user=user, stdin=stdin)
    except HostError:
        return None
    return outcome.output if outcome.code == 0 else None


def _version(argv: list[str]) -> str | None:
    match = VERSION.search(_said(argv) or "")
    return match[1] if match else None


def _python() -> str | None:
    """The version that makes virtual environments: Debian's python3 does so with python3-venv alone."""
    program = Path("/usr/bin/python3")
    library = Path("/usr/lib") / program.resolve().name / "ensurepip"
    return _version([str(program), "--version"]) if library.is_dir() else None


def _podman() -> str | None:
    """The version that runs containers without root: with numbers for users of theirs, and a network."""
    if not all(os.access(f"/usr/bin/{name}", os.X_OK) for name in ("newuidmap", "slirp4netns", "crun")):
        return None
    return _version(["/usr/bin/podman", "--version"])


def _nginx() -> dict[str, Any] | None:
    said = _said(["/usr/sbin/nginx", "-V"])
    match = re.search(r"nginx version: [^/]*/(\d+\.\d+\.\d+)", said or "")
    if said is None or match is None:
        return None
    static = {name for name in MODULE.findall(said) if f"--with-{name}=dynamic" not in said}
    installed = {found[1] for path in _listing(MODULES_DIRECTORY) if (found := DYNAMIC.fullmatch(path))}
    built_in = static - {found for found in static if re.search(rf"--with-(http_)?{found}(_module)?=dynamic", said)}
    return {
        "version": match[1],
        "modules": sorted(built_in | installed),
        "running": master_pid() is not None,
        "ipv6": Path("/proc/net/if_inet6").exists(),
        "announcesReloads": True,
        "readsStreams": reads_streams(),
    }


def _listing(directory: Path) -> list[str]:
    return os.listdir(directory) if directory.is_dir() else []


def _postgresql() -> dict[str, Any] | None:
    versions = sorted((int(name) for name in _listing(Path("/usr/lib/postgresql")) if name.isdigit()), reverse=True)
    installed = [number for number in versions if Path(f"/usr/lib/postgresql/{number}/bin/postgres").exists()]
    if not installed:
        return None
    query = "SELECT current_setting('server_version') || ' ' || current_setting('max_connections') || ' ' || current_setting('ssl')"
    said = _said([f"/usr/lib/postgresql/{installed[0]}/bin/psql", "-XAt", "-d", "postgres", "-c", query], user="postgres")
    match = re.match(r"(\S+) .*?(\d+) (on|off)$", said or "")
    return {
        "version": match[1] if match else str(installed[0]),
        "maxConnections": int(match[2]) if match else None,
        "tls": match[3] == "on" if match else None,
    }


def _mariadb() -> dict[str, Any] | None:
    version = _version(["/usr/sbin/mariadbd", "--version"])
    if version is None:
        return None
    said = _said(["/usr/bin/mariadb", "-N", "-B"], stdin="SELECT @@max_connections, @@have_ssl;")
    match = re.match(r"(\d+)\s+(\w+)$", said or "")
    return {
        "version": version,
        "maxConnections": int(match[1]) if match else None,
        "tls": match[2] == "YES" if match else None,
    }
