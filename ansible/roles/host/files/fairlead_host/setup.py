"""What Ansible asks of the program's archive: make this machine what standard input says."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, Iterator

from .errors import HostError
from .install import install_program
from .machine import authorise, ensure_user, place_base, place_stream_base, run_services
from .system_files import install_system


def main() -> int:
    """Prints a line for each thing that it changed. A fault ends it where it is, by name; the next call goes on from there."""
    os.umask(0o022)
    wanted = json.load(sys.stdin)
    try:
        for changed in _made(Path(sys.argv[0]).resolve(), wanted):
            print(changed, flush=True)
    except HostError as error:
        print(f"[{error.code}] {error.message}", file=sys.stderr)
        return 1
    return 0


def _made(archive: Path, wanted: dict[str, Any]) -> Iterator[str]:
    """`wanted`: `{authorizedKey: line, nginxBase: text, nginxStreamBase: text, services: [unit], atBoot: [unit]}`; without a text there is no base config."""
    yield from ensure_user()
    yield from install_program(archive)
    yield from install_system(archive)
    yield from authorise(wanted["authorizedKey"])
    if wanted["nginxBase"]:
        yield from place_base(wanted["nginxBase"])
    if wanted["nginxStreamBase"]:
        yield from place_stream_base(wanted["nginxStreamBase"])
    yield from run_services(wanted["services"], wanted["atBoot"])
