"""What a prepared machine has beside this program's own files: the user, its key, Nginx's base config, running services."""

from __future__ import annotations

import pwd
import tempfile
from pathlib import Path
from typing import Sequence

from .command import attempt, run
from .errors import HostError
from .files import write_atomic
from .locks import hold
from .nginx.announce import announced
from .nginx.base import check_running, test_in_place
from .nginx.process import master_pid, reload_master
from .nginx.streams import STREAM_BASE, users_block
from .systemd import SYSTEMCTL, last_log

USER = "fairlead"
HOME = Path("/home/fairlead")
SHELL = "/bin/sh"
COMMENT = "Fairlead"
KEYS = HOME / ".ssh" / "authorized_keys"
NGINX_BASE = Path("/etc/nginx/conf.d/fairlead.conf")
START_LIMIT_S = 120


def ensure_user() -> list[str]:
    """The user that Fairlead signs in as: by key alone, as its password is locked."""
    settings = ["--home-dir", str(HOME), "--shell", SHELL, "--comment", COMMENT]
    try:
        found = pwd.getpwnam(USER)
    except KeyError:
        run(["/usr/sbin/useradd", "--system", "--create-home", *settings, USER])
        return [f"user {USER}"]
    changed = False
    if (found.pw_dir, found.pw_shell, found.pw_gecos) != (str(HOME), SHELL, COMMENT):
        run(["/usr/sbin/usermod", "--home", str(HOME), *settings[2:], USER])
        changed = True
    if run(["/usr/bin/passwd", "--status", USER]).split()[1:2] != ["L"]:
        run(["/usr/bin/passwd", "--lock", "--quiet", USER])
        changed = True
    return [f"user {USER}"] if changed else []


def authorise(line: str) -> list[str]:
    """Exactly this key may sign in. `line` is one of authorized_keys, options and all."""
    owner = pwd.getpwnam(USER)
    is_changed = write_atomic(KEYS, f"{line}\n", 0o600, (owner.pw_uid, owner.pw_gid))
    return [str(KEYS)] if is_changed else []


def place_base(content: str) -> list[str]:
    """Nginx's base config."""
    return _place_nginx(NGINX_BASE, content)


def place_stream_base(content: str) -> list[str]:
    """The block that reads apps' streams, but where the user has one, and where nothing reads this place."""
    if users_block() is not None or not STREAM_BASE.parent.is_dir():
        return []
    return _place_nginx(STREAM_BASE, content)


def _place_nginx(place: Path, content: str) -> list[str]:
    """A file of Nginx's, tested before it is there. A running Nginx is told as of every change (docs/adr/0004)."""
    if place.exists() and place.read_bytes() == content.encode():
        return []
    with tempfile.NamedTemporaryFile(prefix="fairlead-") as candidate:
        candidate.write(content.encode())
        candidate.flush()
        fault = test_in_place(place, Path(candidate.name))
    if fault is not None:
        raise HostError("nginx-test-failed", f"Nginx refuses {place}: {fault}")
    with hold("nginx"), announced() as wait_until_heard:
        wait_until_heard()
        write_atomic(place, content)
        master = master_pid()
        if master is not None:
            reload_master(master)
    return [str(place)]


def run_services(names: Sequence[str], at_boot: Sequence[str]) -> list[str]:
    """Has services start now and at each boot, and those of `at_boot` at each boot alone.

    All are enabled in one call: each `systemctl enable` makes systemd read every unit again.
    """
    changed = []
    asleep = _without("is-enabled", [*names, *at_boot], ("enabled", "static", "alias"))
    if asleep:
        run([SYSTEMCTL, "enable", "--quiet", "--", *asleep], timeout_s=START_LIMIT_S)
        changed += [f"enabled {name}" for name in asleep]
    stopped = _without("is-active", names, ("active", "activating", "reloading"))
    for name in stopped:
        outcome = attempt([SYSTEMCTL, "start", "--", name], timeout_s=START_LIMIT_S)
        if outcome.code != 0:
            raise HostError("start-failed", f"{name} does not start: {outcome.output}\n{last_log(name)}")
        changed.append(f"started {name}")
    if "nginx" in names:
        fault = check_running()
        if fault is not None:
            raise HostError("nginx-not-live", fault)
    return changed


def _without(question: str, names: Sequence[str], fine: Sequence[str]) -> list[str]:
    """Names of those units of which systemd answers something else; it answers one line for each."""
    answers = attempt([SYSTEMCTL, question, "--", *names]).stdout.split("\n")
    return [name for name, answer in zip(names, answers) if answer.strip() not in fine]
