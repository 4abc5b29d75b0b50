"""The transaction: test beside, check ports, place, reload until live; on any failure all is as it was."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable

from .. import paths
from ..errors import HostError, from_exception
from . import certificate, journal, replaced
from .announce import announced
from .beside import Staging, Verdict, test_live
from .fault import explain
from .journal import Entry
from .live import reload_until_live
from .managed import Candidate, content_of
from .ports import check_listens, check_sharing
from .process import master_pid
from .proof import PROOF_FILE
from .shutdown import settle_limit
from .replaced import Move
from .streams import require_streams


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the test, of the announcement, and of the reload until the new generation answered; and which files were moved."""

    test_ms: float
    announced_ms: float
    live_ms: float
    moves: tuple[Move, ...] = ()


def transact(candidates: list[Candidate], master: int, may_commit: Callable[[], None]) -> Timing:
    """Makes the candidates live together. The caller holds the lock. `may_commit` is asked last before anything changes."""
    require_streams(candidates)
    check_sharing(candidates, master)
    moves = moves_of(candidates)
    if any(move.is_back for move in moves) and not _is_good(candidates, moves):
        # A file that Nginx refuses by now stays kept: the front goes all the same.
        moves = [move for move in moves if not move.is_back]
    with Staging(candidates, moves) as staging, announced() as wait_until_heard:
        started = time.monotonic()
        verdict = staging.test()
        test_ms = (time.monotonic() - started) * 1000
        if not verdict.is_good:
            raise _needed_elsewhere(verdict, moves) or explain(verdict, candidates)
        try:
            check_listens(candidates, master)
        except HostError:
            _forget_new(candidates)
            raise
        announced_ms = wait_until_heard()
        may_commit()
        entry = journal.begin(candidates, moves)
        try:
            replaced.perform(moves)
            _place(staging, candidates)
            settle_limit()
            live_ms = reload_until_live(master, entry.expected)
        except Exception as error:
            raise roll_back(entry, from_exception(error)) from error
        for candidate in candidates:
            place = candidate.file.certificate_place
            if candidate.certificates is not None and place is not None:
                candidate.certificates.remember(place)
        journal.end(entry)
    return Timing(round(test_ms, 1), announced_ms, round(live_ms, 1), tuple(moves))


def moves_of(candidates: list[Candidate]) -> list[Move]:
    """Which files of the server's own the fronts among the candidates take out of service or give back."""
    fronts = [candidate for candidate in candidates if candidate.file.kind == "front"]
    wanted = [(candidate.file.app, () if candidate.content is None else candidate.replaces) for candidate in fronts]
    return [move for app, replaces in wanted for move in replaced.moves_for(app, replaces)]


def _is_good(candidates: list[Candidate], moves: list[Move]) -> bool:
    with Staging(candidates, moves) as staging:
        return staging.test().is_good


def _needed_elsewhere(verdict: Verdict, moves: list[Move]) -> HostError | None:
    """The error for what is not good without a file that goes out of service; None for any other fault."""
    fault, output = verdict.fault, verdict.output[-4000:]
    if not moves or (fault is not None and fault[0].startswith(f"{paths.NGINX_ROOT}/")) or not test_live().is_good:
        return None
    hint = "Move what other sites need to a file of its own, read the server's config again, and import then."
    if fault is None:
        message = f"Nginx refuses the config with the front in the place of {moves[0].source}; nothing was changed."
        return HostError("nginx-test-failed", message, hint=f"The output says what is missing. {hint}", output=output)
    message = f"{fault[0]}, line {fault[1]}, needs something of {moves[0].source}, which would go out of service; nothing was changed."
    return HostError("nginx-foreign-fault", message, hint=hint, output=output, file=fault[0], line=fault[1])


def _forget_new(candidates: list[Candidate]) -> None:
    """Takes away the logs that a good test has made for files that do not come to be."""
    for candidate in candidates:
        if content_of(candidate.file) is None:
            candidate.file.forget()


def _place(staging: Staging, candidates: list[Candidate]) -> None:
    kept = [candidate for candidate in candidates if candidate.content is not None]
    gone = [candidate for candidate in candidates if candidate.content is None]
    for candidate in kept:
        place = candidate.file.certificate_place
        if candidate.certificates is not None and place is not None:
            certificate.put(staging.certificates_of(place), place)
    journal.place(
        [
            *((staging.content(candidate), candidate.file.path) for candidate in kept),
            *((staging.status(candidate), candidate.file.status) for candidate in kept),
            (staging.root / "status" / PROOF_FILE.name, PROOF_FILE),
        ],
        [path for candidate in gone for path in (candidate.file.path, candidate.file.status)],
    )


def roll_back(entry: Entry, cause: HostError) -> HostError:
    """Restores, tests, reloads, verifies; answers the cause, with what rolling back met in its details."""
    try:
        met = _restore(entry)
    except Exception as error:  # noqa: BLE001 - the journal stays, the next verb tries again
        cause.details["rollback"] = f"failed: {from_exception(error).message}"
        return cause
    journal.end(entry)
    cause.details["rollback"] = met
    return cause


def _restore(entry: Entry) -> str:
    expected = entry.restore()
    settle_limit()
    verdict = test_live()
    if not verdict.is_good:
        return f"files restored; the restored config fails its own test, so Nginx was left alone: {verdict.output[-500:]}"
    master = master_pid()
    if master is None:
        return "files restored; Nginx does not run"
    try:
        reload_until_live(master, expected)
    except HostError as error:
        return f"files restored; Nginx serves on as before, but its reload failed too: {error.message}"
    return "restored, reloaded and verified"
