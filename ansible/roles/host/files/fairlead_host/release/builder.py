"""What runs inside the build unit, as the app's own user: fetch one commit, check it out, run the app's commands.

It stands alone: it imports nothing of the host program. The specification comes on standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Any
from urllib.parse import quote

UNREACHABLE, COMMIT_NOT_FOUND, DISK_FULL, NO_FOLDER, COMMAND_FAILED = 10, 11, 12, 13, 20
NO_TOOL, NO_PYTHON = 14, 15
MISSING = ("couldn't find remote ref", "not our ref", "unadvertised object", "bad object", "no such remote ref")
# Debian's Node.js trusts what the system trusts; one from the npm registry has to be told.
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
PYTHON, VENV = "/usr/bin/python3", ".venv"
LEAST_FREE_BYTES = 4 * 1024 * 1024


class Failed(Exception):
    """Ends the build with an exit code that the host program understands."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def say(text: str) -> None:
    """A line in the build's log; lost where the disk has no room for it."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())


def git(spec: dict[str, Any], *arguments: str, index: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs git on the mirror without hooks, prompts or anybody's configuration."""
    opened = spec.get("opened") or {}
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
        "GIT_SSH_COMMAND": opened.get("ssh", "ssh -oBatchMode=yes -oStrictHostKeyChecking=accept-new -oConnectTimeout=15"),
        "GIT_HTTP_LOW_SPEED_LIMIT": "1000",
        "GIT_HTTP_LOW_SPEED_TIME": "30",
        **({"GIT_INDEX_FILE": index} if index else {}),
    }
    settings = ["-c", "core.hooksPath=/dev/null", "-c", "protocol.version=2", "-c", "gc.auto=0", "-c", "advice.detachedHead=false"]
    if "helper" in opened:
        settings += ["-c", "credential.helper=", "-c", f"credential.helper={opened['helper']}"]
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
    # What was fetched by id has no history: a server that is told of it sends nothing that is older.
    whole = ("--unshallow",) if os.path.exists(os.path.join(spec["mirror"], "shallow")) else ()
    by_branch = git(spec, "fetch", "--quiet", "--no-tags", *whole, "--", spec["repositoryUrl"], reference)
    if by_branch.returncode != 0 and not any(word in by_branch.stdout for word in MISSING):
        _checked(by_branch, UNREACHABLE)
    if not has_commit(spec):
        raise Failed(COMMIT_NOT_FOUND, f"The repository has no commit {spec['commit']} on branch {spec['branch']}.")


def fetch_with_access(spec: dict[str, Any], access: dict[str, str]) -> None:
    """Fetches with what opens the repository, laid out in memory for this user alone and taken away before anything else runs."""
    directory = tempfile.mkdtemp(dir=access["directory"])
    try:
        fetch({**spec, "opened": _open(access, spec["repositoryUrl"], directory)})
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _open(access: dict[str, str], url: str, directory: str) -> dict[str, str]:
    """How git is told: by the paths of files alone."""
    if access["type"] == "token":
        origin = re.match(r"(https?://)([^/]+)", url)
        if origin is None:
            raise Failed(UNREACHABLE, "A token opens repositories over HTTPS alone.")
        login = ":".join(quote(access[name], safe="") for name in ("username", "token"))
        _keep(directory, "credentials", f"{origin[1]}{login}@{origin[2]}\n")
        return {"helper": f"store --file={directory}/credentials"}
    _keep(directory, "id", access["privateKey"])
    _keep(directory, "known_hosts", f"fairlead-repository {access['hostKey']}\n")
    options = (
        *("BatchMode=yes", "ConnectTimeout=15", "IdentityAgent=none", "IdentitiesOnly=yes", f"IdentityFile={directory}/id"),
        *("HostKeyAlias=fairlead-repository", "StrictHostKeyChecking=yes", f"UserKnownHostsFile={directory}/known_hosts"),
        "GlobalKnownHostsFile=/dev/null",
    )
    return {"ssh": " ".join(("ssh", "-F", "/dev/null", *(f"-o{option}" for option in options)))}


