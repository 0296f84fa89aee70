"""Files that a command writes: asked about before the work, written whole after it."""

import os
from pathlib import Path

from synfin.cli.errors import UserError

STDOUT = "-"


def check_writable(path: str) -> None:
    """UserError where ``path`` cannot be written; what is there stays as it is."""
    if path == STDOUT:
        return
    target = Path(path)
    if target.is_dir():
        raise UserError("cli-error-is-directory", path=path)
    if target.exists():
        if not os.access(target, os.W_OK):
            raise UserError("cli-error-not-writable", path=path)
        return
    folder = target.parent
    if not folder.is_dir():
        raise UserError("cli-error-no-folder", path=path, folder=str(folder))
    if not os.access(folder, os.W_OK):
        raise UserError("cli-error-not-writable", path=path)


def write_file(path: str, data: bytes) -> None:
    """Writes it; UserError when that fails."""
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise UserError("cli-error-write", path=path, why=error.strerror or str(error)) from None
