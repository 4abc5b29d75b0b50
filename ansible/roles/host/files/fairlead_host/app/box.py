"""What the unit of a container has in the place of a native process's settings (docs/adr/0028-containers.md)."""

from __future__ import annotations

from pathlib import Path

from .. import paths
from ..release.engine import BOX
from .place import App

Settings = list[tuple[str, str]]
# What a new user namespace takes that newuidmap(1) makes from the app's range.
CAPABILITIES = "CAP_SETUID CAP_SETGID CAP_SYS_ADMIN CAP_DAC_OVERRIDE"


def confinement(app: App) -> Settings:
    """What keeps Podman, and what would get out of a container, away from the system and from other apps.

    No setting here may bring `NoNewPrivileges=` along, as every filter of system calls does: newuidmap is set-user-ID. Podman's own filter and
    no-new-privileges hold in the container.
    """
    return [
        ("CapabilityBoundingSet", CAPABILITIES),
        ("PrivateTmp", "yes"),
        ("DevicePolicy", "closed"),
        ("DeviceAllow", "/dev/net/tun rw"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "tmpfs"),
        ("ProtectControlGroups", "yes"),
        ("TemporaryFileSystem", f"{paths.SRV}:ro"),
        ("TemporaryFileSystem", f"{BOX}:mode=1777,size=64m"),
        ("BindPaths", str(app.root)),
        ("ReadWritePaths", str(app.root)),
        ("InaccessiblePaths", f"-{paths.ENV}"),
        ("InaccessiblePaths", f"-{paths.STATE}"),
        ("UMask", "0022"),
        ("TasksMax", "4096"),
    ]


def settings(app: App, own: Path | str, store: str) -> Settings:
    """How a container comes and goes: its variables are shown to it alone, and its store is a new one each time. `store` may have systemd's specifiers."""
    place = f"{app.containers}/{store}"
    return [
        ("LoadCredential", f"app:{app.env}"),
        # Of an app that was told of none; this is no variable.
        ("SetCredential", "app:none"),
        ("LoadCredential", f"own:{own}"),
        ("ExecStartPre", f"+/bin/rm -rf --one-file-system {place}"),
        ("ExecStopPost", f"+/bin/rm -rf --one-file-system {place}"),
        # A container that ended by the signal it was sent.
        ("SuccessExitStatus", "143"),
        # Podman tells the container's first process; what is left of the unit after that is ended.
        ("KillMode", "mixed"),
    ]


def program(app: App, store: str) -> list[str]:
    """The unit's main process."""
    return ["/usr/bin/python3", "-IS", str(paths.CONTAINER), str(app.root), store]
