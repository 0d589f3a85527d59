"""A design on a board, run over its pins: bytes go in bit by bit, and every result is held against the model."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined

from ...inference.engines import infer
from ...spec.codes import check_codes
from ...spec.coerce import integer
from ...spec.entrance import entrance
from ...spec.errors import OptionError
from ...spec.files.atomic import json_text, sha256_file, written_folder
from ...spec.files.json_object import read_object
from ...spec.files.temporaries import scratch
from ...spec.network import NetworkSpec
from ...synth.boards import Board, host
from ...synth.boards.board import board_of
from ...synth.boards.design import DESIGN, FORMAT, LOAD_IMAGE
from ...synth.boards.flows import SOURCES
from ..simulators.plain_bench import run_plain_bench
from ..simulators.tools import Simulator, check_temporary_folder, find_simulator
from ..testplan.stimulus import directed, random_codes
from .conversation import Conversation, Packet

RESULT = "pins.json"
SAMPLES = 8
TOP = "board_bench"
QUICK = {"clocks_per_bit": 8, "timeout_bits": 11}
"""Of the line in an interpreted simulation, which the board's own rate would make last for hours."""


@entrance
def run_over_pins(
    network: NetworkSpec,
    design: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    codes: Any = None,
    samples: int = SAMPLES,
    simulator: str = "auto",
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Simulate the top module of a board with a host at its serial pins; writes `pins.json`.

    The simulation gets what the host says, and hands back the bytes that the board sent. What they should be never
    leaves this process. Verilator runs the line at the board's own rate, Icarus at eight clocks a bit.

    Args:
        network: whose model says what must come back.
        design: folder of `synth.boards.write_design`.
        out: folder for `pins.json`.
        codes: samples of the user's, as `infer` takes them; the first ones are sent.
        samples: how many are sent; where the user has fewer, full, empty and random ones follow.
        simulator: "auto", "verilator" or "icarus".
        seed: of the random samples.
        progress: called with one line a step.

    Returns:
        The content of `pins.json`; `verdict` is PASS where every byte came as the model says, and some came.

    Raises:
        CodesError: `codes` do not fit the network.
        OptionError: the folder holds no design, or that of another network.
        ToolError: there is no simulator, or it does not build the design.
    """
    say, folder = progress or (lambda _: None), Path(design)
    tree = _design(folder, network)
    samples = integer("samples", samples, 1, rule="a positive integer")
    tool = find_simulator(simulator, verilog=True)
    check_temporary_folder()
    inputs = _samples(network, codes, samples, integer("seed", seed, 0))
    expected = infer(network, inputs)
    talk = Conversation(tree)
    if tree["load"] is not None:
        talk.load((folder / LOAD_IMAGE).read_text("utf-8"))
    talk.status("loaded")
    frames, results = len(tree["answers"]), sum(tree["answers"])
    for row, answer in zip(inputs, expected, strict=True):
        talk.sample(row.reshape(frames, -1), answer.reshape(results, -1))
    talk.status("loaded")
    say(f"pins: {samples} samples over the serial line of {tree['board']['name']} on {tool.name} {tool.version}")
    replies, message, clocks = simulate_design(folder, board_of(tree["board"]), talk, tool)
    document = {
        "format": "sc-neurocore/pins",
        "format_version": 1,
        "board": tree["board"]["name"],
        "simulator": tool.name,
        "simulator_version": tool.version,
        "clocks_per_bit": clocks,
        "samples": samples,
        **_comparison(tree, talk.answers, replies, message),
        "network_sha256": network.sha256,
        "design_sha256": sha256_file(folder / DESIGN),
    }
    with written_folder(out, replaces=(RESULT,)) as target:
        (target / RESULT).write_text(json_text(document), "utf-8")
    return document


def _design(folder: Path, network: NetworkSpec) -> dict[str, Any]:
    """The description of a design whose files are those that it names."""
    path = folder / DESIGN
    tree = read_object(path, str(path), error=OptionError)
    if tree.get("format") != FORMAT:
        raise OptionError(f"{path} is no description of a design on a board")
    if tree["network_sha256"] != network.sha256:
        raise OptionError(f"{folder} is the design of another network; write it again")
    return tree


def _samples(network: NetworkSpec, codes: Any, samples: int, seed: int) -> np.ndarray:
    """The user's samples, then those with all inputs full and empty, then random ones."""
    shape = network.codes_shape(0)[1:]
    user_codes = np.empty((0, *shape), np.int64) if codes is None else check_codes(network, codes)[:samples]
    rng = np.random.default_rng([seed, 0x91])
    own_codes = np.concatenate([directed(network)[:2], random_codes(network, samples, rng)])
    return np.concatenate([user_codes, own_codes.reshape(-1, *shape)])[:samples]


def simulate_design(
    folder: Path,
    board: Board,
    talk: Conversation,
    tool: Simulator,
    *,
    sources: Sequence[str] = SOURCES,
    rate: dict[str, int] | None = None,
    bit_time: int | None = None,
) -> tuple[list[Packet], str, int]:
    """Run a conversation with a design; the packets that came, what the bench printed, and the clocks of a bit.

    Args:
        folder: of the design.
        board: whose top it is.
        talk: what is said.
        tool: the simulator.
        sources: the design's Verilog, in its folder.
        rate: `clocks_per_bit` and `timeout_bits` of the board; None: its own in Verilator, `QUICK` in Icarus.
        bit_time: units of a bit of the host, ten a clock of the board; None: the board's.

    Raises:
        ToolError: it is not built.
    """
    own = {"clocks_per_bit": board.clocks_per_bit, "timeout_bits": board.timeout_bits}
    rate = rate or (own if tool.name == "verilator" else QUICK)
    text = Path(__file__).with_name("bench.v.jinja").read_text("utf-8")
    clocks = talk.design["cycles_per_inference"]
    longest = 4 * (clocks if isinstance(clocks, int) else 1_000_000) + 400 * rate["clocks_per_bit"]
    template = Environment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(text)
    bench = template.render(board=board, patience=longest // 10 + 1000, **rate)
    if bit_time is not None:
        bench = bench.replace(f"BIT_TIME = {10 * rate['clocks_per_bit']};  // of", f"BIT_TIME = {bit_time};  // of")
    with scratch("sc-pins") as work:
        (work / "bench.v").write_text(bench, "utf-8")
        (work / "script.hex").write_text(talk.text, "utf-8")
        copies = [work / "bench.v"]
        for name in sources:
            copies.append(work / name)
            copies[-1].write_bytes((folder / name).read_bytes())
        message = run_plain_bench(copies, TOP, tool, work).strip()
        words = (work / "answers.txt").read_text("utf-8").split()
    if "xx" in words:
        message = f"{message} a byte with a broken stop bit came".strip()
    line = io.BytesIO(bytes(int(word, 16) for word in words if word != "xx"))
    replies = []
    try:
        for packet in host.packets(line.read):
            replies.append(packet)
    except ValueError as error:
        message = f"{message} {error}".strip()
    return replies, message, rate["clocks_per_bit"]


def _comparison(tree: dict[str, Any], packets: list[Packet], replies: list[Packet], message: str) -> dict[str, Any]:
    """The verdict on the packets that came."""
    values = mismatches = 0
    mismatch = None
    for number, (kind, payload) in enumerate(packets):
        got = replies[number] if number < len(replies) else (None, b"")
        is_equal = got == (kind, payload)
        if kind == host.RESULTS:
            rows = [host.results(tree, each) if len(each) == len(payload) else [] for each in (payload, got[1])]
            pairs = zip(rows[0], rows[1] if got[0] == kind else [], strict=False)
            equal = sum(a == b for a, b in pairs)
            values, mismatches = values + len(rows[0]), mismatches + len(rows[0]) - equal
            if not is_equal and mismatch is None:
                mismatch = {"packet": number, "expected": rows[0], "got": rows[1]}
        elif not is_equal and mismatch is None:
            mismatch = {"packet": number, "expected": payload.hex(), "got": got[1].hex()}
    reason = None
    if mismatch is not None:
        reason = (
            f"packet {mismatch['packet']} from the board differs: {mismatch['got']}, expected {mismatch['expected']}"
        )
    elif len(replies) != len(packets):
        reason = f"{len(replies)} packets came from the board, expected {len(packets)}"
    elif message:
        reason = message
    elif not values:
        reason = "no value was compared"
    return {
        "verdict": "FAIL" if reason else "PASS",
        "reason": reason,
        "values_compared": values,
        "mismatches": mismatches,
        "first_mismatch": mismatch,
    }
