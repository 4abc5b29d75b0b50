"""What the firewall should let through: every app's rules together, as they are remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import paths
from ..files import read_json, unlink, write_json
from ..parse import Fields, refuse
from ..processes import LISTEN, all_pids, name_of, socket_inodes, tcp_sockets

PURPOSES = ("backend", "database", "redis", "stream")
SSH = 22


@dataclass(frozen=True, order=True)
class Rule:
    """One app's wish: this source may reach this port. Source None: nobody, but the port is guarded."""

    port: int
    source: str | None
    app: str
    purpose: str


def parse_rules(fields: Fields) -> tuple[str, set[Rule]]:
    """Reads an app's complete set of rules. The SSH port is refused: guarding it would lock Fairlead and the user out."""
    app = fields.slug()
    found: set[Rule] = set()
    for item in fields.objects("rules", 100):
        purpose, port, sources = item.one_of("purpose", *PURPOSES), item.port(), item.addresses("sources")
        item.done()
        if port == SSH or _is_ssh(port):
            raise refuse("input.rules", "must not guard the SSH port")
        guarded: list[str | None] = [*sources] if sources else [None]
        found |= {Rule(port, source, app, purpose) for source in guarded}
    fields.done()
    return app, found


def _is_ssh(port: int) -> bool:
    """Whether sshd listens on the port."""
    listeners = {listener.inode for listener in tcp_sockets(port, (LISTEN,))}
    return bool(listeners) and bool(listeners & socket_inodes(pid for pid in all_pids() if (name_of(pid) or "").startswith("sshd")))


def load_rules() -> set[Rule]:
    """The rules of all apps."""
    value = read_json(paths.FIREWALL_STATE)
    items: list[dict[str, Any]] = value if isinstance(value, list) else []
    return {Rule(item["port"], item["source"], item["app"], item["purpose"]) for item in items}


def save_rules(rules: set[Rule]) -> None:
    """Remembers the rules of all apps; no file when there are none."""
    if not rules:
        unlink(paths.FIREWALL_STATE)
        return
    items = [
        {"port": rule.port, "source": rule.source, "app": rule.app, "purpose": rule.purpose}
        for rule in sorted(rules, key=_order)
    ]
    write_json(paths.FIREWALL_STATE, items)


def _order(rule: Rule) -> tuple[int, str, str, str]:
    return rule.port, rule.source or "", rule.app, rule.purpose


def in_order(rules: set[Rule]) -> list[Rule]:
    """The rules in a stable order."""
    return sorted(rules, key=_order)
