"""Files that are written: whole or not at all, never in part, never onto another's."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from xlkpi.reading.source_file import explain


class Unwritten(Exception):
    """An output could not be written; the text says why, in Chinese."""


class Busy(Unwritten):
    """The name is taken by a file that another program holds open."""


class Taken(Unwritten):
    """The name is taken by a file that was not there a moment ago."""


def make_absolute(path: Path) -> Path:
    """Return a path as every process finds it; as it is where the current folder is gone.

    Then nothing is found there, and opening it says so.
    """
    try:
        return path.absolute()
    except OSError:
        return path


def resolve(path: Path) -> Path:
    """Return what a path leads to, by which two names of one file are told; likewise."""
    try:
        return path.resolve()
    except OSError:
        return path


def store(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, replacing an older one. Raises Unwritten."""
    temporary = prepare(path, data)
    try:
        place(temporary, path)
    finally:
        discard(temporary)


_prepared: set[Path] = set()


def prepare(path: Path, data: bytes) -> Path:
    """Write a file under a temporary name beside `path`, durably, and read it back.

    Return that name: `place` puts it where it belongs. Raises Unwritten, and leaves nothing then.
    """
    temporary = path.parent / f"{_make_prefix(os.getpid())}{secrets.token_hex(4)}.tmp"
    _prepared.add(temporary)
    try:
        with _explain_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if temporary.read_bytes() != data:
                raise Unwritten("写入后读回的内容不一致，磁盘可能有问题")
    except BaseException:
        discard(temporary)
        raise
    return temporary


def place(temporary: Path, path: Path, new: bool = False) -> None:
    """Put a prepared file in place; an older file of that name survives any failure.

    With `new` there must be none: Taken where there is. Raises Unwritten; the prepared file is
    still there then, for another name.
    """
    with _explain_errors():
        if new:
            _put_in_free_place(temporary, path)
        else:
            _put_in_place(temporary, path)
        _sync_folder(path.parent)


def discard(temporary: Path) -> None:
    """Remove a prepared file that is not wanted any more."""
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)
    _prepared.discard(temporary)


def remove_empty(folder: Path) -> None:
    """Remove a folder that was made for nothing; one in which something stands stays."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def discard_own() -> None:
    """Remove what this process has prepared and not put in place."""
    for temporary in list(_prepared):
        discard(temporary)


def sweep(folder: Path) -> None:
    """Remove what runs that are gone have left in a folder: files of processes of this machine only.

    The owner's number stands in the name; a living process's file is never touched, nor one of
    another machine that shares the folder.
    """
    try:
        left = [name for name in os.listdir(folder) if name.startswith(_make_prefix())]  # noqa: PTH208  (half the time of iterdir)
    except OSError:
        return
    for name in left:
        owner = name.removeprefix(_make_prefix()).partition("-")[0]
        if name.endswith(".tmp") and owner.isdecimal() and not _is_alive(int(owner)):
            discard(folder / name)


def _make_prefix(owner: int | None = None) -> str:
    """Return how the temporary files of this machine begin, or those of one of its processes."""
    machine = f"{zlib.crc32(platform.node().encode('utf-8', 'replace')):08x}"
    return f".xlkpi-{machine}-" if owner is None else f".xlkpi-{machine}-{owner}-"


def _is_alive(owner: int) -> bool:
    """Whether a process is there; where that cannot be known, it is."""
    if os.name != "posix":
        return _is_alive_on_windows(owner)
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return not _is_zombie(owner)


def _is_zombie(owner: int) -> bool:
    """Whether a process has ended and only waits to be asked how; in a container nobody may ask."""
    try:
        told = Path(f"/proc/{owner}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return False
    return told.rpartition(")")[2].split()[:1] in (["Z"], ["X"])


def _is_alive_on_windows(owner: int) -> bool:
    """Ask the system for a handle: os.kill would end the process there."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  (other systems' type checkers lack it)
    handle = kernel.OpenProcess(0x1000, False, owner)  # may be asked about, nothing more
    if not handle:
        return bool(kernel.GetLastError() == 5)  # denied: it is there
    code = ctypes.c_ulong()
    told = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return not told or code.value == 259  # still active


@contextlib.contextmanager
def _explain_errors() -> Iterator[None]:
    """Turn what the system says into Unwritten with a reason that people understand."""
    try:
        yield
    except PermissionError as problem:
        raise Unwritten("没有写入权限，或文件正在别的程序中打开") from problem
    except OSError as problem:
        raise Unwritten(explain(problem)) from problem


def _put_in_free_place(temporary: Path, path: Path) -> None:
    """Put the finished file where none is yet, so that of two runs at once neither loses."""
    try:
        if os.name == "posix":
            os.link(temporary, path)
            temporary.unlink()
        else:
            temporary.rename(path)
    except FileExistsError as problem:
        raise Taken("已有同名文件") from problem
    except OSError:
        if os.path.lexists(path):
            raise Taken("已有同名文件") from None
        _put_in_place(temporary, path)  # a file system without links


def _put_in_place(temporary: Path, path: Path) -> None:
    """Put the finished file in place; Windows refuses while another program has the old one open.

    POSIX replaces it under a reader's hands, who keeps the old one.
    """
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
