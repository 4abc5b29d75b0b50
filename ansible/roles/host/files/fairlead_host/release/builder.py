"""What runs inside the build unit, as the app's own user: get the source, run the app's commands, or put together what another server built.

It stands alone: it imports nothing of the host program. The specification comes on standard input.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from typing import Any

# Python is isolated here, and finds nothing beside the program by itself.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import artifact  # noqa: E402
import image  # noqa: E402
import toolchain  # noqa: E402
from source import BAD_ARTIFACT, COMMAND_FAILED, DISK_FULL, NO_PYTHON, NO_TOOL, Failed, check_out, fetch, fetch_with_access, say  # noqa: E402

# Debian's Node.js trusts what the system trusts; one from the npm registry has to be told.
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
PYTHON, VENV = "/usr/bin/python3", ".venv"
LEAST_FREE_BYTES = 4 * 1024 * 1024


def forget(spec: dict[str, Any]) -> None:
    """Goes on as a new program that was never told the secret: the app's commands run as the same user, who may read this one's memory and input."""
    rest = os.memfd_create("specification")
    os.write(rest, json.dumps(spec).encode())
    os.lseek(rest, 0, os.SEEK_SET)
    os.dup2(rest, 0)
    os.execv(sys.executable, [sys.executable, "-IS", os.path.abspath(__file__)])


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
        leave(spec["outcome"], json.dumps({"exitCode": done.returncode, "command": name}).encode())
        raise Failed(COMMAND_FAILED, f"The command ended with exit code {done.returncode}.")


def leave(path: str, content: bytes) -> None:
    """A note beside the release for the host program; whatever the app's commands have put in its place goes."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(content)


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


def put_together(spec: dict[str, Any]) -> None:
    """Makes the release out of what another server built: what was sent, and what earlier releases here have."""
    told = spec["artifact"]
    shutil.rmtree(spec["release"], ignore_errors=True)
    try:
        with open(told["manifest"], "rb") as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != told["digest"]:
            raise artifact.Unusable("Another build was described.")
        with open(told["pack"], "rb") if told["pack"] else contextlib.nullcontext() as packed:
            sent, kept = artifact.assemble(spec["release"], artifact.parse(content), packed, spec["earlier"])
    except artifact.Unusable as error:
        raise Failed(BAD_ARTIFACT, str(error)) from error
    say(f"{sent} files were sent, {kept} were here.")


def write_down(spec: dict[str, Any]) -> None:
    """Leaves a manifest of the build, so that it can be shipped; a build that can't be listed is one for this server alone."""
    with contextlib.suppress(OSError, ValueError):
        if (manifest := artifact.describe(spec["release"])) is not None:
            leave(f"{spec['release']}.manifest", manifest.to_bytes())


def make_venv(spec: dict[str, Any]) -> None:
    """A Python release's own virtual environment, with pip in it and without what the system has installed."""
    if spec["runtime"] == "python":
        say(f"$ python3 -m venv {VENV}")
        run_program(spec, "venv", [PYTHON, "-m", "venv", "--clear", VENV])


def build_image(spec: dict[str, Any]) -> None:
    """The release is the image alone; its source is beside it while it is built."""
    source = f"{spec['release']}.source"
    try:
        check_out({**spec, "release": source})
        image.build(spec, source)
    finally:
        shutil.rmtree(source, ignore_errors=True)


def is_disk_full(path: str) -> bool:
    """Whether the app's disk has no room left to speak of."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize < LEAST_FREE_BYTES or found.f_favail == 0 < found.f_files


def main() -> int:
    """Builds; the exit code says how it went."""
    spec = json.load(sys.stdin)
    try:
        if spec.get("artifact") is not None:
            put_together(spec)
            if spec["runtime"] == "docker":
                image.load(spec)
            else:
                bring_tools(spec)
            return 0
        if spec.get("access") is not None:
            fetch_with_access(spec, spec.pop("access"))
            forget({**spec, "isFetched": True})
        if not spec.get("isFetched"):
            fetch(spec)
        if spec["runtime"] == "docker":
            build_image(spec)
        else:
            check_out(spec)
            bring_tools(spec)
            make_venv(spec)
            run_command(spec, "installCommand")
            run_command(spec, "buildCommand")
        write_down(spec)
    except Failed as error:
        say(str(error))
        return DISK_FULL if is_disk_full(spec["release"]) else error.code
    except OSError as error:
        say(f"{type(error).__name__}: {error}")
        return DISK_FULL if is_disk_full(spec["release"]) else COMMAND_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
