"""Which firewall rules go to."""

from __future__ import annotations

import re
from pathlib import Path

from ..files import read_or_none

UFW_CONFIG = Path("/etc/ufw/ufw.conf")
UFW = Path("/usr/sbin/ufw")


def firewall_kind() -> str:
    """`ufw` where the administrator has switched it on, else `nftables`."""
    text = (read_or_none(UFW_CONFIG) or b"").decode("utf-8", "replace")
    is_on = re.search(r"^\s*ENABLED\s*=\s*\"?yes\"?\s*$", text, re.MULTILINE | re.IGNORECASE) is not None
    return "ufw" if is_on and UFW.exists() else "nftables"
