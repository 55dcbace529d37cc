"""Write files whole or not at all, and never over a file that must not be replaced."""

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
    """Another program has the file of this name open."""


class Taken(Unwritten):
    """There is already a file of this name."""


def make_absolute(path: Path) -> Path:
    """Return the absolute path; the path as it is if the current folder is gone.

    Opening it then fails with the right message.
    """
    try:
        return path.absolute()
    except OSError:
        return path


def resolve(path: Path) -> Path:
    """Return the real path, to recognise two names of one file; likewise."""
    try:
        return path.resolve()
    except OSError:
        return path


def store(path: Path, data: bytes) -> None:
    """Write a file, replacing an older one. Raises Unwritten."""
    temporary = prepare(path, data)
    try:
        place(temporary, path)
    finally:
        discard(temporary)


_prepared: set[Path] = set()


def prepare(path: Path, data: bytes) -> Path:
    """Write a file under a temporary name beside `path`, sync it to disk, and read it back.

    Return that name, for `place`. Raises Unwritten, and then leaves no file.
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

    With `new` there must be no older file, else Taken is raised. Raises Unwritten; then the prepared
    file still exists, for another name.
    """
    with _explain_errors():
        if new:
            _put_in_free_place(temporary, path)
        else:
            _put_in_place(temporary, path)
        _sync_folder(path.parent)


def discard(temporary: Path) -> None:
    """Remove a prepared file if it still exists."""
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)
    _prepared.discard(temporary)


def remove_empty(folder: Path) -> None:
    """Remove a folder if it is empty."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def discard_own() -> None:
    """Remove all files that this process has prepared and not placed."""
    for temporary in list(_prepared):
        discard(temporary)


def sweep(folder: Path) -> None:
    """Remove temporary files in a folder that dead processes of this machine have left.

    The name contains the machine and the process: a file of a running process is never touched, nor
    one of another machine that shares the folder.
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
    """Return the prefix of temporary files of this machine, or of one of its processes."""
    machine = f"{zlib.crc32(platform.node().encode('utf-8', 'replace')):08x}"
    return f".xlkpi-{machine}-" if owner is None else f".xlkpi-{machine}-{owner}-"


def _is_alive(owner: int) -> bool:
    """Whether a process is running; True if that is unknown."""
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
    """Whether a process has ended but was not waited for; in some containers nobody does."""
    try:
        status = Path(f"/proc/{owner}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return False
    return status.rpartition(")")[2].split()[:1] in (["Z"], ["X"])


def _is_alive_on_windows(owner: int) -> bool:
    """Ask the system for a handle: on Windows os.kill would end the process."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  (other systems' type checkers lack it)
    handle = kernel.OpenProcess(0x1000, False, owner)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return bool(kernel.GetLastError() == 5)  # access denied: it exists
    code = ctypes.c_ulong()
    known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return not known or code.value == 259  # still active


@contextlib.contextmanager
def _explain_errors() -> Iterator[None]:
    """Turn OSError into Unwritten, with a reason that users understand."""
    try:
        yield
    except PermissionError as problem:
        raise Unwritten("没有写入权限，或文件正在别的程序中打开") from problem
    except OSError as problem:
        raise Unwritten(explain(problem)) from problem


def _put_in_free_place(temporary: Path, path: Path) -> None:
    """Put a file under a free name; of two runs at the same time, neither overwrites the other's."""
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
        _put_in_place(temporary, path)  # a file system without hard links


def _put_in_place(temporary: Path, path: Path) -> None:
    """Put a file in place, with retries: Windows refuses while another program has the old one open.

    On POSIX a program that has the old file open keeps reading the old one.
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
    """Sync the new name to disk, on systems where a folder can be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
