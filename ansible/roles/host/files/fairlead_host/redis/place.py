"""The names and paths of an app's Redis."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .. import paths

SERVER = Path("/usr/bin/redis-server")
STATE_ROOT = Path("/var/lib")


@dataclass(frozen=True)
class Instance:
    """One app's Redis, by the app's parsed short name."""

    app: str

    @property
    def name(self) -> str:
        """What its unit and its directory are called."""
        return f"fairlead-redis-{self.app}"

    @property
    def unit(self) -> str:
        """Its systemd unit."""
        return f"{self.name}.service"

    @property
    def unit_file(self) -> Path:
        """Where the unit is written."""
        return paths.UNITS / self.unit

    @property
    def wanted(self) -> Path:
        """The link that has systemd start it at boot."""
        return paths.WANTS / self.unit

    @property
    def config(self) -> Path:
        """Its configuration: read by a user that exists while it runs alone, and with hashes instead of passwords."""
        return paths.REDIS / f"{self.app}.conf"

    @property
    def record(self) -> Path:
        """What this program remembers of it."""
        return paths.REDIS_STATE / f"{self.app}.json"

    @property
    def data(self) -> tuple[Path, Path]:
        """Its data, as systemd.exec(5) places a StateDirectory= of a dynamic user: the link to it, then the directory."""
        return STATE_ROOT / self.name, STATE_ROOT / "private" / self.name

    def own_paths(self) -> list[Path]:
        """Every path that it has on this server."""
        return [self.wanted, self.unit_file, self.config, *self.data, self.record]


def known_instances() -> list[Instance]:
    """Every Redis that this program has made here."""
    found = paths.REDIS_STATE.glob("*.json") if paths.REDIS_STATE.is_dir() else []
    return [Instance(path.stem) for path in sorted(found)]