def _keep(directory: str, name: str, text: str) -> None:
    handle = os.open(os.path.join(directory, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)


def forget(spec: dict[str, Any]) -> None:
    """Goes on as a new program that was never told the secret: the app's commands run as the same user, who may read this one's memory and input."""
    rest = os.memfd_create("specification")
    os.write(rest, json.dumps(spec).encode())
    os.lseek(rest, 0, os.SEEK_SET)
    os.dup2(rest, 0)
    os.execv(sys.executable, [sys.executable, "-IS", os.path.abspath(__file__)])


def check_out(spec: dict[str, Any]) -> None:
    """Lays the commit's tree, or that of one folder, into a new release directory, without any .git. Git walks trees: no symbolic link leads elsewhere."""
    folder = spec.get("rootDirectory")
    tree = spec["commit"] if folder is None else f"{spec['commit']}:{folder}"
    if folder is not None and git(spec, "cat-file", "-t", tree).stdout.strip() != "tree":
        raise Failed(NO_FOLDER, f"The commit has no folder {folder}.")
    release = spec["release"]
    shutil.rmtree(release, ignore_errors=True)
    os.mkdir(release, 0o755)
    index = f"{release}.index"
    arguments = (f"--work-tree={release}", "read-tree", "--reset", "-u", tree)
    try:
        _checked(git(spec, *arguments, index=index), COMMAND_FAILED)
    finally:
        for leftover in (index, f"{index}.lock"):
            if os.path.exists(leftover):
                os.unlink(leftover)


def run_command(spec: dict[str, Any], name: str) -> None:
    """Runs one of the app's own commands in the release directory."""
    command = spec[name]
    if command is not None:
        say(f"$ {command}")
        run_program(spec, name, ["/bin/sh", "-c", command])


def run_program(spec: dict[str, Any], name: str, argv: list[str]) -> None:
    """Runs a program in the release directory, where the runtime's own programs are found first."""
    done = subprocess.run(argv, cwd=spec["release"], env={**os.environ, **surroundings(spec)}, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        with open(spec["outcome"], "w", encoding="utf-8") as file:
            json.dump({"exitCode": done.returncode, "command": name}, file)
        raise Failed(COMMAND_FAILED, f"The command ended with exit code {done.returncode}.")


def surroundings(spec: dict[str, Any]) -> dict[str, str]:
    """What the app's commands find beside its own variables."""
    folders = [*spec.get("programs", ()), os.environ.get("PATH", os.defpath)]
    found = {"NODE_EXTRA_CA_CERTS": CERTIFICATES, "YARN_ENABLE_TELEMETRY": "0", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    if spec["runtime"] == "python":
        venv = os.path.join(spec["release"], VENV)
        folders.insert(0, f"{venv}/bin")
        found = {**found, "VIRTUAL_ENV": venv, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return {**found, "PATH": ":".join(folders)}


def bring_tools(spec: dict[str, Any]) -> None:
    """The package manager and the Node.js that the release asks for; a process of Node.js finds them at its start, too."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import toolchain  # noqa: PLC0415

    wanted, runtime = spec.get("runtimeVersion"), spec["runtime"]
    if runtime == "python" and wanted is not None:
        version = toolchain.version_of([PYTHON, "--version"])
        if not toolchain.satisfies(version, wanted):
            raise Failed(NO_PYTHON, f"The app asks for Python {wanted}, this server has {version}.")
    try:
        spec["programs"] = toolchain.provide(spec["release"], wanted if runtime != "python" else None, say)
    except toolchain.Unavailable as error:
        raise Failed(NO_TOOL, str(error)) from error
    if runtime == "node" and spec["programs"]:
        folder = os.path.join(spec["release"], ".fairlead", "bin")
        os.makedirs(folder, exist_ok=True)
        for program in (os.path.join(each, name) for each in reversed(spec["programs"]) for name in os.listdir(each)):
            link = os.path.join(folder, os.path.basename(program))
            with contextlib.suppress(FileNotFoundError):
                os.unlink(link)
            os.symlink(program, link)


def make_venv(spec: dict[str, Any]) -> None:
    """A Python release's own virtual environment, with pip in it and without what the system has installed."""
    if spec["runtime"] == "python":
        say(f"$ python3 -m venv {VENV}")
        run_program(spec, "venv", [PYTHON, "-m", "venv", "--clear", VENV])


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
        if spec.get("access") is not None:
            fetch_with_access(spec, spec.pop("access"))
            forget({**spec, "isFetched": True})
        if not spec.get("isFetched"):
            fetch(spec)
        check_out(spec)
        bring_tools(spec)
        make_venv(spec)
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
