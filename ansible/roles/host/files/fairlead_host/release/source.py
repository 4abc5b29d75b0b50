"""Where a build comes from: one commit of a repository, with its submodules and what it keeps by Git LFS, in a new directory.

As the builder does, this stands alone: it imports nothing of the host program, and runs as the app's own user.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from typing import Any, Iterator, NamedTuple
from urllib.parse import quote

UNREACHABLE, COMMIT_NOT_FOUND, DISK_FULL, NO_FOLDER, COMMAND_FAILED = 10, 11, 12, 13, 20
BAD_SUBMODULE, LFS_FAILED, NO_TOOL, NO_PYTHON, BAD_ARTIFACT = 14, 15, 16, 17, 18
NO_ENGINE, IMAGE_FAILED, BAD_COMPOSE = 21, 22, 23
MISSING = ("couldn't find remote ref", "not our ref", "unadvertised object", "bad object", "no such remote ref")
WEB_ADDRESS = re.compile(r"(https?|ssh|git)://(?!-)([^/\s\\]+)(/[^\s\\]*)")
SHORT_ADDRESS = re.compile(r"([A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:)(?!-)([^\s\\]+)")
DEEPEST, MOST_SUBMODULES = 5, 100
LFS_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize [0-9]+\n")
LONGEST_POINTER = 1024
ANYBODYS_SSH = "ssh -oBatchMode=yes -oStrictHostKeyChecking=accept-new -oConnectTimeout=15"


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
        "GIT_SSH_COMMAND": opened.get("ssh", ANYBODYS_SSH),
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
    """Brings the commit, and the commits of its submodules where they are wanted, each into a mirror of its own."""
    fetch_commit(spec)
    if spec.get("lfs"):
        fetch_lfs(spec)
    if not spec.get("submodules"):
        return
    known = 0
    for module in submodules(spec):
        known += 1
        if known > MOST_SUBMODULES:
            raise Failed(BAD_SUBMODULE, f"The repository has more than {MOST_SUBMODULES} submodules.")
        say(f"Submodule {module.path}:")
        fetch_commit(module.spec)
        if spec.get("lfs"):
            fetch_lfs(module.spec)


def fetch_commit(spec: dict[str, Any]) -> None:
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
    branch = spec["branch"] or "*"
    reference = f"+refs/heads/{branch}:refs/fairlead/{branch}"
    # What was fetched by id has no history: a server that is told of it sends nothing that is older.
    whole = ("--unshallow",) if os.path.exists(os.path.join(spec["mirror"], "shallow")) else ()
    by_branch = git(spec, "fetch", "--quiet", "--no-tags", *whole, "--", spec["repositoryUrl"], reference)
    if by_branch.returncode != 0 and not any(word in by_branch.stdout for word in MISSING):
        _checked(by_branch, UNREACHABLE)
    if not has_commit(spec):
        where = f"on branch {branch}" if spec["branch"] else "on any branch"
        raise Failed(COMMIT_NOT_FOUND, f"The repository has no commit {spec['commit']} {where}.")


def fetch_lfs(spec: dict[str, Any]) -> None:
    """Brings what the commit keeps by Git LFS into the mirror's own store, from where `.lfsconfig` says or from beside the repository."""
    if shutil.which("git-lfs", path="/usr/local/bin:/usr/bin:/bin") is None:
        raise Failed(LFS_FAILED, "git-lfs is not installed on this server.")
    told = git(spec, "config", "--blob", f"{spec['commit']}:.lfsconfig", "--get", "lfs.url")
    elsewhere = told.stdout.strip() if told.returncode == 0 else ""
    split = WEB_ADDRESS.fullmatch(elsewhere)
    if elsewhere and (split is None or split[1] not in ("https", "http")):
        raise Failed(LFS_FAILED, "The address of .lfsconfig is none that is fetched from: https or http.")
    settings = ["-c", f"remote.origin.url={spec['repositoryUrl']}", *(("-c", f"lfs.url={elsewhere}") if elsewhere else ())]
    _checked(git(spec, *settings, "lfs", "fetch", "origin", spec["commit"]), LFS_FAILED)


