"""A source: opened for reading only, read once and whole; and the folder of what is built in."""

from __future__ import annotations

import errno
from pathlib import Path

LARGEST = 20 * 1024 * 1024
"""Bytes of a source; a workbook of 200 scorers is under 2 MB."""


class Unopened(Exception):
    """A source could not be opened; the message is the cause, in Chinese."""


def templates_folder() -> Path:
    """Return the folder of what is built in: in the package, or next to it in a checkout."""
    here = Path(__file__).parents[1]
    checkout = here.parent / "workbook_templates"
    return checkout if checkout.is_dir() else here / "workbook_templates"


def load(path: Path) -> bytes:
    """Return a file's bytes, opened for reading only; Unopened where it cannot be."""
    try:
        if path.is_dir():
            raise Unopened("这是一个文件夹")
        if not path.exists():
            raise Unopened("找不到这个文件")
        if not path.is_file():
            raise Unopened("这不是普通文件")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except PermissionError as problem:
        raise Unopened("没有读取权限，或正被别的程序独占") from problem
    except OSError as problem:
        raise Unopened(explain(problem)) from problem
    if len(data) > LARGEST:
        raise Unopened(f"文件超过 {LARGEST // 1024 // 1024} MB")
    return data


_REASONS = {
    errno.ENOSPC: "磁盘空间不足",
    getattr(errno, "EDQUOT", -1): "磁盘配额已用完",  # not everywhere
    errno.EROFS: "磁盘是只读的",
    errno.EFBIG: "文件超过系统允许的大小",
    errno.ENAMETOOLONG: "文件名或路径太长",
    errno.ENOENT: "文件夹已经不在了",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹",
    errno.EEXIST: "路径中有一段是文件，不是文件夹",
}


def explain(problem: OSError) -> str:
    """Return the system's error as a phrase that people understand."""
    return _REASONS.get(problem.errno or 0, f"系统错误 {problem.errno}")
