"""What Fairlead takes of a compose file: how the image of one service is made, and what that service is started with.

The other services are not started: each backend would have its own, and its own data. As the builder does, this stands alone. Source:
https://github.com/compose-spec/compose-spec/blob/main/spec.md.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from dataclasses import dataclass, field
from typing import Any, Callable

LONGEST_FILE = 256 * 1024
DEEPEST = 100
DEBIAN_MODULES = "/usr/lib/python3/dist-packages"
DEFAULTED = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?-([^${}]*)\}")
MOST_SHOWN = 20


class Unusable(Exception):
    """The file is none to deploy; the message says why."""


@dataclass(frozen=True)
class Plan:
    """How an image is made: its context and its Dockerfile by absolute paths; `service`: what the compose file starts it with."""

    context: str
    file: str
    target: str | None = None
    arguments: dict[str, str] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)


def read(source: str, file: str, wanted: str | None, say: Callable[[str], None]) -> Plan:
    """The plan of the service that answers requests. Raises `Unusable`."""
    services = _services(source, file)
    name = _chosen(services, wanted)
    service = services[name]
    left_out = sorted(other for other in services if other != name)
    if left_out:
        say(
            f"Of {file} the service {name} is deployed. Left out: {', '.join(left_out[:MOST_SHOWN])}. Each backend would have its own, with its own data: "
            "Fairlead's database, Redis, workers and cron entries take their places."
        )
    if "volumes" in service:
        say(f"The volumes of {name} are left out: shared folders in the app's settings outlive releases.")
    build = service["build"] if isinstance(service["build"], dict) else {"context": service["build"]}
    if "dockerfile_inline" in build:
        raise Unusable(f"services.{name}.build.dockerfile_inline is not supported: put it in a file.")
    folder = os.path.dirname(os.path.join(source, file))
    context = inside(source, folder, _text(build.get("context", "."), f"services.{name}.build.context"))
    if context is None or not os.path.isdir(context):
        raise Unusable(f"services.{name}.build.context is no folder of the app.")
    dockerfile = inside(source, context, _text(build.get("dockerfile", "Dockerfile"), f"services.{name}.build.dockerfile"))
    if dockerfile is None or not os.path.isfile(dockerfile):
        raise Unusable(f"services.{name}.build.dockerfile is no file of the app.")
    target = build.get("target")
    return Plan(
        context,
        dockerfile,
        None if target is None else _text(target, f"services.{name}.build.target"),
        _pairs(build.get("args"), f"services.{name}.build.args", say),
        {
            **_command(service, name, "command"),
            **_command(service, name, "entrypoint"),
            "environment": _pairs(service.get("environment"), f"services.{name}.environment", say),
        },
    )


def inside(source: str, folder: str, path: str) -> str | None:
    """An absolute path in the source, wherever links lead; None for one outside."""
    found = os.path.realpath(os.path.join(folder, path))
    root = os.path.realpath(source)
    return found if found == root or found.startswith(f"{root}/") else None


def _services(source: str, file: str) -> dict[str, dict[str, Any]]:
    path = inside(source, source, file)
    if path is None or not os.path.isfile(path):
        raise Unusable("The repository has no such file there.")
    if os.path.getsize(path) > LONGEST_FILE:
        raise Unusable("It is longer than 256 KiB.")
    if DEBIAN_MODULES not in sys.path:
        sys.path.append(DEBIAN_MODULES)
    try:
        import yaml  # noqa: PLC0415 - Debian's, there where Podman is

        with open(path, encoding="utf-8") as text:
            value = yaml.safe_load(_bounded(text.read()))
    except ImportError as error:
        raise Unusable("python3-yaml is missing on this server: prepare it again.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unusable(f"It cannot be read: {str(error)[:500]}") from error
    services = value.get("services") if isinstance(value, dict) else None
    if not isinstance(services, dict):
        raise Unusable("It has no services.")
    found = {str(name): service for name, service in services.items() if isinstance(service, dict)}
    if any("extends" in service for service in found.values()) or "include" in value:
        raise Unusable("extends and include are not supported: write the service in one file.")
    return found


def _bounded(text: str) -> str:
    """The reader's time grows with the square of how deep values lie in each other, and its faster one of C ends with a fault there."""
    depth = 0
    for char in text:
        depth += (char in "[{") - (char in "]}")
        if depth > DEEPEST:
            raise ValueError(f"values lie more than {DEEPEST} deep in each other")
    return text


def _chosen(services: dict[str, dict[str, Any]], wanted: str | None) -> str:
    built = [name for name, service in services.items() if service.get("build")]
    if wanted is not None:
        if wanted not in services:
            raise Unusable(f"It has no service {wanted}.")
        if wanted not in built:
            raise Unusable(f"The service {wanted} has no build: Fairlead deploys what is built from the repository.")
        return wanted
    if not built:
        raise Unusable("None of its services has a build: Fairlead deploys what is built from the repository.")
    answering = [name for name in built if services[name].get("ports")] or built
    if len(answering) > 1:
        raise Unusable(f"Several services are built ({', '.join(answering[:MOST_SHOWN])}): name one in the app's settings.")
    return answering[0]


def _command(service: dict[str, Any], name: str, key: str) -> dict[str, list[str]]:
    value = service.get(key)
    if value is None:
        return {}
    try:
        items = shlex.split(value) if isinstance(value, str) else value
    except ValueError as error:
        raise Unusable(f"services.{name}.{key} cannot be split into words: {error}.") from error
    if not isinstance(items, list) or not all(isinstance(item, (str, int, float)) for item in items):
        raise Unusable(f"services.{name}.{key} must be a text or a list of texts.")
    return {key: [_plain(str(item), f"services.{name}.{key}") for item in items]}


def _pairs(value: object, where: str, say: Callable[[str], None]) -> dict[str, str]:
    """A mapping or a list of `KEY=value`. What takes its value from whoever starts it is left to the app's own variables."""
    if value is None:
        return {}
    if isinstance(value, list):
        value = dict(item.split("=", 1) if "=" in item else (item, None) for item in value if isinstance(item, str))
    if not isinstance(value, dict):
        raise Unusable(f"{where} must be a mapping or a list.")
    found: dict[str, str] = {}
    for key, item in value.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(key)):
            raise Unusable(f"{where} has a name that is not letters, digits and underscores.")
        if item is None:
            continue
        if not isinstance(item, (str, int, float)):
            raise Unusable(f"{where}.{key} must be a text.")
        text = ("true" if item else "false") if isinstance(item, bool) else str(item)
        try:
            found[str(key)] = _plain(text, f"{where}.{key}")
        except Unusable:
            say(f"{where}.{key} is left out, as its value comes from elsewhere: the app's variables in Fairlead have a place for it.")
    return found


def _plain(text: str, where: str) -> str:
    """The text with its variables' defaults in their places, `$$` as one `$`. Raises `Unusable` for a variable without one."""
    marked = DEFAULTED.sub(lambda match: match[1], text.replace("$$", "\0"))
    if "$" in marked:
        raise Unusable(f"{where} takes a variable from elsewhere.")
    return marked.replace("\0", "$")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise Unusable(f"{where} must be a text.")
    return _plain(value, where)
