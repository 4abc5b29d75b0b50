"""Fairlead's own files under /etc/nginx/fairlead: their names, what was last applied, what is on disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .. import paths
from ..errors import HostError
from ..files import read_or_none, sha256
from ..parse import SLUG, Fields, refuse
from .certificate import Certificates, parse_certificates
from .replaced import Replaced, parse_list

KINDS = ("front", "backend", "grpc", "stream")
OF_STREAM = ("grpc", "stream")
NAME = re.compile(rf"({SLUG.pattern})\.({'|'.join(KINDS)})\.conf")
LISTEN = re.compile(r"^\s*listen (?:\S+:)?([0-9]{1,5})[\s;]", re.MULTILINE)
STATUS = re.compile(r"\b([0-9]{1,16}):([0-9a-f]{64})\b")
LOGS = Path("/var/log/nginx")
LONGEST_FILE = 4_000_000
ADDRESS_OR_WILDCARD = re.compile(r"[0-9a-fA-F:.]{1,45}|\*")


@dataclass(frozen=True, order=True)
class FileId:
    """Which file: one app's front, backend, calls of gRPC to it, or streams."""

    app: str
    kind: str

    @property
    def file_name(self) -> str:
        """Its name, where Nginx reads it as in status/."""
        return f"{self.app}.{self.kind}.conf"

    @property
    def path(self) -> Path:
        """The file that Nginx includes, in the block that its kind belongs to."""
        return (paths.NGINX_STREAM if self.is_of_stream else paths.NGINX_HTTP) / self.file_name

    @property
    def is_of_stream(self) -> bool:
        """Whether Nginx reads it in its `stream` block."""
        return self.kind in OF_STREAM

    @property
    def certificate_place(self) -> str | None:
        """Whose directory it brings certificates to; None for a kind that brings none. Calls of gRPC have those of the backend's site."""
        return {"front": self.app, "backend": f"{self.app}.backend"}.get(self.kind)

    @property
    def status(self) -> Path:
        """The location that answers which generation of the file is served."""
        return paths.NGINX_STATUS / self.file_name

    @property
    def revisions(self) -> Path:
        """Directory of earlier contents."""
        return paths.REVISIONS / f"{self.app}.{self.kind}"

    @property
    def status_path(self) -> str:
        """The path to ask for on the status socket."""
        return f"/{self.kind}/{self.app}"

    def forget(self) -> None:
        """Takes the kept revisions and the logs away, once the file itself is gone for good."""
        names = [f"fairlead-{self.app}.{self.kind}.log*", *([f"fairlead-{self.app}.canary.log*"] if self.kind == "front" else [])]
        for log in (found for name in names for found in LOGS.glob(name)):
            log.unlink(missing_ok=True)
        if self.revisions.is_dir():
            for revision in self.revisions.iterdir():
                revision.unlink()
            self.revisions.rmdir()

    @staticmethod
    def from_name(name: str) -> "FileId | None":
        """The file of that name; None when it is not one of ours."""
        match = NAME.fullmatch(name)
        return FileId(match[1], match[2]) if match else None


@dataclass(frozen=True)
class Candidate:
    """What a file should become. `content` None: no file. Without certificates it has no files of any.

    `replaces`: all files of the server's own that are out of service because of a front; None: those that are.
    """

    file: FileId
    content: str | None
    generation: int
    listens: tuple[tuple[str, int], ...]
    certificates: Certificates | None = None
    replaces: tuple[Replaced, ...] | None = None

    @property
    def sha256(self) -> str | None:
        """Hash of the content; None when the file goes away."""
        return None if self.content is None else sha256(self.content)

    @property
    def expected_status(self) -> str | None:
        """What the running Nginx answers once it serves this; None when it must know nothing of the file."""
        return None if self.content is None else f"{self.generation}:{self.sha256}"

    @property
    def status_text(self) -> str:
        """Content of the status file."""
        return (
            f"# Managed by Fairlead. Generation {self.generation}.\n"
            f'location = {self.file.status_path} {{\n  return 200 "{self.expected_status}";\n}}\n'
        )


