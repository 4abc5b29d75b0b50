"""`sequence`: several verbs one after another, for one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .call import Call
from .errors import HostError, from_exception
from .parse import Fields
from .verb import Verb

MOST = 16


def sequence(verbs: Mapping[str, Verb]) -> Verb:
    """The verb that performs these, each with the same log and the same fence; the first that fails ends it, and what was done before stays.

    Each result is told when it is there. Once the caller withdraws the call, no further verb begins.
    """

    def perform(call: Call, fields: Fields) -> dict[str, Any]:
        calls = [(each.one_of("verb", *verbs), Fields(each.raw("input"))) for each in _calls(fields)]
        results: list[dict[str, Any]] = []
        for name, given in calls:
            if call.is_withdrawn:
                raise HostError("cancelled", f"It was cancelled before {name}.", verb=name)
            results.append(_perform(verbs[name], name, call, given))
            if len(results) < len(calls):
                call.result(len(results) - 1, results[-1])
        return {"results": results}

    return Verb(True, perform)


def _calls(fields: Fields) -> list[Fields]:
    calls = fields.objects("calls", MOST)
    fields.done()
    return calls


def _perform(verb: Verb, name: str, call: Call, fields: Fields) -> dict[str, Any]:
    if verb.is_fenced:
        call.check_fence()
    try:
        return verb.perform(call, fields)
    except Exception as error:  # noqa: BLE001 - told on, with the verb that it came from
        failure = from_exception(error)
        raise HostError(failure.code, failure.message, failure.hint, **{**failure.details, "verb": name}) from error
