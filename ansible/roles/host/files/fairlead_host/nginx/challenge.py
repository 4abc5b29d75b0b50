"""`acme.challenge`: what a certificate authority asks to find, in the directory that every front answers from on port 80."""

from __future__ import annotations

import re
import time
from typing import Any

from .. import paths
from ..call import Call
from ..files import unlink, write_atomic
from ..parse import Fields

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
CONTENT = re.compile(r"[A-Za-z0-9_.-]{1,400}")
LEFT_BEHIND_S = 86_400


def challenge(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `acme.challenge`. Takes away what others left behind more than a day ago."""
    token = fields.match("token", TOKEN, "a token of base64url letters")
    content = fields.optional("content", lambda name: fields.match(name, CONTENT, "a token and a thumbprint", 400))
    fields.done()
    directory = paths.ACME_CHALLENGES
    for part in (directory.parent, directory):
        part.mkdir(mode=0o755, exist_ok=True)
    for entry in directory.iterdir():
        if entry.name != token and time.time() - entry.lstat().st_mtime > LEFT_BEHIND_S:
            unlink(entry)
    changed = unlink(directory / token) if content is None else write_atomic(directory / token, content)
    return {"changed": changed}
