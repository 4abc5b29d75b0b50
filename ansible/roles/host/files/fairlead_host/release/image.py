"""The image of a release: built from the source, kept as an OCI layout with the release, taken from there on other servers.

As the builder does, this stands alone, and runs as the app's own user. No registry has such an image; what is unchanged between two of them is the same
files, and so it is neither sent nor stored twice (https://github.com/opencontainers/image-spec/blob/main/image-layout.md).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import compose  # noqa: E402
from engine import BOX, DESCRIPTION, IMAGE, PODMAN, Engine, name_of  # noqa: E402
from source import BAD_COMPOSE, IMAGE_FAILED, NO_ENGINE, Failed, say  # noqa: E402

BLOBS = "blobs/sha256"
# How long what nothing is built upon any more is kept for builds that may take it up again.
CACHE_HOURS = 72


def build(spec: dict[str, Any], source: str) -> None:
    """Builds the image in the checked out source, and makes the release of it."""
    engine, release = _engine(spec), spec["release"]
    plan = _plan(spec, source)
    name = _name(spec)
    options = [f"--file={plan.file}", *([f"--target={plan.target}"] if plan.target else [])]
    options += [f"--build-arg={key}={value}" for key, value in sorted(plan.arguments.items())]
    say(f"$ podman build --file {os.path.relpath(plan.file, source)} {os.path.relpath(plan.context, source)}")
    # In Docker's format: OCI's knows neither SHELL nor HEALTHCHECK.
    if engine.run("build", "--format=docker", "--layers", f"--tag={name}", *options, ".", cwd=plan.context) != 0:
        raise Failed(IMAGE_FAILED, "The image could not be built.")
    shutil.rmtree(release, ignore_errors=True)
    layout = os.path.join(release, IMAGE)
    os.makedirs(os.path.dirname(layout), 0o755)
    # Layers as they are: two builds of the same layer are the same bytes, whichever version packed them.
    if engine.run("save", "--quiet", "--format=oci-dir", "--uncompressed", f"--output={layout}", name) != 0:
        raise Failed(IMAGE_FAILED, "The image could not be written.")
    _share(layout, [os.path.join(each, IMAGE) for each in spec.get("earlier", [])])
    _write_description(engine, spec, name, plan)


def load(spec: dict[str, Any]) -> None:
    """Takes the image of a release that another server built."""
    engine = _engine(spec)
    # Each of its files is what the manifest says, so the image is what was built; Podman names one by its configuration, which has another form here.
    place = os.path.join(BOX, "image")
    os.symlink(os.path.join(spec["release"], IMAGE), place)
    found = (engine.ask("pull", "--quiet", f"oci:{place}") or "").split()
    if not found or engine.run("tag", found[-1], _name(spec)) != 0:
        raise Failed(IMAGE_FAILED, "The image that was sent could not be taken.")
    # Podman 4 names what it takes after the place.
    engine.is_done("untag", found[-1], f"localhost{place}:latest")


def prune(app: str, store: str, keep: list[str]) -> None:
    """Removes the images of all releases but these, and layers that nothing is built upon."""
    engine = Engine(store)
    wanted = {name_of(app, release) for release in keep}
    for name in (engine.ask("images", "--no-trunc", "--format={{.Repository}}:{{.Tag}}") or "").splitlines():
        if name.startswith(name_of(app, "")) and name not in wanted:
            engine.ask("rmi", "--force", name)
    engine.ask("image", "prune", "--force", f"--filter=until={CACHE_HOURS}h")


def _engine(spec: dict[str, Any]) -> Engine:
    if not os.path.exists(PODMAN):
        raise Failed(NO_ENGINE, "Podman is not installed on this server.")
    return Engine(spec["container"]["store"])


def _name(spec: dict[str, Any]) -> str:
    return name_of(spec["container"]["app"], os.path.basename(spec["release"]))


def _plan(spec: dict[str, Any], source: str) -> compose.Plan:
    file, service = spec["container"]["file"], spec["container"]["service"]
    if not file.endswith((".yml", ".yaml")):
        path = compose.inside(source, source, file)
        if path is None or not os.path.isfile(path):
            raise Failed(IMAGE_FAILED, f"The repository has no file {file} there.")
        return compose.Plan(source, path)
    try:
        return compose.read(source, file, service, say)
    except compose.Unusable as error:
        raise Failed(BAD_COMPOSE, f"{file}: {error}") from error


def _share(layout: str, earlier: list[str]) -> None:
    """Blobs that an earlier release has are the same files: named by what is in them, and nobody changes them."""
    for name in os.listdir(os.path.join(layout, BLOBS)):
        path = os.path.join(layout, BLOBS, name)
        for other in (os.path.join(each, BLOBS, name) for each in earlier):
            if os.path.isfile(other) and os.path.getsize(other) == os.path.getsize(path):
                os.link(other, f"{path}.link")
                os.replace(f"{path}.link", path)
                break


def _write_description(engine: Engine, spec: dict[str, Any], name: str, plan: compose.Plan) -> None:
    told = json.loads(engine.ask("image", "inspect", "--format=json", name) or "[{}]")[0]
    config = told.get("Config") or {}
    described = {
        "workdir": config.get("WorkingDir") or "/",
        "user": config.get("User") or "",
        "stopSignal": config.get("StopSignal") or "",
        "service": plan.service,
    }
    with open(os.path.join(spec["release"], DESCRIPTION), "w", encoding="utf-8") as file:
        json.dump(described, file)
    ports = ", ".join(sorted(config.get("ExposedPorts") or {}))
    say(f"The image is {told.get('Id', '')[:12]}; it says that it listens on: {ports or 'nothing'}.")


if __name__ == "__main__":
    prune(sys.argv[1], sys.argv[2], sys.argv[3:])
