"""`generate --testbench`: a bench in plain Verilog with its vectors, for whoever has a simulator and no Python."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..inference.engines import infer
from ..rtl.control.registers import IDENTITY, register_map
from ..rtl.emit.integration import TESTBENCH_SUFFIXES
from ..rtl.plan.supported import PORTS, known_layers
from ..spec.coerce import integer
from ..spec.encoding import element_width
from ..spec.entrance import entrance, is_path
from ..spec.errors import OptionError, SpecError
from ..spec.files.atomic import write_atomic
from ..spec.files.json_object import read_object
from ..spec.network import NetworkSpec
from .testplan.coverage import cover
from .testplan.products import product_vectors
from .testplan.registers.accesses import facts_of
from .testplan.stimulus import directed, random_codes

_WIDEST_PORT = 1 << 16
_PAUSED_AT_MOST = 64
PATTERNS = 512
SEARCH_SECONDS = 5.0
"""Of processor time, for the search; the same arguments give the same samples where it is not spent."""
_PRODUCTS_AT_MOST, _PRODUCT_SECONDS = 256, 5.0
_DIRECTED_AT_MOST = 24  # every input alone would be thousands of samples for some networks; cosim drives them all


@entrance
def write_testbench(
    network: NetworkSpec,
    folder: str | os.PathLike[str],
    *,
    samples: int = 16,
    seed: int = 0,
    patterns: int = PATTERNS,
) -> list[str]:
    """Write `<name>_tb.v`, `<name>_codes.hex` and `<name>_expected.hex` beside the core that `generate` wrote.

    The bench sends all samples without and with pauses on both sides, frames of a wrong length, and resets in the
    middle of a frame, of the work and of the results; it compares every beat, `tlast`, and `frame_error`. A core whose
    weights are loaded gets its image first. `iverilog -o tb <name>.v <name>_tb.v && vvp tb` says PASS or FAIL.

    Args:
        network: what the core was generated from; the model computes the expected results.
        folder: of `generate`: holds `<name>.v` and `manifest.json`.
        samples: random samples beside the directed ones and those that were searched for.
        seed: of the random samples and the search.
        patterns: how many samples are kept at most of those that show small faults of the model, such as a wrong sign.

    Returns:
        Names of the files written.

    Raises:
        OptionError: the folder holds no core, or another network's; `samples` is no positive integer; the network has
            no gates.
    """
    manifest, codes = checked_core(network, folder, samples, seed, patterns)
    folder = Path(folder)
    try:
        expected = infer(network, codes)
        texts = {f"{network.name}_tb.v": _bench(network, manifest, folder, expected)}
        texts |= vectors(network, manifest, codes, expected, samples, seed)
    except (LookupError, TypeError, ValueError, AttributeError, StopIteration, OSError) as error:
        rule = "does not describe the core beside it"
        raise OptionError(f"folder: {folder / 'manifest.json'} {rule}: {' '.join(str(error).split())[:160]}") from None
    assert list(texts) == [network.name + suffix for suffix in TESTBENCH_SUFFIXES]
    for name, text in texts.items():
        write_atomic(folder / name, text)
    return list(texts)


def checked_core(
    network: NetworkSpec, folder: str | os.PathLike[str], samples: int, seed: int, patterns: int
) -> tuple[dict[str, Any], np.ndarray]:
    """The manifest of the core in a folder, and the codes that a bench sends it.

    Args:
        network: what the core was generated from.
        folder: of `generate`.
        samples: random ones.
        seed: of these and the search.
        patterns: as for `write_testbench`.

    Raises:
        OptionError: as `write_testbench`.
    """
    known_layers(network)
    manifest = _manifest(Path(folder), network)
    seed = integer("seed", seed, 0)
    samples = integer("samples", samples, 1, rule="a positive integer")
    patterns = integer("patterns", patterns, 0)
    return manifest, _codes(network, samples, seed, patterns)


def vectors(
    network: NetworkSpec,
    manifest: dict[str, Any],
    codes: np.ndarray,
    expected: np.ndarray,
    samples: int,
    seed: int,
) -> dict[str, str]:
    """Texts of the files of codes and of expected results, by their names.

    Args:
        network: what the core computes.
        manifest: of the core.
        codes: of `checked_core`.
        expected: the model's results of them.
        samples: the last so many have bits set at random that the core ignores.
        seed: of these bits.
    """
    (in_elements, out_elements), features = _beat(manifest), network.input.features
    in_bits = _port(manifest, "s_axis_tdata") // in_elements
    out_bits = _port(manifest, "m_axis_tdata") // out_elements
    words = _words(network, codes, len(codes) - samples, seed, in_bits)
    top = network.name
    return {
        f"{top}_codes.hex": _hex(words.reshape(-1, features), in_bits, in_elements),
        f"{top}_expected.hex": _hex(expected.reshape(-1, network.output_neurons), out_bits, out_elements),
    }


def _beat(manifest: dict[str, Any]) -> tuple[int, int]:
    """Elements in a beat of the input port, and of the output port."""
    elements = [
        integer("elements_per_beat", manifest[side].get("elements_per_beat", 1), 1) for side in ("input", "output")
    ]
    return elements[0], elements[1]


def _manifest(folder: Path, network: NetworkSpec) -> dict[str, Any]:
    try:
        manifest = read_object(folder / "manifest.json")
    except SpecError:
        manifest = {}
    name = manifest.get("verilog")
    if (
        not isinstance(name, str)
        or Path(name).name != name
        or not is_path(name)
        or not (folder / name).is_file()
        or not _has_ports(manifest)
    ):
        raise OptionError(f"folder must hold what `generate` writes, a core and its manifest.json; got {folder}")
    if manifest.get("network_sha256") != network.sha256 or manifest.get("top") != network.name:
        raise OptionError(f"folder must hold the core of network {network.name!r}; {folder} holds another network's")
    return manifest


def _has_ports(manifest: dict[str, Any]) -> bool:
    """Whether the ports are such as may stand in Verilog."""
    ports = manifest.get("ports")
    return isinstance(ports, list) and all(
        isinstance(port, dict)
        and isinstance(port.get("name"), str)
        and re.fullmatch("[a-z][a-z0-9_]*", port["name"])
        and port.get("direction") in ("in", "out")
        and type(port.get("width")) is int
        and 1 <= port["width"] <= _WIDEST_PORT
        for port in ports
    )


def _port(manifest: dict[str, Any], name: str) -> int:
    return next(port["width"] for port in manifest["ports"] if port["name"] == name)


def _codes(network: NetworkSpec, samples: int, seed: int, patterns: int) -> np.ndarray:
    """Directed samples, evenly thinned out after the first three (all full, zero, lowest), then those that show small
    faults of the model, then random ones.

    Whatever disturbs the first sample shows: all its inputs count.
    """
    rows = directed(network)
    rows = np.concatenate([rows[1::-1], rows[2:]])
    if len(rows) > _DIRECTED_AT_MOST:
        rows = rows[np.unique(np.r_[:3, np.linspace(3, len(rows) - 1, _DIRECTED_AT_MOST - 3).astype(int)])]
    random_rows = random_codes(network, samples, np.random.default_rng([seed, 0x7B]))
    search = np.random.default_rng([seed, 0x7C])
    base = np.concatenate([rows, random_rows])
    pattern_rows = cover(network, base, search, seconds=SEARCH_SECONDS if patterns else 0.0).vectors[:patterns]
    there = np.concatenate([base, pattern_rows])
    products = product_vectors(network, there, search, limit=min(patterns, _PRODUCTS_AT_MOST), seconds=_PRODUCT_SECONDS)
    return np.concatenate([rows, pattern_rows, products, random_rows])


def _words(network: NetworkSpec, codes: np.ndarray, plain: int, seed: int, width: int) -> np.ndarray:
    """Codes as the port takes them; after the `plain` first samples, the bits above the code are set at random."""
    words = codes.reshape(len(codes), -1) & ((1 << width) - 1)
    width_in_use = element_width(network.input.encoding, network.input.resolution_bits)
    noise = np.random.default_rng([seed, 0xD0]).integers(0, 1 << width, words.shape) >> width_in_use << width_in_use
    words[plain:] = (words[plain:] & ((1 << width_in_use) - 1)) | noise[plain:]
    return words.reshape(-1)


def _hex(frames: np.ndarray, width: int, elements: int) -> str:
    """Words for $readmemh, a frame per line: so many elements of `width` bits a word, the first lowest."""
    lines = []
    for frame in frames.tolist():
        digits = [f"{value & ((1 << width) - 1):0{width // 4}x}" for value in frame]
        digits += ["0" * (width // 4)] * (-len(digits) % elements)
        words = ["".join(reversed(digits[i : i + elements])) for i in range(0, len(digits), elements)]
        lines.append(" ".join(words) + "\n")
    return "".join(lines)


def _bench(network: NetworkSpec, manifest: dict[str, Any], folder: Path, expected: np.ndarray) -> str:
    from jinja2 import Environment, StrictUndefined

    samples, (in_elements, out_elements) = len(expected), _beat(manifest)
    features, results = -(-network.input.features // in_elements), network.output_neurons // out_elements
    frames = network.codes_shape(1)[1] if len(network.codes_shape(1)) == 3 else 1
    values = int(np.prod(network.output_shape(1))) // out_elements
    clocks = longest_silence(manifest)
    # under weights of 0 the results would be the same for all samples, or those of another sum
    differs = any(weight.any() for weight in network.weights) and len(np.unique(expected, axis=0)) > 1
    load = manifest.get("load")
    side_ports = [  # of AXI4-Lite, and `halvings`, which stays 0: whole streams
        port | {"range": f"[{port['width'] - 1}:0] " if port["width"] > 1 else ""}
        for port in manifest["ports"]
        if port["name"] not in (*PORTS, "s_axis_tuser", "loaded", "load_error")
    ]
    text = Path(__file__).with_name("testbench.v.jinja").read_text(encoding="utf-8")
    template = Environment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(text)
    return template.render(
        top=manifest["top"],
        verilog=manifest["verilog"],
        samples=samples,
        paused=min(samples, _PAUSED_AT_MOST),
        frames=frames,
        features=features,
        results=results,
        values=values,
        quiet=2 * clocks + 1000,
        half=max(1, clocks // 2),
        settle=clocks + 64,
        in_bits=(in_bits := _port(manifest, "s_axis_tdata")),
        out_bits=_port(manifest, "m_axis_tdata"),
        ports=[port["name"] for port in manifest["ports"]],
        # results of single steps leave while later frames come in: one frame is all that surely fits
        blocking_frames=frames if values == results else 1,
        load=load,
        load_words=len((folder / load["file"]).read_text(encoding="utf-8").split()) if load else 0,
        image=load["file"] if load else None,
        initialised=load and load["initialised"],
        # the words of a serial core are its program, too: other data would be no weights
        zeros=bool(load) and manifest["parameters"]["architecture"] != "serial",
        differs=differs,
        stream_load=bool(load) and load["control"] == "stream",
        pad=f"{in_bits - 8}'d0, " if in_bits > 8 else "",
        registers=core_registers(network, manifest),
        others_in=[port for port in side_ports if port["direction"] == "in"],
        others_out=[port for port in side_ports if port["direction"] == "out"],
    )


def core_registers(network: NetworkSpec, manifest: dict[str, Any], base: str | None = None) -> dict[str, Any] | None:
    """Addresses of the registers and places of their bits, by their names; None where there are none.

    Args:
        network: what the core computes.
        manifest: of the core.
        base: what an address begins with; None: width and base of a Verilog constant.
    """
    address = [port["width"] for port in manifest["ports"] if port["name"] == "s_axil_awaddr"]
    if not address:
        return None
    before = f"{address[0]}'h" if base is None else base
    places: dict[str, Any] = {"address_bits": address[0], "sha256": network.sha256, "identity_value": f"{IDENTITY:08x}"}
    for register in register_map(facts_of(network, manifest)):
        places[register.name] = f"{before}{register.address:x}"
        if register.name in ("status", "control"):
            places |= {field.name: field.low for field in register.fields}
    return places


def longest_silence(manifest: dict[str, Any]) -> int:
    """An upper bound of the clocks in which a core that is at work shows nothing."""

    def numbers(value: Any) -> list[int]:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return (
            [value]
            if type(value) is int and 0 <= value < 2**31
            else [number for part in parts for number in numbers(part)]
        )

    clocks = [n for key in ("latency_cycles", "cycles_per_inference") for n in numbers(manifest.get(key))]
    return max(clocks, default=1_000_000)
