"""Rules in ufw, where the administrator has it on: told from the administrator's own by their comment."""

from __future__ import annotations

import re
from pathlib import Path

from ..command import attempt, run
from ..files import read_or_none
from .kind import UFW
from .rules import Rule

COMMENT = "fairlead"
# ufw is slow to ask; its files keep a comment as hex digits.
USER_RULES = (Path("/etc/ufw/user.rules"), Path("/etc/ufw/user6.rules"))
MARK = f"comment={COMMENT.encode().hex()}".encode()
ADDED = re.compile(r"ufw (allow|deny) (?:from (\S+) to any port (\d+) proto tcp|(\d+)/tcp) comment 'fairlead'")

Line = tuple[str, int, str | None]


def wanted_lines(rules: set[Rule]) -> list[Line]:
    """Every guarded port's refusal, then its exceptions: each is put before the last, so exceptions come first in ufw."""
    ports = sorted({rule.port for rule in rules})
    sources = sorted({(rule.port, rule.source) for rule in rules if rule.source is not None})
    return [*(("deny", port, None) for port in ports), *(("allow", port, source) for port, source in sources)]


def apply_ufw(rules: set[Rule]) -> None:
    """Brings ufw's rules of ours to these."""
    wanted, found = wanted_lines(rules), present_lines()
    for line in [line for line in found if line not in wanted]:
        run([str(UFW), "--force", "delete", *_arguments(line)], code="firewall-failed")
    for line in [line for line in wanted if line not in found]:
        run([str(UFW), "prepend", *_arguments(line), "comment", COMMENT], code="firewall-failed")


def present_lines() -> list[Line]:
    """Our rules as ufw has them, on or off."""
    if not UFW.exists() or not any(MARK in (read_or_none(path) or b"") for path in USER_RULES):
        return []
    output = attempt([str(UFW), "show", "added"]).stdout
    return [(match[1], int(match[3] or match[4]), match[2]) for match in ADDED.finditer(output)]


def _arguments(line: Line) -> list[str]:
    verb, port, source = line
    if source is None:
        return [verb, f"{port}/tcp"]
    return [verb, "proto", "tcp", "from", source, "to", "any", "port", str(port)]
