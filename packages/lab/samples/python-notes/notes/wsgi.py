"""A small notes app for WSGI: notes in memory, so that each process has its own."""

import json
import os
import socket
import sys
from html import escape
from urllib.parse import parse_qs

RELEASE = os.environ.get("FAIRLEAD_RELEASE", "none")
notes = []


def page():
    items = "".join(f"<li>{escape(body)}</li>" for body in notes)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Notes</title>
<h1>Notes</h1>
<p>Answered by <strong>{escape(socket.gethostname())}</strong>, release <code>{escape(RELEASE)}</code>.</p>
<form method="post" action="/notes"><input name="body" required maxlength="500" aria-label="Note"><button>Add</button></form>
<ul>{items}</ul>
</html>"""


def whoami(environ):
    return {
        "server": socket.gethostname(),
        "release": RELEASE,
        "prefix": sys.prefix,
        "served_by": environ["SERVER_SOFTWARE"],
    }


def application(environ, start_response):
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if path == "/whoami":
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(whoami(environ)).encode()]
    if path == "/notes" and method == "POST":
        length = min(int(environ.get("CONTENT_LENGTH") or 0), 10_000)
        notes.append(parse_qs(environ["wsgi.input"].read(length).decode()).get("body", [""])[0][:500])
        start_response("303 See Other", [("Location", "/")])
        return []
    if path != "/":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Not found\n"]
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [page().encode()]
