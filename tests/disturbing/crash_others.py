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
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path

from support.crash import contents, in_child, slowly

from disturbing.crash_points import Bench, Cut, Rows
from disturbing.crash_verbs import network
from sc_neurocore import save_network

WRITERS = ("save", "export", "infer", "generate", "sweep", "report", "cosim")
ROUNDS = 5
PAGE = 4096


def _races(verb: str, slow: int, folder: Path) -> Iterator[Cut]:
    """Two processes write the same result at once."""
    bench = Bench(verb, folder)
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


def _on_full_disk(verb: str, folder: Path) -> Iterator[Cut]:
    """A disk with room for the old result and some pages more, one more each time until the call succeeds."""
    bench = Bench(verb, folder)
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


def _on_read_only_disk(verb: str, folder: Path) -> Iterator[Cut]:
    """A disk that can be read only: a refusal, and the old result."""
    bench = Bench(verb, folder)
    kept = bench.out.with_name("kept")
    shutil.copytree(bench.out, kept)
    for _ in _mounted(bench.out, 1 << 24):
        shutil.copytree(kept, bench.out, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", bench.out], check=True)
        refused = in_child(lambda: bench.call(2)) == 1
        whole = refused and bench.parts() == bench.old
        subprocess.run(["mount", "-o", "remount,rw", bench.out], check=True)
        yield Cut(0, whole, bench.is_mended())


def _may_mount() -> bool:
    """Whether this process may lay a file system over a folder, in a name space of its own."""
    if ctypes.CDLL(None).unshare(0x00020000) != 0:  # CLONE_NEWNS
        print("no file systems can be mounted here: those rows are left out", flush=True)
        return False
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    return True


def _kills(verb: str, options: list[str], folder: Path) -> Iterator[Cut]:
    """The command itself with the real tools, killed at random times; then run to its end."""
    save_network(network(1), folder / "network")
    out = folder / "out"
    env = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    command = [sys.executable, "-m", "sc_neurocore.cli", verb, str(folder / "network"), "--out", str(out), *options]
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
        whole = whole and not left(mark)
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        beside = [each.name for each in out.parent.iterdir() if each.name.startswith(f".{out.name}")]
        yield Cut(at, whole, done.returncode == 0 and sorted(contents(out)) == complete and not beside)


def left(mark: str) -> list[int]:
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


WITH_TOOLS = (
    ("cosim", ["--simulator", "verilator", "--samples", "2"]),
    ("cosim", ["--simulator", "icarus", "--samples", "2"]),
    ("synth", ["--target", "hx8k"]),
)


def others(rows: Rows) -> None:
    """All rows of this file; two writers also on a disk that takes 5 ms for each write."""
    for slow, verb in product((0, 5), WRITERS):
        rows.add(verb, "two writers" + (", slow disk" if slow else ""), partial(_races, verb, slow))
    for verb, options in WITH_TOOLS:
        rows.add(verb, f"killed, {options[1]}", partial(_kills, verb, options))
    if _may_mount():
        for verb in (*WRITERS, "synth"):
            rows.add(verb, "read-only disk", partial(_on_read_only_disk, verb))
            rows.add(verb, "full disk", partial(_on_full_disk, verb))
