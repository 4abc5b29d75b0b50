"""The verbs of the contract (`packages/remote/src/host-protocol.ts`), by name."""

from __future__ import annotations

from .app import ensure, environment, remove
from .database import verbs as database
from .drift import drift
from .facts import facts, hello
from .firewall import verbs as firewall
from .hosted import check as hosted
from .inventory import inventory
from .nginx import apply, canary, challenge, drain, observe, sites
from .process import apply as process
from .process import observe as processes
from .process import run as commands
from .redis import verbs as redis
from .release import build, command, declaration, lifecycle, ship, start
from .sequence import sequence
from .verb import Verb

VERBS: dict[str, Verb] = {
    "hello": Verb(False, hello),
    "facts": Verb(False, facts),
    "inventory": Verb(False, inventory),
    "drift": Verb(False, drift),
    "nginx.test": Verb(False, apply.test),
    "nginx.apply": Verb(True, apply.apply),
    "nginx.observe": Verb(False, observe.observe),
    "nginx.sites": Verb(False, sites.sites),
    "nginx.drain": Verb(False, drain.drain),
    "canary.read": Verb(False, canary.read),
    "acme.challenge": Verb(False, challenge.challenge),
    "app.ensure": Verb(True, ensure.ensure),
    "app.env": Verb(True, environment.write),
    "app.remove": Verb(True, remove.remove),
    "release.build": Verb(True, build.build),
    "artifact.describe": Verb(False, ship.describe),
    "artifact.compare": Verb(True, ship.compare),
    "artifact.pack": Verb(False, ship.pack),
    "artifact.read": Verb(False, ship.read),
    "artifact.write": Verb(True, ship.write),
    "artifact.drop": Verb(False, ship.drop),
    "release.command": Verb(True, command.run_once),
    "release.declaration": Verb(False, declaration.declaration),
    "release.start": Verb(True, start.start),
    "release.activate": Verb(True, lifecycle.activate),
    "release.stop": Verb(True, lifecycle.stop),
    "release.prune": Verb(True, lifecycle.prune),
    "release.observe": Verb(False, lifecycle.observe),
    "process.set": Verb(True, process.set_processes),
    "process.observe": Verb(False, processes.observe),
    "process.run": Verb(False, commands.run_command),
    "process.end": Verb(False, commands.end_command),
    "database.ensure": Verb(True, database.ensure),
    "database.grant": Verb(True, database.grant),
    "database.remove": Verb(True, database.remove),
    "database.check": Verb(False, hosted.check),
    "redis.ensure": Verb(True, redis.ensure),
    "redis.observe": Verb(False, redis.observe),
    "redis.remove": Verb(True, redis.remove),
    "firewall.set": Verb(True, firewall.set_rules),
}
VERBS["sequence"] = sequence(dict(VERBS))
