"""`app.env`: the app's whole environment, as its processes will find it at their next start."""

from __future__ import annotations

from typing import Any

from .. import paths
from ..call import Call
from ..files import sha256, unlink, write_atomic
from ..locks import hold
from ..parse import ENV_KEY, Fields, refuse
from ..systemd import environment_file
from .place import App

LONGEST_VALUE = 65_536
# Linux refuses to start a program with one longer string (MAX_ARG_STRLEN) or with more than this in all.
LONGEST_VARIABLE_BYTES = 131_000
LONGEST_ENVIRONMENT_BYTES = 1_000_000


def write(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `app.env`. Values are written, never answered."""
    app = App(fields.slug())
    values = _parse(fields.raw("env"))
    authority = fields.optional("databaseAuthority", lambda name: fields.string(name, 200_000, 1))
    fields.done()
    content = environment_file(values)
    with hold(f"app-{app.name}"):
        paths.ENV.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = app.root / "database-authority.pem"
        known = unlink(file) if authority is None else write_atomic(file, authority, 0o644)
        changed = write_atomic(app.env, content, 0o600) or known
    return {"sha256": sha256(content), "changed": changed}


def _parse(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > 1000:
        raise refuse("input.env", "must be an object of at most 1000 variables")
    fields = Fields(value, "input.env")
    for key in value:
        if not ENV_KEY.fullmatch(key):
            raise refuse("input.env", "has a name that is not letters, digits and underscores")
    found = {key: fields.string(key, LONGEST_VALUE) for key in value}
    for key, text in found.items():
        if len(key) + len(text.encode()) > LONGEST_VARIABLE_BYTES:
            raise refuse(f"input.env.{key}", f"is longer than {LONGEST_VARIABLE_BYTES} bytes")
    if sum(len(key) + len(text.encode()) + 2 for key, text in found.items()) > LONGEST_ENVIRONMENT_BYTES:
        raise refuse("input.env", f"is longer than {LONGEST_ENVIRONMENT_BYTES} bytes in all")
    return found
