"""Which program this is: its release and a fingerprint of its files, so that an old one is seen to be old."""

from __future__ import annotations

from pathlib import Path

RELEASE = "0.1.0"


def host_version() -> str:
    """`<release>+<fingerprint>`; the installer names the program's directory after the fingerprint."""
    return f"{RELEASE}+{Path(__file__).resolve().parent.parent.name}"
