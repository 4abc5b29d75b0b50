"""The resident channel: a JSON request a line on standard input, JSON lines out, each verb in a thread of its own."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from typing import Any

from .call import Call
from .errors import HostError, from_exception
from .fence import Fence
from .parse import Fields
from .systemd import is_going_down
from .verbs import VERBS

LONGEST_LINE = 64 * 1024 * 1024
MOST_AT_ONCE = 64
IDLE_LIMIT_S = 3600.0
GOING_DOWN_LIMIT_S = 60.0
# About another request of the same channel, by its id; all other verbs are about the machine.
WITHDRAW = "withdraw"


class Channel:
    """Serves one connection until its input ends. Changes under way are finished, watching ends."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink
        self._writing = threading.Lock()
        self._closed = threading.Event()
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._threads: set[threading.Thread] = set()
        self._calls: dict[str, Call] = {}

    def serve(self) -> None:
        """Reads requests until the end of input or an hour of silence, then waits for verbs that change something."""
        buffer = bytearray()
        while True:
            readable, _, _ = select.select([self._source], [], [], IDLE_LIMIT_S)
            chunk = os.read(self._source, 1 << 20) if readable else b""
            if not chunk and not (not readable and self._threads):
                break
            buffer += chunk
            if len(buffer) > LONGEST_LINE:
                self._send({"id": None, "ok": False, "error": _too_long().to_json()})
                break
            self._take_lines(buffer)
        self._closed.set()
        for thread in list(self._threads):
            thread.join()

    def _take_lines(self, buffer: bytearray) -> None:
        start = 0
        while (end := buffer.find(b"\n", start)) >= 0:
            line = bytes(buffer[start:end])
            start = end + 1
            if line.strip():
                self._dispatch(line)
        del buffer[:start]

    def _dispatch(self, line: bytes) -> None:
        thread = threading.Thread(target=self._answer, args=(line,))
        self._slots.acquire()
        self._threads.add(thread)
        thread.start()

    def _answer(self, line: bytes) -> None:
        request_id: str | None = None
        try:
            request = Fields(_json(line), "request")
            request_id = request.string("id", 128, 1)
            answer: dict[str, Any] = {"ok": True, "result": self._perform(request, request_id)}
        except BaseException as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            answer = {"ok": False, "error": from_exception(error).to_json()}
            if answer["error"]["code"] != "invalid-input" and is_going_down():
                # It failed because of that. Without an answer the caller asks again, once the machine is back.
                self._closed.wait(GOING_DOWN_LIMIT_S)
            if not isinstance(error, HostError):
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        self._send({"id": request_id, **answer})
        self._threads.discard(threading.current_thread())
        self._slots.release()

    def _perform(self, request: Fields, request_id: str) -> dict[str, Any]:
        name = request.string("verb", 64)
        if name == WITHDRAW:
            return self._withdraw(Fields(request.raw("input")))
        verb = VERBS.get(name)
        if verb is None:
            raise HostError(
                "host-refused",
                "The host program does not know this verb.",
                hint="Prepare the server again to bring its host program up to date.",
            )
        fence = Fence.parse(request.raw("fence")) if verb.is_fenced else None
        if fence is not None:
            fence.check()
        call = Call(lambda event: self._send({"id": request_id, **event}), self._closed, fence)
        self._calls[request_id] = call
        try:
            return verb.perform(call, Fields(request.raw("input")))
        finally:
            del self._calls[request_id]

    def _withdraw(self, fields: Fields) -> dict[str, Any]:
        call = self._calls.get(fields.string("id", 128, 1))
        fields.done()
        if call is not None:
            call.withdraw()
        return {"known": call is not None}

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        with self._writing:
            try:
                while data:
                    data = data[os.write(self._sink, data) :]
            except OSError:
                self._closed.set()


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise HostError("invalid-input", "The request is not JSON.") from error


def _too_long() -> HostError:
    return HostError("invalid-input", f"A request is longer than {LONGEST_LINE} bytes.")
