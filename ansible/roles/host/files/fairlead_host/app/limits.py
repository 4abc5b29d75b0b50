"""How much of a server an app's processes may take."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..parse import Fields

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """None: no limit beyond those of everything that runs a tenant's code."""

    memoryMib: int | None = None
    cpuPercent: int | None = None
    tasks: int | None = None

    def told(self) -> dict[str, int]:
        """Those that there are."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def text(self) -> str:
        """The drop-in of a unit; empty without a limit. Source: systemd.resource-control(5)."""
        lines = []
        if self.memoryMib is not None:
            # Without swap: what pages to a disk answers nobody, and is slow for all.
            lines += [f"MemoryMax={self.memoryMib * MIB}", "MemorySwapMax=0"]
        if self.cpuPercent is not None:
            lines.append(f"CPUQuota={self.cpuPercent}%")
        if self.tasks is not None:
            lines.append(f"TasksMax={self.tasks}")
        return "\n".join(["# Managed by Fairlead.", "[Service]", *lines, ""]) if lines else ""


def parse_limits(fields: Fields) -> Limits:
    """Limits as a request names them."""

    def whole(name: str, least: int, most: int) -> int | None:
        value: int | None = fields.optional(name, lambda key: fields.integer(key, least, most))
        return value

    limits = Limits(whole("memoryMib", 16, 4_194_304), whole("cpuPercent", 5, 100_000), whole("tasks", 8, 100_000))
    fields.done()
    return limits