class Submodule(NamedTuple):
    """A repository that a commit takes in: where in the release it lies, and how it is fetched and checked out."""

    path: str
    spec: dict[str, Any]


def submodules(spec: dict[str, Any], depth: int = 1) -> Iterator[Submodule]:
    """Those of the folder that becomes the release, each before its own. A mirror is asked for its commit when the caller has had time to fetch it."""
    folder = f"{spec['rootDirectory']}/" if spec.get("rootDirectory") else ""
    addresses = _addresses(spec)
    for path, commit in _links(spec):
        if not path.startswith(folder):
            continue
        if depth > DEEPEST:
            raise Failed(BAD_SUBMODULE, f"Submodules lie more than {DEEPEST} deep: {path}.")
        if path not in addresses:
            raise Failed(BAD_SUBMODULE, f".gitmodules has no address for the submodule {path}.")
        url = address_of(addresses[path], spec["repositoryUrl"])
        opened = opened_at(url, spec)
        mirror = os.path.join(spec.get("modules") or f"{spec['mirror']}/fairlead-submodules", hashlib.sha256(url.encode()).hexdigest()[:32])
        own = {
            **{"submodules": True, "modules": os.path.dirname(mirror), "mirror": mirror, "repositoryUrl": url, "branch": None, "commit": commit},
            **{"opened": opened},
        }
        module = Submodule(path[len(folder) :], own)
        yield module
        for deeper in submodules(own, depth + 1):
            yield Submodule(f"{module.path}/{deeper.path}", deeper.spec)


def _links(spec: dict[str, Any]) -> list[tuple[str, str]]:
    """Path and commit of each entry that stands for another repository."""
    listed = git(spec, "ls-tree", "-r", "-z", spec["commit"])
    _checked(listed, COMMAND_FAILED)
    entries = (entry.partition("\t") for entry in listed.stdout.split("\0") if entry.startswith("160000 "))
    return [(path, head.split(" ")[2]) for head, _, path in entries]


def _addresses(spec: dict[str, Any]) -> dict[str, str]:
    """The addresses of `.gitmodules` by path."""
    told = git(spec, "config", "--blob", f"{spec['commit']}:.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.(path|url)$")
    modules: dict[str, dict[str, str]] = {}
    for entry in told.stdout.split("\0") if told.returncode == 0 else []:
        key, _, value = entry.partition("\n")
        name, _, member = key.rpartition(".")
        modules.setdefault(name, {})[member] = value
    return {module["path"]: module["url"] for module in modules.values() if "path" in module and "url" in module}


def opened_at(url: str, spec: dict[str, Any]) -> dict[str, str]:
    """What opens the parent opens a submodule at the same server; Git itself keeps a token to its origin."""
    opened: dict[str, str] = spec.get("opened") or {}
    return opened if "ssh" not in opened or _server_of(url) == _server_of(spec["repositoryUrl"]) else {}


def _server_of(url: str) -> str:
    """User, host and port."""
    if split := WEB_ADDRESS.fullmatch(url):
        return split[2]
    short = SHORT_ADDRESS.fullmatch(url)
    return short[1].rstrip(":") if short else url


def address_of(url: str, parent: str) -> str:
    """The address of a submodule: its own, or counted from its parent's where it begins with `./` or `../` (gitmodules(5))."""
    if url.startswith(("./", "../")):
        split = WEB_ADDRESS.fullmatch(parent)
        short = SHORT_ADDRESS.fullmatch(parent)
        if split is None and short is None:
            raise Failed(BAD_SUBMODULE, f"The address {url} of a submodule leads nowhere from {parent}.")
        root, path = (f"{split[1]}://{split[2]}/", split[3]) if split else (short[1], short[2])  # type: ignore[index]
        parts = [part for part in path.split("/") if part]
        for step in url.rstrip("/").split("/"):
            if step == ".." and not parts:
                raise Failed(BAD_SUBMODULE, f"The address {url} of a submodule leads out of {parent}.")
            if step == "..":
                parts.pop()
            elif step not in (".", ""):
                parts.append(step)
        url = root + "/".join(parts)
    if WEB_ADDRESS.fullmatch(url) is None and SHORT_ADDRESS.fullmatch(url) is None:
        raise Failed(BAD_SUBMODULE, "The address of a submodule is none that is fetched from: https, ssh, git or http.")
    return url


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


