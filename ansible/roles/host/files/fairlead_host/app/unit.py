"""The systemd unit template of an app with a process of its own, and the limits that hold for everything of a tenant's."""

from __future__ import annotations

from pathlib import Path

from .. import paths
from ..command import SEARCH_PATH
from . import box
from .place import App

Settings = list[tuple[str, str]]


def confinement(app: App) -> Settings:
    """What keeps a tenant's code away from the system and from other apps."""
    return [
        ("NoNewPrivileges", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "tmpfs"),
        ("ProtectKernelTunables", "yes"),
        ("ProtectKernelModules", "yes"),
        ("ProtectControlGroups", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("LockPersonality", "yes"),
        ("CapabilityBoundingSet", ""),
        ("TemporaryFileSystem", f"{paths.SRV}:ro"),
        ("BindPaths", str(app.root)),
        ("ReadWritePaths", str(app.root)),
        ("InaccessiblePaths", f"-{paths.ENV}"),
        ("InaccessiblePaths", f"-{paths.STATE}"),
        ("UMask", "0027"),
        ("TasksMax", "4096"),
    ]


def process_unit(app: App, runtime: str) -> str:
    """The template `fairlead-<app>@.service`; its instances are the colours.

    `${FAIRLEAD_START}` is one argument to the shell, whatever is in it: systemd does not split `${…}`.
    """
    service: Settings = [
        ("Type", "exec"),
        ("User", app.user),
        ("Group", app.user),
        ("Slice", app.slice),
        ("WorkingDirectory", f"{app.root}/%i"),
        *surroundings(app, runtime, f"{app.root}/%i", f"{paths.ENV}/{app.name}.%i.env", "%i"),
        ("ExecStart", " ".join(box.program(app, "%i")) if runtime == "docker" else "/bin/sh -c ${FAIRLEAD_START}"),
        ("Restart", "always"),
        ("RestartSec", "1"),
        ("TimeoutStopSec", "600"),
        ("OOMPolicy", "continue"),
        *confinement_of(app, runtime),
    ]
    return unit_text(app, service)


def confinement_of(app: App, runtime: str | None) -> Settings:
    """What keeps the code of an app of this runtime to itself."""
    return box.confinement(app) if runtime == "docker" else confinement(app)


def surroundings(app: App, runtime: str | None, release: str, own: Path | str, store: str) -> Settings:
    """What a program of the app finds: its home, the app's variables and then `own`, those of one process. `store` is for its container."""
    if runtime == "docker":
        return box.settings(app, own, store)
    return [
        *(("Environment", setting) for setting in program_environment(release, runtime or "")),
        ("Environment", f"HOME={app.home}"),
        ("EnvironmentFile", f"-{app.env}"),
        ("EnvironmentFile", str(own)),
    ]


def program_of(app: App, variable: str, store: str) -> list[str]:
    """What a unit runs: the app's command by the shell, one argument whatever is in it, or a container whose launcher reads the same variable."""
    return box.program(app, store) if app.runtime == "docker" else ["/bin/sh", "-c", f"${{{variable}}}"]


def program_environment(release: str, runtime: str) -> list[str]:
    """What programs of a runtime find in a release's directory; the app's own variables come after it."""
    if runtime == "node":
        return ["NODE_ENV=production", "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt", f"PATH={release}/.fairlead/bin:{SEARCH_PATH}"]
    if runtime == "python":
        return [f"VIRTUAL_ENV={release}/.venv", f"PATH={release}/.venv/bin:{SEARCH_PATH}", "PYTHONUNBUFFERED=1"]
    return []


def unit_text(app: App, service: Settings) -> str:
    """A unit template of the app's with these settings."""
    lines = [
        "# Managed by Fairlead.",
        "[Unit]",
        f"Description=Fairlead app {app.name} (%i)",
        "After=network-online.target",
        "Wants=network-online.target",
        "StartLimitIntervalSec=60",
        "StartLimitBurst=10",
        "",
        "[Service]",
        f"ExecStartPre=+/bin/cp {paths.ENV}/{app.name}.%i.env {paths.RUNNING}/{app.name}.%i.env",
        *(f"{name}={value}" for name, value in service),
        "",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
    ]
    return "\n".join(lines)
