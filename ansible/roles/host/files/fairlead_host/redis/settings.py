"""What an app's Redis should be: parsed, and as the text of its configuration and of its unit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .. import paths
from ..files import sha256
from ..parse import Fields, refuse
from .place import SERVER, Instance

POLICIES = ("noeviction", "volatile-lru", "volatile-ttl", "allkeys-lru", "allkeys-lfu")
ADMINISTRATOR = "fairlead"
MIB = 1024 * 1024
# All but the categories of administration; of those, what frameworks call and what reaches the app's own data alone: INFO (versions are asked for), FLUSHDB
# (clearing a cache), KEYS and SORT. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
RIGHTS = ("~*", "&*", "+@all", "-@admin", "-@dangerous", "+info", "+flushdb", "+keys", "+sort")


@dataclass(frozen=True)
class Settings:
    """`listen_address`: beside 127.0.0.1; None: that alone. `password_sha256`: of the app's account."""

    port: int
    listen_address: str | None
    memory_mib: int
    policy: str
    password_sha256: str

    @property
    def bind(self) -> str:
        """The addresses that it listens on."""
        return " ".join(["127.0.0.1", *([self.listen_address] if self.listen_address else [])])

    def live(self) -> dict[str, str]:
        """Parameters that a running Redis takes by CONFIG SET."""
        return {"bind": self.bind, "maxmemory": str(self.memory_mib * MIB), "maxmemory-policy": self.policy}

    def told(self) -> dict[str, Any]:
        """As JSON, without a password."""
        return asdict(self)


def parse_settings(fields: Fields) -> Settings:
    """Reads what `redis.ensure` says. The account is named after the app, so no app may have the administrator's name."""
    password = fields.string("password", 128, 16)
    if not all("!" <= char <= "~" for char in password):
        raise refuse("input.password", "must be printable ASCII without spaces")
    return Settings(
        fields.port(),
        fields.optional("listenAddress", fields.address),
        fields.integer("memoryMib", 16, 1_048_576),
        fields.one_of("policy", *POLICIES),
        sha256(password),
    )


def account_of(app: str) -> str:
    """The user by which an app signs in."""
    return f"{app}-app" if app in (ADMINISTRATOR, "default") else app


def described(accounts: list[str]) -> tuple[str, ...]:
    """Accounts by Redis's own lines (ACL LIST), so that equal ones read the same: loaded from a file, they have the same words in another order.

    Of the hash of a password there is a hash: enough to see another one, nothing to try passwords against.
    """
    return tuple(sorted(" ".join([*line.split()[:2], *sorted(_words(line))]) for line in accounts))


def _words(line: str) -> list[str]:
    words = [word for word in line.split()[2:] if word != "sanitize-payload"]
    return [f"password:{sha256(word)[:12]}" if word.startswith("#") else word for word in words]


def rights(version: tuple[int, ...]) -> list[str]:
    """What the app's account may do. Redis before 6.2 knows no rights on channels."""
    return [word for word in RIGHTS if word != "&*" or version >= (6, 2)]


def config_text(instance: Instance, settings: Settings, administrator_sha256: str, version: tuple[int, ...]) -> str:
    """`/etc/fairlead/redis/<app>.conf`. Every write is in the append-only file within a second, so that a reboot loses no more."""
    channels = ["&*"] if version >= (6, 2) else []
    administrator = " ".join(["on", f"#{administrator_sha256}", "~*", *channels, "+@all"])
    own = " ".join(["on", f"#{settings.password_sha256}", *rights(version)])
    lines = [
        "# Managed by Fairlead.",
        f"port {settings.port}",
        *(f"{name} {value}" for name, value in settings.live().items()),
        "daemonize no",
        "supervised systemd",
        f"dir {instance.data[0]}",
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "tcp-keepalive 60",
        "user default off",
        f"user {ADMINISTRATOR} {administrator}",
        f"user {account_of(instance.app)} {own}",
    ]
    return "".join(f"{line}\n" for line in lines)


def unit_text(instance: Instance) -> str:
    """A user of its own for each, so that neither an app nor another Redis of this server can read or signal it."""
    return f"""# Managed by Fairlead.
[Unit]
Description=Fairlead: Redis of {instance.app}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={SERVER} {instance.config}
DynamicUser=yes
StateDirectory={instance.name}
StateDirectoryMode=0700
UMask=0077
Restart=always
RestartSec=1
TimeoutStartSec=300
TimeoutStopSec=60
LimitNOFILE=65535
CapabilityBoundingSet=
InaccessiblePaths=-{paths.SRV}
InaccessiblePaths=-{paths.STATE}
LockPersonality=yes
PrivateDevices=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes

[Install]
WantedBy=multi-user.target
"""
