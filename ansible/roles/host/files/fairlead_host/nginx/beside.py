"""Testing candidate files beside the live ones: the test sees them in their places, nobody else does."""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, TypeVar

from .. import paths
from ..command import ENVIRONMENT
from ..errors import HostError
from ..files import write_new
from .certificate import link_others
from .managed import Candidate
from .proof import PROOF_FILE, Proof
from .replaced import Move, stage

NGINX = "/usr/sbin/nginx"
TEST_LIMIT_S = 60.0
FAULT_PLACE = re.compile(r"\[emerg\].* in ([^\s:]+):(\d+)$", re.MULTILINE)

T = TypeVar("T")
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 1 << 18


@dataclass(frozen=True)
class Verdict:
    """What `nginx -t` said."""

    is_good: bool
    output: str

    @property
    def fault(self) -> tuple[str, int] | None:
        """File and line that Nginx blames; None when it names none."""
        match = FAULT_PLACE.search(self.output)
        return (match[1], int(match[2])) if match else None


class Staging:
    """The candidate tree: every file of ours as it would be. On the live files' own file system, so that placing is a rename."""

    def __init__(self, candidates: list[Candidate], moves: list[Move] | None = None) -> None:
        self._candidates = candidates
        self._moves = moves or []
        self._replaced: list[tuple[Path, Path]] = []
        name = secrets.token_hex(8)
        self.root = paths.NGINX_STAGING / name
        self.certificates = paths.CERTIFICATE_STAGING / name
        self.proof = Proof(paths.RUN / f"nginx-{name}.sock")

    def __enter__(self) -> "Staging":
        try:
            self._fill()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.certificates, ignore_errors=True)

    def _fill(self) -> None:
        replaced = {candidate.file.file_name for candidate in self._candidates} | {PROOF_FILE.name}
        for live in paths.NGINX_FILES:
            staged = self.root / live.name
            staged.mkdir(parents=True, mode=0o755)
            for entry in os.scandir(live):
                if entry.name not in replaced and entry.name.endswith(".conf"):
                    os.link(entry.path, staged / entry.name, follow_symlinks=False)
        for candidate in self._candidates:
            if candidate.content is not None:
                write_new(self.content(candidate), candidate.content)
                write_new(self.status(candidate), candidate.status_text)
        write_new(self.root / "status" / PROOF_FILE.name, self.proof.text)
        self._replaced = stage(self._moves, self.root / "replaced")
        self._fill_certificates()

    def _fill_certificates(self) -> None:
        """The certificates of all places as they would be; of a candidate's place its new ones alone."""
        for directory in (paths.CERTIFICATES, paths.CERTIFICATE_STAGING, self.certificates):
            directory.mkdir(mode=0o700, exist_ok=True)
        places = {place: candidate for candidate in self._candidates if (place := candidate.file.certificate_place) is not None}
        link_others(self.certificates, set(places))
        for place, candidate in places.items():
            if candidate.certificates is not None:
                candidate.certificates.stage(self.certificates_of(place))

    def content(self, candidate: Candidate) -> Path:
        """The candidate's staged file."""
        return self.root / candidate.file.path.parent.name / candidate.file.file_name

    def status(self, candidate: Candidate) -> Path:
        """The candidate's staged status location."""
        return self.root / "status" / candidate.file.file_name

    def certificates_of(self, place: str) -> Path:
        """The directory of a place's staged certificates."""
        return self.certificates / place

    def test(self) -> Verdict:
        """`nginx -t` with the staged directories bound over the live ones, in a mount namespace of its own."""
        return in_private_mounts(self._test_bound)

    def _test_bound(self) -> Verdict:
        for live in paths.NGINX_FILES:
            bind(self.root / live.name, live)
        for copy, directory in self._replaced:
            bind(copy, directory)
        bind(self.certificates, paths.CERTIFICATES)
        return test_live()


def test_live() -> Verdict:
    """`nginx -t` over the files as they are where it is called."""
    try:
        done = subprocess.run(
            [NGINX, "-t", "-q"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=TEST_LIMIT_S,
            env=ENVIRONMENT,
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Verdict(False, f"nginx -t gave no answer in {TEST_LIMIT_S:g} s")
    except FileNotFoundError as error:
        raise HostError(
            "system-unsupported", "Nginx is not installed on this server.", hint="Prepare the server again."
        ) from error
    return Verdict(done.returncode == 0, done.stdout.strip())


def in_private_mounts(work: Callable[[], T]) -> T:
    """Runs work where mounts are seen by nobody else: in a thread, as a mount namespace belongs to a thread and falls with it."""
    answers: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            _syscall(LIBC.unshare(CLONE_NEWNS), "unshare")
            _syscall(LIBC.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None), "mount")
            answers.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
            errors.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return answers[0]


def bind(source: Path, target: Path) -> None:
    """Lays one directory over another, in this thread's mount namespace."""
    _syscall(LIBC.mount(bytes(source), bytes(target), None, ctypes.c_ulong(MS_BIND), None), "mount")


def _syscall(result: int, name: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise HostError(
            "system-unsupported",
            f"This server cannot test a config beside the live one: {name}: {os.strerror(number)}.",
        )
