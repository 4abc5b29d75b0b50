"""Firewall rules as the machine has them against those that were put there."""

from __future__ import annotations

from typing import Any

from .kind import firewall_kind
from .nft import Opening, loaded_openings, openings_of
from .rules import load_rules
from .ufw import present_lines


def drifted_rules() -> list[dict[str, Any]]:
    """Apps whose rules differ, each with both sides."""
    everyone = load_rules()
    if not everyone:
        return []
    present, known = present_openings(), openings_of(everyone)
    found = []
    for app in sorted({rule.app for rule in everyone}):
        wanted = openings_of({rule for rule in everyone if rule.app == app})
        ports = {port for port, _ in wanted}
        actual = {opening for opening in present if opening[0] in ports and (opening in wanted or opening not in known)}
        if actual != wanted:
            found.append({"app": app, "expected": _lines(wanted), "actual": _lines(actual)})
    return found


def present_openings() -> set[Opening]:
    """What the firewall that is in use has of ours."""
    if firewall_kind() == "ufw":
        return {(port, source) for _, port, source in present_lines()}
    return loaded_openings()


def _lines(openings: set[Opening]) -> list[str]:
    ordered = sorted(openings, key=lambda opening: (opening[0], opening[1] is None, opening[1] or ""))
    return [
        f"port {port} closed to everyone else" if source is None else f"port {port} open to {source}"
        for port, source in ordered
    ]
