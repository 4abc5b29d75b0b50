"""What `nginx -t` misses: somebody else on a port that the new config listens on (test and reload both exit 0 then)."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
import time

from ..errors import HostError
from ..files import sha256
from ..processes import LISTEN, Socket, children, owner_of, socket_inodes, tcp_sockets
from .managed import Candidate, FileId, content_of, files_on_disk, ports_in, read_record

OLD_WORKERS_LIMIT_S = 2.0
SERVER = re.compile(r"^server \{$(.*?)^\}$", re.MULTILINE | re.DOTALL)


def check_sharing(candidates: list[Candidate], master: int) -> None:
    """Refuses with `port-taken` a port that streams would share with what does not let itself be shared.

    Nginx's own test says nothing of a port in `http` and in `stream` at once, and from 1.25.5 on only warns of two streams on one.
    """
    files = files_on_disk()
    if not any(candidate.file.is_of_stream for candidate in candidates):
        # Names share any port of HTTP's: only streams can be in the way.
        files = [file for file in files if file.is_of_stream]
    on_disk = {file: (content_of(file) or b"").decode("utf-8", "replace") for file in files}
    after = {**on_disk, **{candidate.file: candidate.content or "" for candidate in candidates}}
    if not any(file.is_of_stream for file in after):
        return
    ports = {file: ports_in(text) for file, text in after.items()}
    known = {port for text in on_disk.values() for port in ports_in(text)}
    for file in sorted(candidate.file for candidate in candidates):
        for port in sorted(ports[file]):
            for other in sorted(after):
                if other != file and port in ports[other] and not _may_share(file, other, after, port):
                    raise _taken("*", port, f"the {_NAMES[other.kind]} of {other.app}")
            if file.is_of_stream and port not in known and not _is_edited(file) and _listens(master, port):
                raise _taken("*", port, "another part of this Nginx's configuration, which is not Fairlead's")


_NAMES = {"front": "HTTP front", "backend": "backend site", "grpc": "gRPC", "stream": "streams"}


def _may_share(one: FileId, other: FileId, texts: dict[FileId, str], port: int) -> bool:
    """HTTP's names share any port; streams share one by names alone."""
    if not (one.is_of_stream or other.is_of_stream):
        return True
    return one.kind == other.kind and all(
        "\n    server_name " in server
        for file in (one, other)
        for server in SERVER.findall(texts[file])
        if port in ports_in(server)
    )


def _is_edited(file: FileId) -> bool:
    """Whether the file on disk is not what was applied, so that it does not say which ports are its own."""
    record = read_record(file)
    return record is not None and sha256(content_of(file) or b"") != record.sha256


def _listens(master: int, port: int) -> bool:
    ours = socket_inodes([master])
    return any(listener.inode in ours for listener in tcp_sockets(port, (LISTEN,)))


def check_listens(candidates: list[Candidate], master: int) -> None:
    """Refuses with `port-taken` when a needed socket belongs to another program."""
    needed = {listen for candidate in candidates if candidate.content is not None for listen in candidate.listens}
    deadline = time.monotonic() + OLD_WORKERS_LIMIT_S
    for address, port in sorted(needed):
        while others := _others(address, port, master):
            # A port that was given up a moment ago is still open in workers that have not been told to stop yet; who
            # closes it between two looks has no owner at the second.
            is_passing = _belong_to_workers(others, master) or owner_of({found.inode for found in others}) is None
            if not is_passing or time.monotonic() > deadline:
                raise port_taken(address, port, others)
            time.sleep(0.005)


def _others(address: str, port: int, master: int) -> list[Socket]:
    """Listeners besides the master's own that keep it from this socket."""
    ours = socket_inodes([master])
    listeners = tcp_sockets(port, (LISTEN,))
    if any(listener.local == (address, port) and listener.inode in ours for listener in listeners):
        return []
    if not _is_refused(address, port):
        return []
    return [listener for listener in listeners if listener.inode not in ours and _overlaps(listener, address)]


def _belong_to_workers(listeners: list[Socket], master: int) -> bool:
    return {listener.inode for listener in listeners} <= socket_inodes(children(master))


def _is_refused(address: str, port: int) -> bool:
    """Whether the kernel refuses this socket to a newcomer, asked as Nginx itself will ask."""
    is_v6 = ":" in address
    with socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_v6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def _overlaps(listener: Socket, address: str) -> bool:
    theirs, wanted = ipaddress.ip_address(listener.local[0]), ipaddress.ip_address(address)
    if theirs.version != wanted.version:
        return theirs.version == 6 and theirs.is_unspecified
    return theirs == wanted or theirs.is_unspecified or wanted.is_unspecified


def port_taken(address: str, port: int, listeners: list[Socket]) -> HostError:
    """The error that names who has the port."""
    owner = owner_of({listener.inode for listener in listeners})
    return _taken(address, port, f"{owner[1]} (pid {owner[0]})" if owner else "another program")


def _taken(address: str, port: int, owner: str) -> HostError:
    return HostError(
        "port-taken",
        f"Port {port} is taken by {owner}.",
        hint="Free that port or choose another one, then try again.",
        address=address,
        port=port,
        owner=owner,
    )
