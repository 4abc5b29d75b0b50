"""How a build unit ended, in the words of the contract's errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .. import systemd
from ..errors import HostError, disk_full
from ..files import read_tenants
from .source import (
    BAD_ARTIFACT,
    BAD_COMPOSE,
    BAD_SUBMODULE,
    COMMIT_NOT_FOUND,
    DISK_FULL,
    IMAGE_FAILED,
    LFS_FAILED,
    NO_ENGINE,
    NO_FOLDER,
    NO_PYTHON,
    NO_TOOL,
    UNREACHABLE,
)

# Code, message and hint by how the builder ended.
FAULTS = {
    UNREACHABLE: (
        "repository-unreachable",
        "The server cannot fetch from the repository.",
        "The log has git's words. Check the address and that this server may read it.",
    ),
    COMMIT_NOT_FOUND: ("commit-not-found", "The repository does not have this commit.", "Was the branch rewritten?"),
    NO_FOLDER: ("build-failed", "The repository has no such folder at this commit.", "Check the folder in the app's settings."),
    BAD_SUBMODULE: (
        "build-failed",
        "A submodule of the repository cannot be taken in.",
        "The log names it. Mend .gitmodules, or leave submodules out in the app's settings.",
    ),
    LFS_FAILED: (
        "build-failed",
        "What the repository keeps by Git LFS cannot be had.",
        "The log has git-lfs's words. Where it is not installed, prepare the server again; else check that the token may read Git LFS.",
    ),
    NO_TOOL: (
        "build-failed",
        "A program that the build asks for could not be installed.",
        "The log's last line says which and why. Check packageManager, the app's version, and that this server reaches the npm registry.",
    ),
    BAD_ARTIFACT: (
        "conflict",
        "What was built elsewhere could not be put together here.",
        "The log's last line says why. Deploy again, or have each server build for itself.",
    ),
    NO_ENGINE: ("system-unsupported", "Podman is not installed on this server.", "Prepare the server again."),
    IMAGE_FAILED: ("build-failed", "The image could not be built.", "The log's last lines are Podman's own."),
    BAD_COMPOSE: (
        "build-failed",
        "The compose file is none that can be deployed.",
        "The log's last line says why. Mend it, or name a Dockerfile in the app's settings.",
    ),
    NO_PYTHON: (
        "build-failed",
        "The server has another version of Python than the app asks for.",
        "The log's last line names both. Change the version in the app's settings, or use a server whose Debian has it.",
    ),
}
LONGEST_OUTCOME = 1000
COMMANDS = {"venv": "venv", "installCommand": "install", "buildCommand": "build"}


@dataclass(frozen=True)
class Ended:
    """systemd's Result and the builder's exit code."""

    result: str
    exit_code: int


def read_end(unit: str) -> Ended | None:
    """How the unit ended; None while it runs."""
    state = systemd.show(unit, "ActiveState", "SubState", "Result", "ExecMainStatus")
    if state["ActiveState"] in ("activating", "deactivating", "reloading"):
        return None
    if state["ActiveState"] == "active" and state["SubState"] != "exited":
        return None
    if state["ActiveState"] == "inactive":
        return Ended("gone", 0)
    return Ended(state["Result"], int(state["ExecMainStatus"] or 0))


def explain(ended: Ended, outcome: Path, timeout_s: int) -> HostError | None:
    """The build's error; None when it went well."""
    if ended.result == "success" and ended.exit_code == 0:
        return None
    if ended.result == "gone":
        return HostError("build-failed", "The build was stopped on the server.", hint="Deploy again.")
    if ended.result == "timeout":
        return HostError("build-failed", f"The build took longer than {timeout_s} s.", hint="Raise its limit, or build less.")
    if ended.result == "oom-kill":
        return HostError("build-failed", "The build ran out of memory.", hint="Use a server with more memory.")
    if ended.exit_code in FAULTS:
        code, message, hint = FAULTS[ended.exit_code]
        return HostError(code, message, hint=hint)
    if ended.exit_code == DISK_FULL:
        return disk_full()
    return _command_failed(ended, outcome)


def _command_failed(ended: Ended, outcome: Path) -> HostError:
    # The app's user wrote this file: it is read for its two members, and only as far as they are what they should be.
    try:
        value = json.loads(read_tenants(outcome, LONGEST_OUTCOME) or b"{}")
    except (ValueError, RecursionError):
        value = {}
    command = COMMANDS.get(str(value.get("command")), "") if isinstance(value, dict) else ""
    exit_code = value.get("exitCode") if isinstance(value, dict) else None
    if not command or not isinstance(exit_code, int):
        return HostError(
            "build-failed",
            f"The build ended with {ended.result} (exit code {ended.exit_code}).",
            hint="The log's last lines say why.",
            exitCode=ended.exit_code,
        )
    return HostError(
        "build-failed",
        f"The {command} command ended with exit code {exit_code}.",
        hint="The log's last lines say why.",
        exitCode=exit_code,
        command=command,
    )
