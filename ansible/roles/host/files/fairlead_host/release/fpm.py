"""A PHP release goes live: its own FPM starts beside the one that serves, and the socket's link is switched."""

from __future__ import annotations

from ..app import php
from ..app.place import COLOURS, App
from ..files import unlink
from .running import running
from .wanted import Wanted, begin, wanted


def start(app: App, release_id: str) -> bool:
    """A colour runs the release with today's environment; answers whether one was started."""
    what = wanted(app, release_id, None, {})
    if _colour_of(app, what) is not None:
        return False
    # Which colour serves is this host's own matter: the contract's colours are Node.js processes with a port.
    live = php.live_colour(app)
    colour = next(colour for colour in COLOURS if colour != live)
    begin(app, colour, what)
    # One of before that is still ending its requests accepts on the same socket.
    php.wait_accepting(app, colour, lambda: running(app, colour) == what.started)
    return True


def switch(app: App, release_id: str) -> bool:
    """Nginx talks to the colour that runs the release, started where none does; answers whether anything changed."""
    is_started = start(app, release_id)
    colour = _colour_of(app, wanted(app, release_id, None, {}))
    assert colour is not None
    changed = php.switch(app, colour)
    for other in COLOURS:
        if other != colour:
            unlink(app.slot(other))
    return is_started or changed


def _colour_of(app: App, what: Wanted) -> str | None:
    return next((colour for colour in COLOURS if running(app, colour) == what.started), None)
