"""`release.declaration`: what a commit's `fairlead.yml` says of its app, as text."""

from __future__ import annotations

from typing import Any

from ..app.place import App
from ..call import Call
from ..command import SEARCH_PATH, attempt
from ..errors import HostError
from ..parse import COMMIT, FOLDER, Fields

LONGEST_BYTES = 64 * 1024
FILE = "fairlead.yml"


def declaration(_: Call, fields: Fields) -> dict[str, Any]:
    """Verb `release.declaration`. From the app's own mirror, read as its user, to whom it belongs. Of a folder its own file, else the root's."""
    app, commit = App(fields.slug()), fields.match("commit", COMMIT, "a commit's id")
    folder = fields.optional("folder", lambda name: fields.match(name, FOLDER, "a folder inside the repository", 200))
    fields.done()
    app.ids()
    if _git(app, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        return {"known": False, "text": None}
    for file in (*([] if folder is None else [f"{folder}/{FILE}"]), FILE):
        size = _git(app, "cat-file", "-s", f"{commit}:{file}")
        if size is None:
            continue
        if int(size) > LONGEST_BYTES:
            raise HostError("invalid-input", f"{file} is longer than 64 KiB.", hint="Make it shorter.")
        return {"known": True, "text": _git(app, "cat-file", "blob", f"{commit}:{file}"), "file": file}
    return {"known": True, "text": None}


def _git(app: App, *arguments: str) -> str | None:
    environment = [f"HOME={app.home}", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", f"PATH={SEARCH_PATH}"]
    argv = ["/usr/bin/env", "-i", *environment, "git", f"--git-dir={app.mirror}", *arguments]
    outcome = attempt(argv, user=app.user)
    return outcome.stdout if outcome.code == 0 else None
