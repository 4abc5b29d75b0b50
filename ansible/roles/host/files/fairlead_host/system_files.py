"""The files that belong to the program as a package's would: directories, sudoers, units, Nginx's shutdown limit."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import Path

from .command import run
from .files import write_atomic
from .nginx.base import test_in_place
from .nginx.shutdown import SHUTDOWN, with_limit
from .systemd import daemon_reload

PREFIX = "system"
UNITS = "/etc/systemd/system/"
SUDOERS = "/etc/sudoers.d/"
TMPFILES = "/etc/tmpfiles.d/"
NGINX = "/etc/nginx/"
USER_LIMIT = re.compile(r"^\s*worker_shutdown_timeout\b", re.MULTILINE)


def install_system(archive: Path) -> list[str]:
    """Places every file of the archive's `system` tree that differs; answers their paths."""
    with zipfile.ZipFile(archive) as packed:
        wanted = {
            name.removeprefix(PREFIX): packed.read(name)
            for name in sorted(packed.namelist())
            if name.startswith(f"{PREFIX}/")
        }
    changed = [name for name, content in wanted.items() if _place(Path(name), content)]
    if any(name.startswith(TMPFILES) for name in changed):
        run(["/usr/bin/systemd-tmpfiles", "--create", "fairlead.conf"])
    if any(name.startswith(UNITS) for name in changed):
        daemon_reload()
    return changed


def _place(path: Path, content: bytes) -> bool:
    name = str(path)
    if path == SHUTDOWN:
        content = with_limit(content)
    if name.startswith(NGINX) and (not path.parent.is_dir() or _user_has_limit(path)):
        return False
    mode = 0o440 if name.startswith(SUDOERS) else 0o644
    if path.exists() and path.read_bytes() == content and path.stat().st_mode & 0o7777 == mode:
        return False
    _check(path, content)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    return write_atomic(path, content, mode)


def _check(path: Path, content: bytes) -> None:
    """Refuses a file that the program which reads it would refuse."""
    with tempfile.NamedTemporaryFile(prefix="fairlead-") as candidate:
        candidate.write(content)
        candidate.flush()
        if str(path).startswith(SUDOERS):
            run(["/usr/sbin/visudo", "-cqf", candidate.name])
        if str(path).startswith(NGINX):
            fault = test_in_place(path, Path(candidate.name))
            if fault is not None:
                raise SystemExit(f"[nginx-foreign-fault] {fault}")


def _user_has_limit(path: Path) -> bool:
    """Whether the user's own config says what ours would: Nginx refuses it twice, and theirs wins."""
    others = [Path("/etc/nginx/nginx.conf"), *path.parent.glob("*.conf")]
    return any(USER_LIMIT.search(other.read_text(errors="replace")) for other in others if other != path and other.exists())
