"""`nginx.apply` and `nginx.test`. Requests that wait for the same lock go live together, in one reload."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from ..call import Call
from ..errors import HostError, from_exception
from ..files import read_or_none, write_atomic
from ..locks import hold
from ..parse import Fields
from .beside import Staging
from .canary import forget_log
from .certificate import directory_of
from .fault import explain
from .managed import Candidate, content_of, parse_candidates, parse_status, read_record, refuse_older
from .process import require_master
from .proof import current_socket
from .recovery import recover
from .replaced import all_kept
from .status import ask
from .transaction import Timing, moves_of, transact


@dataclass(eq=False)
class Request:
    """One `nginx.apply` that waits for its turn, then holds its outcome."""

    call: Call
    candidates: list[Candidate]
    result: dict[str, Any] | None = None
    error: HostError | None = None
    changed: list[Candidate] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether another thread has taken it along."""
        return self.result is not None or self.error is not None


_queue: list[Request] = []
_queue_lock = threading.Lock()


def apply(call: Call, fields: Fields) -> dict[str, Any]:
    """Verb `nginx.apply`."""
    request = Request(call, parse_candidates(fields))
    with _queue_lock:
        _queue.append(request)
    try:
        with hold("nginx"):
            if not request.is_done:
                recover()
                _perform(_take(request))
    finally:
        with _queue_lock:
            if request in _queue:
                _queue.remove(request)
    if request.error is not None:
        raise request.error
    assert request.result is not None
    return request.result


def _take(first: Request) -> list[Request]:
    """The given request and all that wait with it and touch other files."""
    with _queue_lock:
        taken = [first]
        touched = {candidate.file for candidate in first.candidates}
        for request in _queue:
            files = {candidate.file for candidate in request.candidates}
            if request is not first and not request.is_done and not files & touched:
                taken.append(request)
                touched |= files
        return taken


def _perform(requests: list[Request]) -> None:
    ready = [request for request in requests if _prepare(request)]
    if not ready:
        return
    try:
        _go_live(ready)
    except Exception as error:  # noqa: BLE001 - stored, raised in the thread of its request
        if len(ready) == 1:
            ready[0].error = from_exception(error)
            return
        # One of them is bad, or all are: each gets its own verdict.
        for request in ready:
            _perform([request])


def _prepare(request: Request) -> bool:
    """Whether the request may go on; what differs from the disk is in `changed`."""
    try:
        request.call.check_fence()
        refuse_older(request.candidates)
        request.changed = [candidate for candidate in request.candidates if _differs(candidate)]
    except Exception as error:  # noqa: BLE001 - stored, raised in the thread of its request
        request.error = from_exception(error)
        return False
    return True


def _differs(candidate: Candidate) -> bool:
    """Whether disk or running Nginx differ from the candidate in content."""
    content = content_of(candidate.file)
    if moves_of([candidate]):
        return True
    if _has_other_certificates(candidate):
        return True
    if candidate.content is None:
        return content is not None or read_or_none(candidate.file.status) is not None
    if content != candidate.content.encode() or read_record(candidate.file) is None:
        return True
    served = parse_status(ask(candidate.file, current_socket()) or "")
    return served is None or served.sha256 != candidate.sha256


def _has_other_certificates(candidate: Candidate) -> bool:
    place = candidate.file.certificate_place
    if place is None:
        return False
    if candidate.certificates is None:
        return directory_of(place).is_dir()
    return not candidate.certificates.is_placed(place)


def _go_live(requests: list[Request]) -> None:
    changed = [candidate for request in requests for candidate in request.changed]

    def may_commit() -> None:
        for request in requests:
            request.call.check_fence()

    timing = Timing(0, 0, 0)
    if changed:
        timing = transact(changed, require_master(), may_commit)
    for request in requests:
        for candidate in request.candidates:
            if candidate not in request.changed and candidate.content is not None:
                write_atomic(candidate.file.status, candidate.status_text)
            if candidate.file.kind == "front" and "canary.log" not in (candidate.content or ""):
                forget_log(candidate.file.app)
        request.result = _result(request, timing)


def _result(request: Request, timing: Timing) -> dict[str, Any]:
    return {
        "files": [
            {
                "kind": candidate.file.kind,
                "app": candidate.file.app,
                "generation": candidate.generation,
                "sha256": candidate.sha256,
                "changed": candidate in request.changed,
            }
            for candidate in request.candidates
        ],
        "reloaded": timing.live_ms > 0,
        "replaced": _replaced(request, timing),
        "testMs": timing.test_ms,
        "announcedMs": timing.announced_ms,
        "liveMs": timing.live_ms,
    }


def _replaced(request: Request, timing: Timing) -> dict[str, list[str]]:
    apps = {candidate.file.app for candidate in request.candidates if candidate.file.kind == "front"}
    moves = [move for move in timing.moves if move.app in apps]
    return {
        "out": [str(move.source) for move in moves if not move.is_back],
        "back": [str(move.target) for move in moves if move.is_back],
        "kept": [path for app in sorted(apps) for path in all_kept(app)],
    }


def test(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `nginx.test`."""
    candidates = parse_candidates(fields)
    with hold("nginx"):
        recover()
        changed = [candidate for candidate in candidates if _differs(candidate)]
        with Staging(candidates, moves_of(candidates)) as staging:
            verdict = staging.test()
        if not verdict.is_good:
            raise explain(verdict, candidates)
    return {"changed": [candidate.file.file_name for candidate in changed], "output": verdict.output}
