"""`drift`: where this machine differs from what Fairlead put on it, with both sides."""

from __future__ import annotations

from typing import Any

from .call import Call
from .database.drift import drifted_grants
from .files import sha256
from .firewall.drift import drifted_rules
from .nginx.certificate import drifted_certificates
from .nginx.managed import FileId, content_of, files_recorded, read_record
from .parse import Fields
from .process.drift import drifted_units

LONGEST_TEXT = 256_000


def drift(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `drift`. Reads alone; what is as it was put is not listed."""
    fields.done()
    files = [item for file in files_recorded() if (item := _drifted(file)) is not None]
    return {"files": files, "certificates": drifted_certificates(), "rules": drifted_rules(), "grants": drifted_grants(), "units": drifted_units()}


def _drifted(file: FileId) -> dict[str, Any] | None:
    record, content = read_record(file), content_of(file)
    if record is None or (content is not None and sha256(content) == record.sha256):
        return None
    is_shown = content is not None and len(content) <= LONGEST_TEXT
    return {
        "app": file.app,
        "kind": file.kind,
        "path": str(file.path),
        "generation": record.generation,
        "sha256": record.sha256,
        "present": content is not None,
        "content": content.decode("utf-8", "replace") if content is not None and is_shown else None,
    }
