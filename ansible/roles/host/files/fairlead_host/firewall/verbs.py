"""`firewall.set`: an app's complete set of rules."""

from __future__ import annotations

from typing import Any

from .. import paths
from ..call import Call
from ..locks import hold
from ..parse import Fields
from .drift import present_openings
from .kind import firewall_kind
from .nft import apply_nft
from .rules import Rule, in_order, load_rules, parse_rules, save_rules
from .ufw import apply_ufw, present_lines


def set_rules(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `firewall.set`. Applied each time, so that rules lost to somebody's flush come back."""
    app, wanted = parse_rules(fields)
    with hold("firewall"):
        everyone = load_rules()
        before = {rule for rule in everyone if rule.app == app}
        after = everyone - before | wanted
        kind = firewall_kind()
        _apply(kind, after)
        save_rules(after)
    return {"added": _count(wanted - before), "removed": _count(before - wanted), "firewall": kind}


def _apply(kind: str, rules: set[Rule]) -> None:
    """Puts the rules where they belong and takes them from where they were before ufw was switched on or off."""
    if kind == "ufw":
        apply_ufw(rules)
        if paths.FIREWALL_RULES.exists():
            apply_nft(set())
    else:
        apply_nft(rules)
        if present_lines():
            apply_ufw(set())


def _count(rules: set[Rule]) -> int:
    return sum(1 for rule in rules if rule.source is not None)


def listed_rules(app: str | None) -> list[dict[str, Any]]:
    """Rules that are remembered and in force, for the inventory."""
    rules = [rule for rule in in_order(load_rules()) if app in (None, rule.app) and rule.source is not None]
    in_force = present_openings() if rules else set()
    return [
        {"app": rule.app, "purpose": rule.purpose, "port": rule.port, "source": rule.source}
        for rule in rules
        if (rule.port, rule.source) in in_force
    ]
