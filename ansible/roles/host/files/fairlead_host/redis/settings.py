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
    """`listen_address`: beside 127.0.0.1; None: that alone. `password_sha256`: of the app's account; `former_sha256`: of the one before it, while that may sign in, too.

    `turn`: which of two accounts is the app's. Redis ends the sessions of one that is deleted, and can't tell by which of two passwords one was opened.
    """

    port: int
    listen_address: str | None
    memory_mib: int
    policy: str
    password_sha256: str
    turn: int = 0
    former_sha256: str | None = None

    @property
    def bind(self) -> str:
        """The addresses that it listens on."""
        return " ".join(["127.0.0.1", *([self.listen_address] if self.listen_address else [])])

    def live(self) -> dict[str, str]:
        """Parameters that a running Redis takes by CONFIG SET."""
        return {"bind": self.bind, "maxmemory": str(self.memory_mib * MIB), "maxmemory-policy": self.policy}

    def accounts(self, app: str) -> dict[str, str]:
        """The hash of the password of each account of the app, the newest first."""
        found = {account_of(app, self.turn): self.password_sha256}
        return found if self.former_sha256 is None else found | {account_of(app, self.turn + 1): self.former_sha256}

    def told(self) -> dict[str, Any]:
        """As JSON, without a password."""
        return asdict(self)


def parse_settings(fields: Fields) -> Settings:
    """Reads what `redis.ensure` says. The account is named after the app, so no app may have the administrator's name."""
    former = fields.optional("formerPassword", lambda key: _password(fields, key))
    return Settings(
        fields.port(),
        fields.optional("listenAddress", fields.address),
        fields.integer("memoryMib", 16, 1_048_576),
        fields.one_of("policy", *POLICIES),
        sha256(_password(fields, "password")),
        fields.optional("turn", lambda key: fields.integer(key, 0, 1_000_000)) or 0,
        None if former is None else sha256(former),
    )


def _password(fields: Fields, key: str) -> str:
    password = fields.string(key, 128, 16)
    if not all("!" <= char <= "~" for char in password):
        raise refuse(f"input.{key}", "must be printable ASCII without spaces")
    return password


def account_of(app: str, turn: int) -> str:
    """The user by which an app signs in with its password of this number. A short name has no underscore."""
    name = f"{app}-app" if app in (ADMINISTRATOR, "default") else app
    return f"{name}__b" if turn % 2 else name


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
        *(f"user {name} {' '.join(['on', f'#{sha}', *rights(version)])}" for name, sha in settings.accounts(instance.app).items()),
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
