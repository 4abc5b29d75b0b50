"""The systemd unit template of an app with a process of its own, and the limits that hold for everything of a tenant's."""

from __future__ import annotations

from .. import paths
from ..command import SEARCH_PATH
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
        *(("Environment", setting) for setting in program_environment(f"{app.root}/%i", runtime)),
        ("Environment", f"HOME={app.home}"),
        ("EnvironmentFile", f"-{app.env}"),
        ("EnvironmentFile", f"{paths.ENV}/{app.name}.%i.env"),
        ("ExecStart", "/bin/sh -c ${FAIRLEAD_START}"),
        ("Restart", "always"),
        ("RestartSec", "1"),
        ("TimeoutStopSec", "600"),
        ("OOMPolicy", "continue"),
        *confinement(app),
    ]
    return unit_text(app, service)


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
