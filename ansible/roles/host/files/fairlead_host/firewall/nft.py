"""Fairlead's own nftables table: guards its ports and lets all else be."""

from __future__ import annotations

import re

from .. import paths
from ..command import attempt, run
from ..errors import HostError
from ..files import read_or_none, unlink, write_atomic
from ..systemd import SYSTEMCTL
from .rules import Rule, in_order

NFT = "/usr/sbin/nft"
TABLE = ("inet", "fairlead")
ACCEPT = re.compile(r"tcp dport (\d+) ip6? saddr (\S+) accept")
DROP = re.compile(r"tcp dport (?:\{ ([\d, ]+) \}|(\d+)) drop")

# A port and who may reach it; None: the port is closed to everyone else.
Opening = tuple[int, str | None]


def render(rules: set[Rule]) -> str:
    """The table as a script that replaces it in one step.

    There is no rule for established connections: what loses its right loses its connections too.
    """
    accepts = [
        f'    tcp dport {rule.port} {"ip6" if ":" in rule.source else "ip"} saddr {rule.source} accept comment "{rule.app} {rule.purpose}"'
        for rule in in_order(rules)
        if rule.source is not None
    ]
    ports = ", ".join(str(port) for port in sorted({rule.port for rule in rules}))
    lines = [
        "# Managed by Fairlead.",
        "table inet fairlead",
        "delete table inet fairlead",
        "table inet fairlead {",
        "  chain input {",
        "    type filter hook input priority -10; policy accept;",
        '    iifname "lo" accept',
        *accepts,
        f"    tcp dport {{ {ports} }} drop",
        "  }",
        "}",
        "",
    ]
    return "\n".join(lines)


def apply_nft(rules: set[Rule]) -> None:
    """Loads the table and keeps it for the next boot; without rules there is neither."""
    if not rules:
        unlink(paths.FIREWALL_RULES)
        if is_loaded():
            run([NFT, "delete", "table", *TABLE], code="firewall-failed")
        return
    text = render(rules)
    checked = attempt([NFT, "-c", "-f", "-"], stdin=text)
    if checked.code != 0:
        raise HostError("firewall-failed", f"nftables refuses the rules: {checked.output[-500:]}")
    if read_or_none(paths.FIREWALL_RULES) == text.encode() and loaded_openings() == openings_of(rules):
        return
    write_atomic(paths.FIREWALL_RULES, text, 0o600)
    run([NFT, "-f", str(paths.FIREWALL_RULES)], code="firewall-failed")
    # While this unit counts as started, systemd runs it again whenever nftables.service has flushed everything.
    attempt([SYSTEMCTL, "--no-block", "start", "fairlead-firewall.service"])


def is_loaded() -> bool:
    """Whether the kernel has the table."""
    return attempt([NFT, "list", "table", *TABLE]).code == 0


def openings_of(rules: set[Rule]) -> set[Opening]:
    """Every exception, and the refusal of each guarded port."""
    return {(rule.port, rule.source) for rule in rules} | {(rule.port, None) for rule in rules}


def loaded_openings() -> set[Opening]:
    """The same, as the kernel has it."""
    text = loaded_text()
    closed = (port for match in DROP.finditer(text) for port in (match[1] or match[2]).split(","))
    return {(int(match[1]), match[2]) for match in ACCEPT.finditer(text)} | {(int(port), None) for port in closed}


def loaded_text() -> str:
    """The table as the kernel has it; empty text when there is none."""
    return attempt([NFT, "list", "table", *TABLE]).stdout
