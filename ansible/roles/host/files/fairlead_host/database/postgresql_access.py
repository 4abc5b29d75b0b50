"""PostgreSQL's files that decide who may come from afar: a block in pg_hba.conf, a file in conf.d."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from .. import systemd
from ..command import attempt
from ..errors import HostError
from ..files import read_or_none, unlink, write_atomic
from .grants import listen_addresses
from .listen import EVERYWHERE, require_own, wait_listening
from .names import Grant
from .postgresql import Cluster, find_cluster, is_up, terminate

BEGIN = "# fairlead begin: managed by Fairlead, changes by hand in here are put back\n"
END = "# fairlead end\n"
RESTART_LIMIT_S = 60.0


def apply(before: dict[str, Grant], after: dict[str, Grant]) -> bool:
    """Makes the grants of all apps hold; answers whether PostgreSQL was restarted."""
    cluster = find_cluster()
    wanted = listen_addresses(after)
    for address in wanted:
        require_own(address)
    settings = _read_settings(cluster)
    if _write_hba(cluster, settings.hba_file, after):
        cluster.query("SELECT pg_reload_conf();")
    restarted = _listen(cluster, settings, wanted)
    for app, grant in before.items():
        kept = after[app].addresses if app in after else ()
        for login, _ in grant.logins:
            terminate(cluster, login, [address for address in grant.addresses if address not in kept])
    return restarted


@dataclass(frozen=True)
class Settings:
    """What PostgreSQL says of itself. `own_listen` is what the administrator's files say, without ours."""

    hba_file: Path
    listen: str
    own_listen: str
    sessions: int


def _listen_file(cluster: Cluster) -> Path:
    return cluster.config / "conf.d" / "fairlead.conf"


def _read_settings(cluster: Cluster) -> Settings:
    row = cluster.query(
        "SELECT current_setting('hba_file'), current_setting('listen_addresses'), coalesce((SELECT setting FROM pg_file_settings "
        f"WHERE name = 'listen_addresses' AND error IS NULL AND sourcefile <> '{_listen_file(cluster)}' "
        "ORDER BY seqno DESC LIMIT 1), 'localhost'), (SELECT count(*) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid());"
    )[0]
    return Settings(Path(row[0]), row[1], row[2], int(row[3]))


def hba_lines(grants: dict[str, Grant]) -> list[str]:
    """One line for each remote address of each name by which an app signs in."""
    return [
        f'{"hostssl" if tls else "host"} "{grant.database}" "{login}" {address}/{128 if ":" in address else 32} scram-sha-256\n'
        for _, grant in sorted(grants.items())
        for login, tls in grant.logins
        for address in grant.addresses
    ]


def block_lines(cluster: Cluster) -> list[str]:
    """What stands in our block now, whoever wrote it; nothing where the block is gone."""
    path = Path(cluster.query("SELECT current_setting('hba_file');")[0][0])
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    start = text.find(BEGIN)
    end = text.find(END, start)
    return [] if start < 0 or end < 0 else text[start + len(BEGIN) : end].splitlines()


def without_block(text: str) -> str:
    """The administrator's own lines, as they were."""
    start = text.find(BEGIN)
    end = text.find(END, start)
    return text if start < 0 or end < 0 else text[:start] + text[end + len(END) :]


def _write_hba(cluster: Cluster, path: Path, grants: dict[str, Grant]) -> bool:
    """First match wins in this file, so our lines, each for one role and one address, come first."""
    found = path.stat()
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    lines = hba_lines(grants)
    wanted = "".join([BEGIN, *lines, END] if lines else []) + without_block(text)
    owner = (found.st_uid, found.st_gid)
    mode = found.st_mode & 0o7777
    if not write_atomic(path, wanted.encode("utf-8", "surrogateescape"), mode, owner):
        return False
    faults = cluster.query("SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL ORDER BY line_number;")
    if faults:
        write_atomic(path, text.encode("utf-8", "surrogateescape"), mode, owner)
        raise HostError(
            "database-failed",
            f"PostgreSQL's pg_hba.conf has a fault in line {faults[0][0]}: {faults[0][1]}. It was left as it was.",
            hint="Repair that line on the server, then try again.",
            file=str(path),
        )
    return True


def _listen(cluster: Cluster, settings: Settings, wanted: list[str]) -> bool:
    """Widens at once, with a restart. Narrows at once where nobody is connected, else at PostgreSQL's next start."""
    path = _listen_file(cluster)
    own = [part.strip() for part in settings.own_listen.split(",") if part.strip()]
    before = read_or_none(path)
    missing = [] if EVERYWHERE & set(own) else [address for address in wanted if address not in own]
    if missing:
        value = ",".join([*own, *missing])
        write_atomic(path, f"# Managed by Fairlead.\nlisten_addresses = '{value}'\n", 0o644, _owner(cluster))
    else:
        value = settings.own_listen
        unlink(path)
    now, then = _as_set(settings.listen), _as_set(value)
    if now == then or (then < now and settings.sessions > 0):
        return False
    _restart(cluster, path, before)
    wait_listening(missing, cluster.port)
    return True


def _as_set(value: str) -> set[str]:
    return {part.strip() for part in value.split(",") if part.strip()}


def _owner(cluster: Cluster) -> tuple[int, int]:
    found = (cluster.config / "postgresql.conf").stat()
    return found.st_uid, found.st_gid


def _restart(cluster: Cluster, path: Path, before: bytes | None) -> None:
    if _restarts(cluster):
        return
    if before is None:
        unlink(path)
    else:
        write_atomic(path, before, 0o644, _owner(cluster))
    is_back = _restarts(cluster)
    raise HostError(
        "database-failed",
        "PostgreSQL did not start with the widened listen address; "
        + ("it runs again as it did before." if is_back else "nor with its earlier settings."),
        log=systemd.last_log(cluster.unit),
    )


def _restarts(cluster: Cluster) -> bool:
    attempt([systemd.SYSTEMCTL, "restart", "--", cluster.unit], timeout_s=RESTART_LIMIT_S)
    deadline = time.monotonic() + RESTART_LIMIT_S
    while not is_up(cluster):
        if time.monotonic() > deadline or not systemd.is_active(cluster.unit):
            return False
        time.sleep(0.05)
    return True
