"""What runs a container as the main process of a unit, as the app's own user: `container <app's directory> <store>`.

It reads the app's environment from what systemd was told to show it alone, and stays beside Podman. As the builder does, this stands alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from engine import BOX, NETWORK, SERVER_LOOPBACK, Engine, described, name_of, read_variables, texts  # noqa: E402

SHELL, NAME = "/bin/sh", "app"
STEP_S = 0.1
# As systemd ends an app's unit: each of its processes is told, not the shell alone, which would ignore it as the container's first process.
EVERYBODY = """\
trap 'trap : TERM; kill -s TERM -1 2>/dev/null' TERM
/bin/sh -c "$FAIRLEAD_START" &
child=$!
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
exit "$code"
"""
LONGEST_LINE = 60_000
# What an app's unit tells its own parts; nothing that an app reads.
INNER = ("FAIRLEAD_COMMAND", "FAIRLEAD_PUBLISH")


def main(root: str, store: str) -> int:
    """Runs the container until it ends."""
    shown = os.environ["CREDENTIALS_DIRECTORY"]
    own = read_variables(os.path.join(shown, "own"))
    release = os.path.join(root, "releases", own["FAIRLEAD_RELEASE"])
    told = described(release)
    engine = Engine(os.path.join(root, "containers", store), os.path.join(root, "images"))
    service = told.get("service") if isinstance(told.get("service"), dict) else {}
    instance = {"FAIRLEAD_INSTANCE": os.environ["FAIRLEAD_INSTANCE"]} if "FAIRLEAD_INSTANCE" in os.environ else {}
    variables = {**_texts_of(service.get("environment")), **read_variables(os.path.join(shown, "app")), **instance, **own}
    command = own.get("FAIRLEAD_COMMAND") or own.get("FAIRLEAD_START")
    if command is not None:
        variables["FAIRLEAD_START"] = command
    arguments = [
        *("run", "--rm", "--replace", "--name", NAME, "--sig-proxy=false", "--pull=never", "--cgroups=disabled", "--log-driver=passthrough"),
        *("--network", NETWORK, "--security-opt=no-new-privileges", "--http-proxy=false", f"--hostname={own.get('FAIRLEAD_SERVER', 'app')}"),
        f"--add-host=host.docker.internal:{SERVER_LOOPBACK}",
        *([f"--publish=127.0.0.1:{own['FAIRLEAD_PUBLISH']}"] if "FAIRLEAD_PUBLISH" in own else []),
        *_mounts(root, release, told),
        *_variables(engine, {key: value for key, value in variables.items() if key not in INNER}),
    ]
    image = name_of(os.path.basename(root), own["FAIRLEAD_RELEASE"])
    if command is not None:
        arguments += ["--entrypoint", SHELL, image, "-c", EVERYBODY]
    else:
        entrypoint = texts(service.get("entrypoint"))
        arguments += [*(["--entrypoint", json.dumps(entrypoint)] if entrypoint else []), image, *texts(service.get("command"))]
    asked = str(told.get("stopSignal") or "SIGTERM") if command is None else "SIGTERM"
    return _watch(engine, arguments, asked)


def _watch(engine: Engine, arguments: list[str], stop: str) -> int:
    """Podman's exit code. Asked to end, it has the container's first process asked by the image's own signal, as soon as there is one.

    Podman hands signals on by itself only some moments after the container has begun; until then one would end Podman, and everything else with it.
    """
    ours = {signal.SIGTERM, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, ours)
    running = subprocess.Popen(
        engine.argv(*arguments),
        env=engine.environment,
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ours),
    )
    while running.poll() is None:
        if signal.sigwait(ours) is signal.SIGTERM:
            while running.poll() is None and not engine.is_done("kill", f"--signal={stop}", NAME):
                time.sleep(STEP_S)
    return running.returncode if running.returncode >= 0 else 128 - running.returncode


def _mounts(root: str, release: str, told: dict[str, object]) -> list[str]:
    """Shared folders in their places, below where the image works, and the certificate authority of the app's database."""
    found = []
    workdir = str(told.get("workdir") or "/")
    # What the image's own user is to write becomes that user's.
    chown = ":U" if told.get("user") else ""
    for target in _shared(root, release):
        place = os.path.join(workdir, os.path.relpath(target, os.path.join(root, "shared")))
        found.append(f"--volume={target}:{place}{chown}")
    authority = os.path.join(root, "database-authority.pem")
    if os.path.exists(authority):
        found.append(f"--volume={authority}:{authority}:ro")
    return found


def _shared(root: str, release: str) -> list[str]:
    """The shared folders, by the links that the host program has put into the release."""
    found = []
    for parent, folders, _ in os.walk(release):
        for name in [*folders]:
            path = os.path.join(parent, name)
            if os.path.islink(path) and (target := os.readlink(path)).startswith(os.path.join(root, "shared", "")):
                found.append(target)
            elif name == ".fairlead":
                folders.remove(name)
    return sorted(found)


def _variables(engine: Engine, variables: dict[str, str]) -> list[str]:
    """None is in an argument, which everybody of the server can read. Podman's file knows lines alone: what has several is handed on by name."""
    arguments = []
    file = os.path.join(BOX, "variables")
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as lines:
        for key, value in variables.items():
            if len(value) < LONGEST_LINE and not any(char in value for char in "\n\r"):
                lines.write(f"{key}={value}\n")
            elif key in engine.environment or key.startswith(("LD_", "XDG_", "CONTAINER", "_CONTAINERS", "GO")):
                print(f"The variable {key} is left out: Podman reads it itself, and it has more than one line.", file=sys.stderr)
            else:
                engine.environment[key] = value
                arguments += ["--env", key]
    return ["--env-file", file, *arguments]


def _texts_of(value: object) -> dict[str, str]:
    return {key: item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
