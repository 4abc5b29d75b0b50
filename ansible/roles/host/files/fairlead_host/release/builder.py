"""What runs inside the build unit, as the app's own user: fetch one commit, check it out, run the app's commands.

It stands alone: it imports nothing of the host program. The specification comes on standard input.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

UNREACHABLE, COMMIT_NOT_FOUND, DISK_FULL, COMMAND_FAILED = 10, 11, 12, 20
MISSING = ("couldn't find remote ref", "not our ref", "unadvertised object", "bad object", "no such remote ref")
LEAST_FREE_BYTES = 4 * 1024 * 1024


class Failed(Exception):
    """Ends the build with an exit code that the host program understands."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def say(text: str) -> None:
    """A line in the build's log."""
    print(text, flush=True)


def git(spec: dict[str, Any], *arguments: str, index: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs git on the mirror without hooks, prompts or anybody's configuration."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": os.environ.get("HOME", "/nonexistent"),
        "LANG": "C.UTF-8",
        "GIT_DIR": spec["mirror"],
        "GIT_ALLOW_PROTOCOL": "https:ssh:git:http",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oStrictHostKeyChecking=accept-new -oConnectTimeout=15",
        "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
        "GIT_HTTP_LOW_SPEED_TIME": "30",
        **({"GIT_INDEX_FILE": index} if index else {}),
    }
    settings = ["-c", "core.hooksPath=/dev/null", "-c", "protocol.version=2", "-c", "gc.auto=0", "-c", "advice.detachedHead=false"]
    return subprocess.run(
        ["git", *settings, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def has_commit(spec: dict[str, Any]) -> bool:
    """Whether the mirror holds the commit already."""
    return git(spec, "cat-file", "-e", f"{spec['commit']}^{{commit}}").returncode == 0


def fetch(spec: dict[str, Any]) -> None:
    """Brings the commit into the mirror: by its id, or with its branch where the server serves no ids."""
    if not os.path.exists(os.path.join(spec["mirror"], "HEAD")):
        _checked(git(spec, "init", "--quiet", "--bare", spec["mirror"]), UNREACHABLE)
    if has_commit(spec):
        say(f"Commit {spec['commit'][:12]} is here already.")
        return
    say(f"Fetching commit {spec['commit'][:12]}…")
    by_id = git(spec, "fetch", "--quiet", "--no-tags", "--depth=1", "--", spec["repositoryUrl"], spec["commit"])
    if by_id.returncode == 0 and has_commit(spec):
        return
    reference = f"+refs/heads/{spec['branch']}:refs/fairlead/{spec['branch']}"
    by_branch = git(spec, "fetch", "--quiet", "--no-tags", "--", spec["repositoryUrl"], reference)
    if by_branch.returncode != 0 and not any(word in by_branch.stdout for word in MISSING):
        _checked(by_branch, UNREACHABLE)
    if not has_commit(spec):
        raise Failed(COMMIT_NOT_FOUND, f"The repository has no commit {spec['commit']} on branch {spec['branch']}.")


def check_out(spec: dict[str, Any]) -> None:
    """Lays the commit's tree into a new release directory, without any .git."""
    release = spec["release"]
    shutil.rmtree(release, ignore_errors=True)
    os.mkdir(release, 0o755)
    index = f"{release}.index"
    arguments = (f"--work-tree={release}", "read-tree", "--reset", "-u", spec["commit"])
    try:
        _checked(git(spec, *arguments, index=index), COMMAND_FAILED)
    finally:
        for leftover in (index, f"{index}.lock"):
            if os.path.exists(leftover):
                os.unlink(leftover)


def run_command(spec: dict[str, Any], name: str) -> None:
    """Runs one of the app's own commands in the release directory."""
    command = spec[name]
    if command is None:
        return
    say(f"$ {command}")
    done = subprocess.run(["/bin/sh", "-c", command], cwd=spec["release"], stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        with open(spec["outcome"], "w", encoding="utf-8") as file:
            json.dump({"exitCode": done.returncode, "command": name}, file)
        raise Failed(COMMAND_FAILED, f"The command ended with exit code {done.returncode}.")


def is_disk_full(path: str) -> bool:
    """Whether the app's disk has no room left to speak of."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize < LEAST_FREE_BYTES or found.f_favail == 0 < found.f_files


def _checked(done: subprocess.CompletedProcess[str], code: int) -> None:
    if done.returncode != 0:
        raise Failed(code, done.stdout.strip())


def main() -> int:
    """Builds; the exit code says how it went."""
    spec = json.load(sys.stdin)
    try:
        fetch(spec)
        check_out(spec)
        run_command(spec, "installCommand")
        run_command(spec, "buildCommand")
    except Failed as error:
        say(str(error))
        return DISK_FULL if is_disk_full(spec["release"]) else error.code
    except OSError as error:
        say(f"{type(error).__name__}: {error}")
        return DISK_FULL if is_disk_full(spec["release"]) else COMMAND_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