@dataclass(frozen=True)
class Record:
    """What was last applied."""

    generation: int
    sha256: str


def parse_candidates(fields: Fields) -> list[Candidate]:
    """Reads `files`; refuses an empty list and a file named twice."""
    candidates = [_parse_candidate(item) for item in fields.objects("files", 100)]
    fields.done()
    if not candidates:
        raise refuse("input.files", "must not be empty")
    if len({candidate.file for candidate in candidates}) < len(candidates):
        raise refuse("input.files", "names a file twice")
    return candidates


def _parse_candidate(fields: Fields) -> Candidate:
    kind = fields.one_of("kind", *KINDS)
    candidate = Candidate(
        file=FileId(fields.slug(), kind),
        content=fields.optional("content", lambda name: fields.string(name, LONGEST_FILE)),
        generation=fields.integer("generation", 0, 2**53),
        listens=tuple(_parse_listen(item) for item in fields.objects("listens", 100)),
        certificates=parse_certificates(_member(fields, "certificate"), _member(fields, "authority")),
        replaces=fields.optional("replaces", lambda name: parse_list(fields)),
    )
    fields.done()
    if candidate.replaces is not None and (kind != "front" or candidate.content is None):
        raise refuse("input.files.replaces", "belongs to a front")
    if candidate.certificates is not None and (candidate.file.certificate_place is None or candidate.content is None):
        raise refuse("input.files.certificate", "belongs to a front or to a backend")
    return candidate


def _member(fields: Fields, name: str) -> Fields | None:
    return fields.optional(name, lambda member: Fields(fields.raw(member), f"input.files.{member}"))


def _parse_listen(fields: Fields) -> tuple[str, int]:
    raw = fields.match("address", ADDRESS_OR_WILDCARD, "an IP address or *")
    address = "0.0.0.0" if raw == "*" else fields.address("address")
    port = fields.port()
    fields.done()
    return address, port


def read_record(file: FileId) -> Record | None:
    """What was last applied for a file, as its status location says; None when nothing is."""
    return parse_status((read_or_none(file.status) or b"").decode("utf-8", "replace"))


def parse_status(text: str) -> Record | None:
    """The generation and hash in a status location's text or in its answer."""
    match = STATUS.search(text)
    return Record(int(match[1]), match[2]) if match else None


def refuse_older(candidates: list[Candidate]) -> None:
    """Generations only grow: a file's older one comes from somebody who has been overtaken."""
    for candidate in candidates:
        record = read_record(candidate.file)
        if record is not None and candidate.generation < record.generation and candidate.content is not None:
            raise HostError(
                "fenced-off",
                f"Generation {candidate.generation} of {candidate.file.file_name} is older than the applied {record.generation}.",
                hint="Nothing was changed; the newer generation stays.",
                generation=candidate.generation,
                newest=record.generation,
            )


def files_on_disk(app: str | None = None) -> list[FileId]:
    """Fairlead's files, of one app or of all, sorted."""
    entries = [entry for path in (paths.NGINX_HTTP, paths.NGINX_STREAM) if path.is_dir() for entry in path.iterdir()]
    found = [file for entry in entries if (file := FileId.from_name(entry.name)) is not None and file.path == entry]
    return sorted(file for file in found if app is None or file.app == app)


def files_recorded() -> list[FileId]:
    """Files that were applied and not taken away since, whether they are still on disk or not; sorted."""
    names = [entry.name for entry in paths.NGINX_STATUS.iterdir()] if paths.NGINX_STATUS.is_dir() else []
    return sorted(file for name in names if (file := FileId.from_name(name)) is not None)


def content_of(file: FileId) -> bytes | None:
    """A file's bytes as they are on disk."""
    return read_or_none(file.path)


def ports_in(text: str) -> set[int]:
    """Ports that a file of ours listens on."""
    return {int(port) for port in LISTEN.findall(text)}
