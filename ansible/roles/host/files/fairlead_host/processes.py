"""Reading /proc: who runs, who listens, who is connected."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator

PROC = Path("/proc")
ESTABLISHED, SYN_SENT, LISTEN = "01", "02", "0A"


@dataclass(frozen=True)
class Socket:
    """One line of /proc/net/tcp or tcp6. `inode` 0 belongs to no process any more."""

    local: tuple[str, int]
    remote: tuple[str, int]
    state: str
    inode: int


def tcp_sockets(port: int, states: tuple[str, ...], is_remote: bool = False) -> list[Socket]:
    """The sockets in one of `states` whose local (or remote) port it is."""
    column, tail = (2 if is_remote else 1), f":{port:04X}"
    found: list[Socket] = []
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(FileNotFoundError), open(PROC / "net" / name, encoding="ascii") as lines:
            for line in lines:
                parts = line.split()
                if parts[column].endswith(tail) and parts[3] in states:
                    found.append(Socket(_endpoint(parts[1]), _endpoint(parts[2]), parts[3], int(parts[9])))
    return found


def _endpoint(text: str) -> tuple[str, int]:
    raw, port = text.split(":")
    words = [int(raw[start : start + 8], 16) for start in range(0, len(raw), 8)]
    packed = b"".join(struct.pack("=I", word) for word in words)
    if len(packed) == 16 and packed.startswith(b"\x00" * 10 + b"\xff\xff"):
        packed = packed[12:]
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed), int(port, 16)


def all_pids() -> Iterator[int]:
    """Every process of this machine."""
    return (int(name) for name in os.listdir(PROC) if name.isdigit())


def name_of(pid: int) -> str | None:
    """The process's short name; None when it is gone."""
    return _read(pid, "comm")


def title_of(pid: int) -> str | None:
    """The process's command line as ps shows it; None when it is gone."""
    text = _read(pid, "cmdline")
    return None if text is None else text.replace("\x00", " ").strip()


def _read(pid: int, name: str) -> str | None:
    try:
        return (PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace").rstrip("\n")
    except OSError:
        return None


def start_ticks(pid: int) -> int | None:
    """When the process started: with its pid, its identity. None when it is gone or a zombie."""
    text = _read(pid, "stat")
    if text is None:
        return None
    parts = text[text.rindex(")") + 2 :].split()
    return None if parts[0] in "ZX" else int(parts[19])


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    try:
        return [int(child) for child in (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()]
    except OSError:
        return []


def socket_inodes(pids: Iterable[int]) -> set[int]:
    """Inodes of every socket that these processes hold."""
    found: set[int] = set()
    for pid in pids:
        directory = f"/proc/{pid}/fd"
        with contextlib.suppress(OSError):
            for name in os.listdir(directory):
                with contextlib.suppress(OSError):
                    target = os.readlink(f"{directory}/{name}")
                    if target.startswith("socket:["):
                        found.add(int(target[8:-1]))
    return found


def owner_of(inodes: set[int]) -> tuple[int, str] | None:
    """Pid and name of a process that holds one of these sockets; a walk over all of /proc."""
    for pid in all_pids():
        if socket_inodes([pid]) & inodes:
            return pid, name_of(pid) or "?"
    return None


def in_unit(pid: int, unit: str) -> bool:
    """Whether systemd runs the process as part of this unit."""
    text = _read(pid, "cgroup") or ""
    return any(part == unit for line in text.splitlines() for part in line.split("/"))
