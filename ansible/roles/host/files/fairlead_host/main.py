"""Start of the resident program."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading

from . import channel
from .nginx.recovery import recover_in_background

THREAD_STACK_BYTES = 16 * 1024 * 1024


def main() -> None:
    """Serves standard input. A hang-up of the connection ends reading, never a change under way."""
    if os.geteuid() != 0:
        sys.exit("fairlead: the host program runs as root")
    os.umask(0o022)
    os.chdir("/")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    # Python's JSON reader recurses in C up to a limit of its own (10,000 levels in 3.13): a small stack would end the process.
    threading.stack_size(THREAD_STACK_BYTES)
    # As many files as may be: `nginx -t` opens the log of every site.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    recover_in_background()
    channel.Channel(0, 1).serve()