def check_out(spec: dict[str, Any]) -> None:
    """Lays the commit's tree, or that of one folder, into a new release directory, without any .git. Git walks trees: no symbolic link leads elsewhere."""
    folder = spec.get("rootDirectory")
    tree = spec["commit"] if folder is None else f"{spec['commit']}:{folder}"
    if folder is not None and git(spec, "cat-file", "-t", tree).stdout.strip() != "tree":
        raise Failed(NO_FOLDER, f"The commit has no folder {folder}.")
    release = spec["release"]
    shutil.rmtree(release, ignore_errors=True)
    os.mkdir(release, 0o755)
    _lay_out(spec, tree, release, f"{release}.index")
    if spec.get("lfs"):
        fill_pointers(spec, release)
    elif "filter=lfs" in git(spec, "cat-file", "-p", f"{spec['commit']}:.gitattributes").stdout:
        say("Files kept by Git LFS are left as pointers: the app's settings have a choice for them.")
    if not spec.get("submodules"):
        if left_out := len(_links(spec)):
            say(f"Submodules are left out ({left_out}): the app's settings have a choice for them.")
        return
    for module in submodules(spec):
        place = os.path.join(os.path.realpath(release), module.path)
        # Git makes an empty folder for a submodule; a symbolic link on the way would lead elsewhere.
        if os.path.realpath(place) != place:
            raise Failed(BAD_SUBMODULE, f"The submodule {module.path} lies behind a symbolic link.")
        os.makedirs(place, 0o755, exist_ok=True)
        _lay_out(module.spec, module.spec["commit"], place, f"{release}.index")
        if spec.get("lfs"):
            fill_pointers(module.spec, place)


def fill_pointers(spec: dict[str, Any], folder: str) -> None:
    """Puts the content in the place of each pointer to it; what was fetched is what the pointer names, or nothing."""
    for path, oid in _pointers(folder):
        stored = os.path.join(spec["mirror"], "lfs", "objects", oid[:2], oid[2:4], oid)
        if not os.path.isfile(stored):
            raise Failed(LFS_FAILED, f"Git LFS brought no content for {os.path.relpath(path, folder)}.")
        seen = hashlib.sha256()
        with open(stored, "rb") as content, open(path, "wb") as file:
            while chunk := content.read(1024 * 1024):
                seen.update(chunk)
                file.write(chunk)
        if seen.hexdigest() != oid:
            raise Failed(LFS_FAILED, f"Git LFS brought other content than {os.path.relpath(path, folder)} names.")


def _pointers(folder: str) -> Iterator[tuple[str, str]]:
    for parent, _, names in os.walk(folder):
        for path in (os.path.join(parent, name) for name in names):
            found = os.lstat(path)
            if not stat.S_ISREG(found.st_mode) or found.st_size >= LONGEST_POINTER:
                continue
            with open(path, "rb") as file:
                pointer = LFS_POINTER.fullmatch(file.read(LONGEST_POINTER))
            if pointer is not None:
                yield path, pointer[1].decode()


def _lay_out(spec: dict[str, Any], tree: str, folder: str, index: str) -> None:
    try:
        _checked(git(spec, f"--work-tree={folder}", "read-tree", "--reset", "-u", tree, index=index), COMMAND_FAILED)
    finally:
        for leftover in (index, f"{index}.lock"):
            if os.path.exists(leftover):
                os.unlink(leftover)


def _checked(done: subprocess.CompletedProcess[str], code: int) -> None:
    if done.returncode != 0:
        raise Failed(code, done.stdout.strip())
