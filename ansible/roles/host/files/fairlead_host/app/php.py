"""A PHP app's own FPM: a master of its own for each app and colour.

A pool in the system's FPM would be read by one master for all: a bad pool file stops every PHP app of the server, its
`env[…]` cannot hold a value that begins with `$`, and a new environment would mean a reload for all. With colours, as
for Node.js, a new release starts beside the old one, and `/run/php/fairlead-<app>.sock` is a link that is switched.
"""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from typing import Callable

from .. import paths, systemd
from ..errors import HostError
from ..files import switch_link, unlink, write_atomic
from .place import COLOURS, App
from .unit import Settings, confinement, unit_text

PROGRAM = re.compile(r"php-fpm(\d+)\.(\d+)")
# The one of before in the same colour has a minute to end its requests.
START_LIMIT_S = 75.0
CONFIGS = paths.ENV.parent / "php"
TMPFILES = Path("/etc/tmpfiles.d")


def fpm_program() -> Path:
    """The newest installed FPM."""
    found = [(int(match[1]), int(match[2]), path) for path in Path("/usr/sbin").glob("php-fpm*") if (match := PROGRAM.fullmatch(path.name))]
    if not found:
        raise HostError("system-unsupported", "PHP is not installed on this server.", hint="Prepare the server with PHP.")
    return max(found)[2]


def socket_link(app: App) -> Path:
    """Where Nginx finds the app's FPM."""
    return paths.PHP_SOCKETS / f"fairlead-{app.name}.sock"


def colour_socket(app: App, colour: str) -> Path:
    """Where one colour's FPM listens."""
    return paths.PHP_SOCKETS / f"fairlead-{app.name}.{colour}.sock"


def config(app: App, colour: str) -> Path:
    """One colour's FPM configuration."""
    return CONFIGS / f"{app.name}.{colour}.conf"


def boot_link(app: App) -> Path:
    """What makes the socket's link again after a reboot."""
    return TMPFILES / f"fairlead-{app.name}.conf"


def unit(app: App) -> str:
    """The unit template. The master is root, as Debian's: it opens the socket for www-data and runs workers as the app."""
    service: Settings = [
        ("Type", "notify"),
        ("Slice", app.slice),
        ("Environment", f"HOME={app.home}"),
        ("EnvironmentFile", f"-{app.env}"),
        ("EnvironmentFile", f"{paths.ENV}/{app.name}.%i.env"),
        ("ExecStart", f"{fpm_program()} --nodaemonize --fpm-config {CONFIGS}/{app.name}.%i.conf"),
        ("KillMode", "mixed"),
        ("KillSignal", "SIGQUIT"),
        ("TimeoutStopSec", "60"),
        ("Restart", "always"),
        ("RestartSec", "1"),
        *(item for item in confinement(app) if item[0] != "CapabilityBoundingSet"),
        ("CapabilityBoundingSet", "CAP_SETUID CAP_SETGID CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL"),
        ("ReadWritePaths", f"{paths.PHP_SOCKETS} -/var/lib/php/sessions"),
    ]
    return unit_text(app, service)


def pool(app: App, colour: str) -> str:
    """One colour's configuration: made of names alone, no value of the tenant's."""
    return "\n".join(
        [
            "; Managed by Fairlead.",
            "[global]",
            "error_log = syslog",
            f"syslog.ident = fairlead-{app.name}",
            "process_control_timeout = 30s",
            f"[{app.name}]",
            f"user = {app.user}",
            f"group = {app.user}",
            f"listen = {colour_socket(app, colour)}",
            "listen.owner = www-data",
            "listen.group = www-data",
            "listen.mode = 0660",
            "pm = dynamic",
            "pm.max_children = 20",
            "pm.start_servers = 2",
            "pm.min_spare_servers = 1",
            "pm.max_spare_servers = 4",
            "pm.max_requests = 1000",
            "clear_env = no",
            "catch_workers_output = yes",
            "decorate_workers_output = no",
            "php_admin_flag[expose_php] = off",
            "",
        ]
    )


def ensure(app: App) -> bool:
    """The colours' configurations are there; answers whether anything changed."""
    CONFIGS.mkdir(mode=0o700, parents=True, exist_ok=True)
    return any([write_atomic(config(app, colour), pool(app, colour), 0o600) for colour in COLOURS])


def live_colour(app: App) -> str | None:
    """The colour that Nginx talks to."""
    return next((colour for colour in COLOURS if _links_to(app, colour)), None)


def _links_to(app: App, colour: str) -> bool:
    link = socket_link(app)
    return link.is_symlink() and link.readlink().name == colour_socket(app, colour).name


def wait_accepting(app: App, colour: str, is_new: Callable[[], bool]) -> None:
    """Waits until the colour's FPM takes connections, and is the one that was started."""
    deadline = time.monotonic() + START_LIMIT_S
    while not (_accepts(colour_socket(app, colour)) and is_new()):
        state = systemd.show(app.unit(colour), "ActiveState", "SubState")
        if state["ActiveState"] == "failed" or state["SubState"] == "auto-restart" or time.monotonic() > deadline:
            log = systemd.last_log(app.unit(colour))
            systemd.stop(app.unit(colour), 10)
            raise HostError("start-failed", "PHP-FPM did not start.", hint="The log's last lines say why.", log=log)
        time.sleep(0.02)


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def switch(app: App, colour: str) -> bool:
    """Has Nginx talk to this colour, now and after a reboot; the other ends when its requests have."""
    target = colour_socket(app, colour).name
    write_atomic(boot_link(app), f"# Managed by Fairlead.\nL+ {socket_link(app)} - - - - {target}\n")
    changed = switch_link(socket_link(app), target)
    for other in COLOURS:
        if other != colour and systemd.is_active(app.unit(other)):
            systemd.begin_stop(app.unit(other))
    return changed


def own_paths(app: App) -> list[Path]:
    """Files and sockets of its FPM."""
    configs = [config(app, colour) for colour in COLOURS]
    sockets = [socket_link(app), *(colour_socket(app, colour) for colour in COLOURS)]
    return [*configs, boot_link(app), *sockets]


def forget(app: App) -> bool:
    """Takes the files away from an app that is not PHP any more."""
    return any([unlink(path) for path in own_paths(app)])
