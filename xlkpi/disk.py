"""Files: read once and whole, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

LARGEST = 20 * 1024 * 1024
"""Bytes of a source; a workbook of 200 scorers is under 2 MB."""


class Unopened(Exception):
    """A source could not be opened; the text says why, in Chinese."""


class Unwritten(Exception):
    """An output could not be written; the text says why, in Chinese."""


class Busy(Unwritten):
    """The name is taken by a file that another program holds open."""


def templates() -> Path:
    """Return the folder of what is built in: in the package, or beside it in a checkout."""
    here = Path(__file__).parent
    beside = here.parent / "workbook_templates"
    return beside if beside.is_dir() else here / "workbook_templates"


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
        raise Unopened(f"系统错误 {problem.errno}") from problem
    if len(data) > LARGEST:
        raise Unopened(f"文件超过 {LARGEST // 1024 // 1024} MB")
    return data


def store(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a temporary one beside it, re-read, then put in place.

    An older file of that name survives any failure. Raises Unwritten.
    """
    temporary = path.parent / f".xlkpi-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != data:
            raise Unwritten("写入后读回的内容不一致，磁盘可能有问题")
        _into_place(temporary, path)
        _sync_folder(path.parent)
    except PermissionError as problem:
        raise Unwritten("没有写入权限，或文件正在别的程序中打开") from problem
    except OSError as problem:
        reason = "磁盘空间不足" if problem.errno == 28 else f"系统错误 {problem.errno}"
        raise Unwritten(reason) from problem
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _into_place(temporary: Path, path: Path) -> None:
    """Put the finished file in place; Windows refuses while another program has the old one open."""
    for wait in (0.1, 0.3, None):
        try:
            temporary.replace(path)
        except PermissionError as problem:
            if wait is None:
                raise (Busy("文件正在别的程序中打开") if path.exists() else problem) from problem
            time.sleep(wait)
        else:
            return


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
