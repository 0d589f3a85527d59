"""What can befall a result beside a cut: two writers, a slow, full or read-only disk, real tools that are killed."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from crash_points import Bench, Cut
from crash_verbs import network
from support.crash import contents, in_child, slowly

from sc_neurocore import save_network

Row = Callable[[str, str, Iterator[Cut]], dict[str, Any]]
WRITERS = ("save", "export", "infer", "generate", "sweep", "report", "cosim")
ROUNDS = 5
PAGE = 4096


def two_writers(folder: Path, row: Row) -> Iterator[dict[str, Any]]:
    """Two processes write the same result at once; on a disk that takes 5 ms for each write, too."""
    for slow in (0, 5):
        for verb in WRITERS:
            bench = Bench(verb, folder / f"{verb}{slow}")
            yield row(verb, "two writers" + (", slow disk" if slow else ""), _races(bench, slow))


def _races(bench: Bench, slow: int) -> Iterator[Cut]:
    for at in range(ROUNDS):
        children = [os.fork() or _writer(bench, seed, slow) for seed in (1, 2)]
        for child in children:
            os.waitpid(child, 0)
        parts = bench.parts()
        whole = bench.old.keys() <= parts.keys() and all(
            each in (bench.old.get(part), bench.new.get(part)) for part, each in parts.items()
        )
        yield Cut(at, whole, bench.is_mended())
        bench.begin()


def _writer(bench: Bench, seed: int, slow: int) -> int:
    slowly(bench.out, slow)
    in_child(lambda: bench.call(seed))
    os._exit(0)


def _mounted(folder: Path, size: int) -> Iterator[None]:
    """A file system of its own over a folder, in memory."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def full_disk(folder: Path, row: Row) -> Iterator[dict[str, Any]]:
    """A disk with room for the old result and some pages more, one more each time until the call succeeds."""
    if not _may_mount(folder):
        return
    for verb in ("save", "export", "infer", "generate", "sweep", "report", "cosim", "synth"):
        yield row(verb, "full disk", _on_small_disks(Bench(verb, folder / f"full {verb}")))


def _on_small_disks(bench: Bench) -> Iterator[Cut]:
    kept = bench.out.with_name("kept")
    shutil.copytree(bench.out, kept)
    status, at = -1, -1
    while status != 0 and at < 60:
        at += 1
        for _ in _mounted(bench.out, 1 << 24):
            shutil.copytree(kept, bench.out, dirs_exist_ok=True)
            used = os.statvfs(bench.out)
            pages = used.f_blocks - used.f_bfree + at
            subprocess.run(["mount", "-o", f"remount,size={pages * PAGE}", bench.out], check=True)
            status = in_child(lambda: bench.call(2))
            whole = bench.is_whole(status)
            subprocess.run(["mount", "-o", f"remount,size={1 << 24}", bench.out], check=True)
            yield Cut(at, whole, bench.is_mended())


def read_only(folder: Path, row: Row) -> Iterator[dict[str, Any]]:
    """A disk that can be read only: one line of refusal, and the old result."""
    if not _may_mount(folder):
        return
    for verb in ("save", "export", "infer", "generate", "sweep", "report", "cosim", "synth"):
        yield row(verb, "read-only disk", _on_read_only(Bench(verb, folder / f"read-only {verb}")))


def _on_read_only(bench: Bench) -> Iterator[Cut]:
    kept = bench.out.with_name("kept")
    shutil.copytree(bench.out, kept)
    for _ in _mounted(bench.out, 1 << 24):
        shutil.copytree(kept, bench.out, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", bench.out], check=True)
        refused = in_child(lambda: bench.call(2)) == 1
        whole = refused and bench.parts() == bench.old
        subprocess.run(["mount", "-o", "remount,rw", bench.out], check=True)
        yield Cut(0, whole, bench.is_mended())


def _may_mount(folder: Path) -> bool:
    """Whether this process may lay a file system over a folder, in a name space of its own."""
    place = folder / "mount"
    place.mkdir(exist_ok=True)
    if ctypes.CDLL(None).unshare(0x00020000) != 0:  # CLONE_NEWNS
        print("no file systems can be mounted here: those rows are left out", flush=True)
        return False
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    return True


def real_tools(folder: Path, row: Row) -> Iterator[dict[str, Any]]:
    """The command itself with Verilator, Icarus, Yosys and nextpnr, killed at random times; then run to its end."""
    save_network(network(1), folder / "network")
    env = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    for verb, options in (
        ("cosim", ["--simulator", "verilator", "--samples", "2"]),
        ("cosim", ["--simulator", "icarus", "--samples", "2"]),
        ("synth", ["--target", "hx8k"]),
    ):
        out = folder / f"{verb} {options[1]}"
        command = [sys.executable, "-m", "sc_neurocore.cli", verb, str(folder / "network"), "--out", str(out), *options]
        yield row(verb, f"killed, {options[1]}", _kills(command, out, env))


def _kills(command: list[str], out: Path, env: dict[str, str]) -> Iterator[Cut]:
    started = time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr.decode()[-500:]
    complete = sorted(contents(out))
    rng = random.Random(0)
    for at in range(8):
        if at == 4:
            shutil.rmtree(out)
        before = contents(out) if out.exists() else {}
        mark = f"{os.getpid()}-{at}-{time.monotonic_ns()}"
        process = subprocess.Popen(
            command, env={**env, "SC_CRASH_MARK": mark}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.1, 1) * seconds)
        process.send_signal(signal.SIGKILL)
        ended = process.wait() == 0
        now = contents(out) if out.exists() else {}
        whole = now == before or (sorted(now) == complete and all(now.values()) and (ended or now != before))
        whole = whole and not _left(mark)
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        beside = [each.name for each in out.parent.iterdir() if each.name.startswith(f".{out.name}")]
        yield Cut(at, whole, done.returncode == 0 and sorted(contents(out)) == complete and not beside)


def _left(mark: str) -> list[int]:
    """Processes that bear the mark in their environment, two seconds later."""
    deadline = time.monotonic() + 2
    while True:
        found = marked(mark)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def marked(mark: str) -> list[int]:
    """Living processes that bear a mark in their environment, which all children inherit."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            has_mark = entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes()
            if has_mark and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


OTHERS = (two_writers, read_only, full_disk, real_tools)
