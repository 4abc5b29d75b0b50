"""What a request says of an app's processes, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..parse import SLUG, Fields, refuse

MOST_PROCESSES = 50
MOST_INSTANCES = 64
LONGEST_STOP_S = 600
LONGEST_RUN_S = 86_400
_LIST = r"(?:\*|[0-9]{1,2}(?:,[0-9]{1,2}){0,59})"
_DAYS = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
CALENDAR = re.compile(rf"(?:{_DAYS}(?:,{_DAYS}){{0,6}} )?\*-{_LIST}-{_LIST} {_LIST}:{_LIST}:00 [A-Za-z][A-Za-z0-9_+/-]{{0,60}}")


@dataclass(frozen=True)
class Process:
    """A worker with its instances, or a cron entry with the calendar lines of its timer."""

    name: str
    kind: str
    command: str
    memory_mib: int | None
    stop_timeout_s: int
    count: int = 0
    calendars: tuple[str, ...] = ()
    time_limit_s: int = 0


def parse_processes(fields: Fields) -> list[Process]:
    """All of an app's processes on this server; each name once."""
    found = [_parse(item) for item in fields.objects("processes", MOST_PROCESSES)]
    names = [process.name for process in found]
    if len(set(names)) != len(names):
        raise refuse("input.processes", "must name each process once")
    return found


def _parse(fields: Fields) -> Process:
    name = fields.match("name", SLUG, "a process's name")
    kind = fields.one_of("kind", "worker", "cron")
    command = fields.string("command", 4096, 1)
    memory_mib: int | None = fields.optional("memoryMib", lambda key: fields.integer(key, 16, 4_194_304))
    stop_timeout_s = fields.integer("stopTimeoutSeconds", 1, LONGEST_STOP_S)
    if kind == "worker":
        process = Process(name, kind, command, memory_mib, stop_timeout_s, count=fields.integer("count", 0, MOST_INSTANCES))
    else:
        calendars = tuple(_calendar(path, item) for path, item in fields.items("calendars", 2))
        if not calendars:
            raise refuse("input.processes.calendars", "must have a line")
        limit_s = fields.integer("timeLimitSeconds", 1, LONGEST_RUN_S)
        process = Process(name, kind, command, memory_mib, stop_timeout_s, calendars=calendars, time_limit_s=limit_s)
    fields.done()
    return process


def _calendar(path: str, item: object) -> str:
    if not isinstance(item, str) or not CALENDAR.fullmatch(item):
        raise refuse(path, "must be a calendar line")
    return item
