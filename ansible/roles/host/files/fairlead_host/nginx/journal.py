"""What an apply is about to do, on disk before it does it: after a crash it is finished or taken back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import paths
from ..files import read_json, read_or_none, sha256, sync_directory, unlink, write_atomic, write_json
from . import replaced
from .certificate import tidy
from .managed import Candidate, FileId, read_record
from .proof import PROOF_FILE

KEPT_REVISIONS = 20


@dataclass(frozen=True)
class Change:
    """One file's way from before to after. `before` is the kept copy of the earlier content; None when there was none."""

    file: FileId
    before: Path | None
    status_before: str | None
    sha256_after: str | None
    status_after: str | None

    @property
    def is_placed(self) -> bool:
        """Whether the new content is in its place."""
        content = read_or_none(self.file.path)
        return (None if content is None else sha256(content)) == self.sha256_after and self.expected_now == self.status_after

    @property
    def expected_now(self) -> str | None:
        """What Nginx answers of the file with what is on disk now."""
        record = read_record(self.file)
        return f"{record.generation}:{record.sha256}" if record else None

    def restore(self) -> None:
        """Puts the earlier content back."""
        content = None if self.before is None else read_or_none(self.before)
        if content is None:
            unlink(self.file.path)
        else:
            write_atomic(self.file.path, content)
        if self.status_before is None:
            unlink(self.file.status)
        else:
            write_atomic(self.file.status, self.status_before)


@dataclass(frozen=True)
class Entry:
    """An apply under way: its changes, the socket line that stood before, and files of the server's own on their way out or back."""

    changes: list[Change]
    proof_before: str | None
    moves: list[replaced.Move] = field(default_factory=list)
    kept_before: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_placed(self) -> bool:
        """Whether every new content is in its place."""
        return all(change.is_placed for change in self.changes) and self._is_moved

    @property
    def _is_moved(self) -> bool:
        """Whether every file of the server's own is where it is to be, and that is written down."""
        is_written = all([str(path) for path in replaced.kept_of(app)] == replaced.index_after(app, self.moves) for app in self.kept_before)
        return all(move.is_done for move in self.moves) and is_written

    @property
    def expected(self) -> list[tuple[FileId, str | None]]:
        """What Nginx answers when the apply is live."""
        return [(change.file, change.status_after) for change in self.changes]

    def restore(self) -> list[tuple[FileId, str | None]]:
        """Puts all earlier content back; answers what Nginx is to say then."""
        for change in self.changes:
            change.restore()
        replaced.undo(self.moves, self.kept_before)
        if self.proof_before is None:
            unlink(PROOF_FILE)
        else:
            write_atomic(PROOF_FILE, self.proof_before)
        return [(change.file, change.expected_now) for change in self.changes]


def begin(candidates: list[Candidate], moves: list[replaced.Move] | None = None) -> Entry:
    """Keeps every earlier content and writes down what follows."""
    proof = read_or_none(PROOF_FILE)
    moves = moves or []
    entry = Entry(
        [_keep(candidate) for candidate in candidates],
        None if proof is None else proof.decode("ascii", "replace"),
        moves,
        {move.app: [str(path) for path in replaced.kept_of(move.app)] for move in moves},
    )
    write_json(
        paths.NGINX_JOURNAL,
        {
            "changes": [_to_json(change) for change in entry.changes],
            "proofBefore": entry.proof_before,
            "moves": [move.to_json() for move in entry.moves],
            "keptBefore": entry.kept_before,
        },
    )
    return entry


def _keep(candidate: Candidate) -> Change:
    file = candidate.file
    content, status = read_or_none(file.path), read_or_none(file.status)
    before = None
    if content is not None:
        record = read_record(file)
        file.revisions.mkdir(parents=True, exist_ok=True, mode=0o755)
        before = file.revisions / f"{record.generation if record else 0:010d}-{sha256(content)[:12]}.conf"
        write_atomic(before, content)
    return Change(
        file=file,
        before=before,
        status_before=None if status is None else status.decode("utf-8", "replace"),
        sha256_after=candidate.sha256,
        status_after=candidate.expected_status,
    )


def _to_json(change: Change) -> dict[str, Any]:
    return {
        "app": change.file.app,
        "kind": change.file.kind,
        "before": None if change.before is None else str(change.before),
        "statusBefore": change.status_before,
        "sha256After": change.sha256_after,
        "statusAfter": change.status_after,
    }


def unfinished() -> Entry | None:
    """The apply that a crash interrupted; None when there is none."""
    value = read_json(paths.NGINX_JOURNAL)
    if not isinstance(value, dict):
        return None
    # Of a program before there were any, the journal names none.
    moves = [replaced.Move.from_json(item) for item in value.get("moves", [])]
    return Entry(_changes(value["changes"]), value["proofBefore"], moves, value.get("keptBefore", {}))


def _changes(items: list[dict[str, Any]]) -> list[Change]:
    return [
        Change(
            file=FileId(item["app"], item["kind"]),
            before=None if item["before"] is None else Path(item["before"]),
            status_before=item["statusBefore"],
            sha256_after=item["sha256After"],
            status_after=item["statusAfter"],
        )
        for item in items
    ]


def end(entry: Entry) -> None:
    """The apply is over: forgets it, certificates that nothing names, and revisions beyond the newest."""
    for change in entry.changes:
        if change.file.certificate_place is not None:
            tidy(change.file.certificate_place, read_or_none(change.file.path))
        if read_or_none(change.file.path) is None:
            change.file.forget()
        elif change.before is not None:
            kept = sorted(change.file.revisions.iterdir(), key=lambda path: path.stat().st_mtime_ns)
            for revision in kept[:-KEPT_REVISIONS]:
                revision.unlink()
    for app in entry.kept_before:
        replaced.forget_empty(app)
    unlink(paths.NGINX_JOURNAL)


def place(staged: list[tuple[Path, Path]], gone: list[Path]) -> None:
    """Renames staged files into their places and takes others away, and makes that last."""
    for source, target in staged:
        os.rename(source, target)
    for target in gone:
        unlink(target)
    for directory in paths.NGINX_FILES:
        sync_directory(directory)
