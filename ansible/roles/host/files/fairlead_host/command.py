"""Running programs: argument lists only, a clean environment, a deadline on each."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Sequence

from .errors import HostError

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {
    "PATH": SEARCH_PATH,
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
}


@dataclass(frozen=True)
class Outcome:
    """How a program ended. `code` is negative when a signal ended it."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams, standard error first."""
        return f"{self.stderr}{self.stdout}".strip()


def attempt(
    argv: Sequence[str],
    timeout_s: float = 30.0,
    stdin: str | None = None,
    user: str | None = None,
) -> Outcome:
    """Runs a program and answers how it ended, whatever the code. Raises HostError when it cannot start or is late."""
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            env=ENVIRONMENT,
            cwd="/",
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise HostError("internal", f"{argv[0]} gave no answer in {timeout_s:g} s.", command=argv[0]) from error
    except FileNotFoundError as error:
        raise HostError(
            "system-unsupported",
            f"{argv[0]} is not installed on this server.",
            hint="Prepare the server again.",
            command=argv[0],
        ) from error
    return Outcome(done.returncode, done.stdout, done.stderr)


def run(
    argv: Sequence[str],
    timeout_s: float = 30.0,
    stdin: str | None = None,
    user: str | None = None,
    code: str = "internal",
) -> str:
    """Runs a program and answers its standard output; raises HostError of `code` unless it exits 0."""
    outcome = attempt(argv, timeout_s, stdin, user)
    if outcome.code != 0:
        raise HostError(
            code,
            f"{argv[0]} failed: {outcome.output[-500:] or f'exit code {outcome.code}'}",
            command=argv[0],
            exitCode=outcome.code,
        )
    return outcome.stdout
