"""Whose fault a failed test is: the candidate's, or a file's that somebody else wrote."""

from __future__ import annotations

from ..errors import HostError
from .beside import Verdict, test_live
from .managed import Candidate


def explain(verdict: Verdict, candidates: list[Candidate]) -> HostError:
    """The error for a failed test beside the live files."""
    ours = {str(path) for candidate in candidates for path in (candidate.file.path, candidate.file.status)}
    fault = verdict.fault
    if fault is not None and fault[0] not in ours:
        return _foreign(verdict, fault)
    if fault is None:
        # Nginx names no file (a bind, a resolver, a missing module): it is foreign when the live files fail alike.
        live = test_live()
        if not live.is_good:
            return _foreign(live, live.fault)
    return HostError(
        "nginx-test-failed",
        "Nginx refuses the new config; nothing was changed.",
        hint="The output names the line. This is a fault of Fairlead or of a value in the app's settings.",
        output=verdict.output[-4000:],
        **({"file": fault[0], "line": fault[1]} if fault else {}),
    )


def _foreign(verdict: Verdict, fault: tuple[str, int] | None) -> HostError:
    place = f"{fault[0]}, line {fault[1]}" if fault else "a file that is not Fairlead's"
    return HostError(
        "nginx-foreign-fault",
        f"The server's own Nginx config is broken ({place}); nothing was changed.",
        hint="Repair that file on the server (`nginx -t` shows the fault), then try again.",
        output=verdict.output[-4000:],
        file=fault[0] if fault else None,
        line=fault[1] if fault else None,
    )
