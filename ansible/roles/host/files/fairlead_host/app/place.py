"""The names and paths that follow from an app's short name."""

from __future__ import annotations

import pwd
from dataclasses import dataclass
from pathlib import Path

from .. import paths
from ..errors import HostError
from ..files import read_json, sha256
from ..redis.place import known_instances
from .limits import Limits

COLOURS = ("blue", "green")
RUNTIMES = ("node", "php", "python", "static", "docker")
PROCESS_RUNTIMES = ("node", "python", "docker")
LONGEST_USER_NAME = 32
USER_COMMENT = "Fairlead app "


@dataclass(frozen=True)
class App:
    """One app by its parsed short name."""

    name: str

    @property
    def user(self) -> str:
        """Its Unix user: `fl-<app>`, shortened with a fingerprint where Linux's 32 characters are too few."""
        plain = f"fl-{self.name}"
        return plain if len(plain) <= LONGEST_USER_NAME else f"fl-{self.name[:20].rstrip('-')}-{sha256(self.name)[:8]}"

    @property
    def root(self) -> Path:
        """Its directory; root's own, so that `current` is out of the app's reach."""
        return paths.SRV / self.name

    @property
    def releases(self) -> Path:
        """One directory for each release."""
        return self.root / "releases"

    @property
    def mirror(self) -> Path:
        """The bare mirror of its repository."""
        return self.root / "repo.git"

    @property
    def home(self) -> Path:
        """HOME of its processes: caches of package managers."""
        return self.root / "home"

    @property
    def shared(self) -> Path:
        """What outlives releases."""
        return self.root / "shared"

    @property
    def images(self) -> Path:
        """Images of its releases, of an app of containers."""
        return self.root / "images"

    @property
    def containers(self) -> Path:
        """What its containers write, one directory for each unit while it runs."""
        return self.root / "containers"

    @property
    def current(self) -> Path:
        """Symlink to the live release."""
        return self.root / "current"

    def slot(self, colour: str) -> Path:
        """Symlink to the release that a colour runs."""
        return self.root / colour

    def release(self, release_id: str) -> Path:
        """A release's directory."""
        return self.releases / release_id

    @property
    def state(self) -> Path:
        """What this program remembers about the app."""
        return paths.APPS / self.name

    def built(self, release_id: str) -> Path:
        """Proof that a release was built to its end."""
        return self.state / "releases" / f"{release_id}.json"

    def manifest(self, release_id: str) -> Path:
        """What a release was made of when it had been built, for other servers (`release/artifact.py`)."""
        return self.state / "releases" / f"{release_id}.manifest"

    def pack(self, release_id: str) -> Path:
        """Files of a release that arrive from another server."""
        return self.state / "builds" / f"{release_id}.pack"

    @property
    def env(self) -> Path:
        """Its environment, 0600."""
        return paths.ENV / f"{self.name}.env"

    def colour_env(self, colour: str) -> Path:
        """What only this colour has: port, release, start command."""
        return paths.ENV / f"{self.name}.{colour}.env"

    def started(self, colour: str) -> Path:
        """What the colour's unit was started with last; its own copy."""
        return paths.RUNNING / f"{self.name}.{colour}.env"

    @property
    def template(self) -> Path:
        """The unit template of its two colours."""
        return paths.UNITS / f"fairlead-{self.name}@.service"

    def unit(self, colour: str) -> str:
        """The unit of a colour."""
        return f"fairlead-{self.name}@{colour}.service"

    def wanted(self, colour: str) -> Path:
        """The link that has systemd start a colour at boot."""
        return paths.WANTS / self.unit(colour)

    def limits_file(self, colour: str) -> Path:
        """What the colour was started with as its limits: a drop-in, so that a change of the app's leaves alone what serves."""
        return paths.UNITS / f"{self.unit(colour)}.d" / "limits.conf"

    @property
    def limits(self) -> Limits:
        """What `app.ensure` was told last; none before."""
        value = read_json(self.state / "app.json")
        return Limits(**value.get("limits", {})) if isinstance(value, dict) else Limits()

    @property
    def command_unit(self) -> str:
        """The unit of the release command: one, so that two can never run at once."""
        return f"fairlead-command-{self.name}.service"

    @property
    def slice(self) -> str:
        """Its cgroup slice. `-` nests slices, so it is written `_`, which no short name contains."""
        return f"fairlead-{self.name.replace('-', '_')}.slice"

    @property
    def runtime(self) -> str | None:
        """What `app.ensure` was told last; None before."""
        value = read_json(self.state / "app.json")
        return str(value["runtime"]) if isinstance(value, dict) else None

    def ids(self) -> tuple[int, int]:
        """Its user's and group's numbers. Raises `host-refused` when the app is not set up here."""
        try:
            entry = pwd.getpwnam(self.user)
        except KeyError as error:
            raise HostError(
                "host-refused",
                f"The app {self.name} is not set up on this server.",
                hint="Run the operation again from its start.",
            ) from error
        if entry.pw_gecos != f"{USER_COMMENT}{self.name}":
            raise HostError(
                "host-refused",
                f"The user {self.user} on this server is not Fairlead's.",
                hint="Rename that user, or give the app another name.",
            )
        return entry.pw_uid, entry.pw_gid


def known_apps() -> list[App]:
    """Every app that has left something on this server."""
    names = {entry.pw_gecos.removeprefix(USER_COMMENT) for entry in pwd.getpwall() if is_ours(entry)}
    for directory in (paths.SRV, paths.APPS):
        if directory.is_dir():
            names |= {entry.name for entry in directory.iterdir() if entry.is_dir()}
    names |= {instance.app for instance in known_instances()}
    return [App(name) for name in sorted(names)]


def is_ours(entry: pwd.struct_passwd) -> bool:
    """Whether a user was made by this program."""
    return entry.pw_name.startswith("fl-") and entry.pw_gecos.startswith(USER_COMMENT)
