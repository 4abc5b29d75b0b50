"""Lookup: packs the host program into one archive, the same bytes for the same files, and answers its path."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from ansible import constants
from ansible.plugins.lookup import LookupBase

DOCUMENTATION = """
name: fairlead_host_archive
short_description: Pack a directory of Python modules into a zip that Python runs
description:
  - Answers the path of an archive whose bytes depend on the packed files alone.
options:
  _terms:
    description: A directory with the package C(fairlead_host) and the files to place, C(system); the archive's C(__main__) installs both.
    required: true
"""

ENTRY = "import sys\n\nfrom fairlead_host.setup import main\n\nsys.exit(main())\n"
EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(root: Path) -> bytes:
    """The archive of the package and the system's files."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "__main__.py", ENTRY.encode())
        found = [*(root / "fairlead_host").rglob("*.py"), *(path for path in (root / "system").rglob("*") if path.is_file())]
        for path in sorted(found):
            _add(archive, str(path.relative_to(root)), path.read_bytes())
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)


class LookupModule(LookupBase):
    """Runs on the controller."""

    def run(self, terms, variables=None, **kwargs):
        """Answers one path: a file of this run's, which Ansible deletes at its end."""
        content = pack(Path(terms[0]))
        target = Path(constants.DEFAULT_LOCAL_TMP) / f"{hashlib.sha256(content).hexdigest()}.pyz"
        if not target.exists():
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
                file.write(content)
            os.replace(file.name, target)
        return [str(target)]
