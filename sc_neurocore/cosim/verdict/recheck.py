"""`verify`: what a certificate says is computed again as far as that is possible here, item by item."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ...spec.circuit import CircuitSpec, load_circuit
from ...spec.entrance import entrance
from ...spec.errors import OptionError, printable
from ...spec.files.atomic import sha256_file
from ...spec.files.temporaries import scratch
from ...spec.folder import load_network
from ...spec.network import NetworkSpec
from ..core_under_test import manifest_beside, verilog_files
from ..design import CircuitDesign
from ..testplan.coverage import OUT_OF_TIME
from .certificate import FIGURES, NOT_RUN, digest, name_of, read_certificate
from .report import CERTIFICATE_JSON
from .verify import run

REACH = (
    "this finds damage and mix-ups, not forgery: whoever writes a certificate can write any figure, and its hash, anew"
)
_MOST_SAMPLES = 1_000_000


class Item(NamedTuple):
    """What became of one statement of a certificate."""

    name: str
    state: Literal["checked", "differs", "not checked"]
    note: str | None = None

    def __str__(self) -> str:
        """One line."""
        return printable(": ".join(part for part in self if part is not None))


@entrance
def verify_certificate(
    certificate: str | os.PathLike[str],
    *,
    network: str | os.PathLike[str] | None = None,
    rtl: str | os.PathLike[str] | None = None,
    proof: Mapping[str, Any] | None = None,
    codes: Any = None,
    rerun: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[Item]:
    """Compute again what a certificate says, and say of each item whether it is so, differs, or was not checked.

    Damage and mix-ups are found, forgery by whoever wrote the certificate is not.

    Args:
        certificate: the file `certificate.json`.
        network: folder of the network, or of the circuit, that it should speak of.
        rtl: folder with the Verilog that it should speak of.
        proof: what that network's export proved, as `export.source_proof` reads it.
        codes: the integer samples of the user's that were driven, if there were any; they are in no certificate.
        rerun: repeat the co-simulation with the recorded seeds and compare all figures; takes `network` and `rtl`.
        progress: called with one line per step.

    Raises:
        OptionError: `rerun` without network or Verilog; `rtl` holds none.
        SpecError: the file is no certificate, or the folder no network or circuit.
        ToolError: the simulator that is needed for `rerun` is not installed.
    """
    if rerun and (network is None or rtl is None):
        raise OptionError("rerun must have both network and rtl, the folders of what was compared")
    tree, damage = read_certificate(certificate)
    form = "canonical form and own sha256"
    if damage is not None:
        return [Item(form, "differs", damage), Item("all other items", "not checked", "the certificate is damaged")]
    subject, items = tree["subject"], [Item(form, "checked")]
    design: NetworkSpec | CircuitSpec | None = None
    if network is not None:
        design = load_network(network) if subject["kind"] == "network" else load_circuit(network)
    items += [_subject(subject, design), _export(tree["export"], proof)]
    items += _gates(tree["rtl"], subject["name"], rtl, design)
    items += _figures(tree, items, design, rtl, codes, rerun, progress)
    return items


def _comparison(name: str, recorded: Any, here: Any) -> Item:
    if recorded == here and type(recorded) is type(here):
        return Item(name, "checked")
    if isinstance(recorded, dict) and isinstance(here, dict):
        equal_keys = [key for key in recorded if key in here and recorded[key] == here[key]]
        recorded, here = ({key: tree[key] for key in tree if key not in equal_keys} for tree in (recorded, here))
    return Item(name, "differs", f"{_brief(here)} here, {_brief(recorded)} in the certificate")


def _brief(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _subject(subject: dict[str, Any], design: NetworkSpec | CircuitSpec | None) -> Item:
    name = f"{subject['kind']} {subject['name']}"
    if design is None:
        return Item(name, "not checked", "no network folder was given")
    return _comparison(name, subject["sha256"], design.sha256)


def _export(recorded: dict[str, Any] | None, proof: Mapping[str, Any] | None) -> Item:
    if recorded is None:
        return Item("export", "not checked", "a circuit has no source")
    if recorded["source"].get("checked") is not True:
        return Item("export", "not checked", "it carries no checks of an export")
    if proof is None:
        return Item("export", "not checked", "no network folder was given")
    return _comparison("export", recorded, dict(proof))


def _gates(
    recorded: dict[str, Any],
    top: str,
    rtl: str | os.PathLike[str] | None,
    design: NetworkSpec | CircuitSpec | None,
) -> Iterator[Item]:
    files: dict[str, str] = recorded["files"]
    if not files or rtl is None:
        why = "no folder with Verilog was given" if files else "the components themselves were simulated"
        yield Item("rtl", "not checked", why)
        return
    folder = Path(rtl)
    sources = verilog_files(folder, top)
    included = (path for path in folder.iterdir() if name_of(path) in files and path.is_file())
    here = {name_of(path): path for path in (*sources, *included)}
    for name in sorted(files.keys() | here.keys()):
        if name not in here:
            yield Item(f"rtl {name}", "differs", "the folder does not have it")
        elif name not in files:
            yield Item(f"rtl {name}", "differs", "the certificate does not name it")
        else:
            yield _comparison(f"rtl {name}", files[name], sha256_file(here[name]))
    if design is None:
        yield Item("manifest", "not checked", "no network folder was given")
    else:
        subject = design if isinstance(design, NetworkSpec) else CircuitDesign(design)
        yield _comparison("manifest", recorded["manifest_sha256"], digest(manifest_beside(folder, subject)))


def _figures(
    tree: dict[str, Any],
    before: list[Item],
    design: NetworkSpec | CircuitSpec | None,
    rtl: str | os.PathLike[str] | None,
    codes: Any,
    rerun: bool,
    progress: Callable[[str], None] | None,
) -> Iterator[Item]:
    """Tools, stimulus and results, against a co-simulation that is run again where it can be."""
    why, again = _hindrance(tree, before, codes) if rerun else "the co-simulation was not run again", None
    if why is None and design is not None and rtl is not None:
        again = _again(tree, design, rtl, codes, progress)
        why = _timed_out(again)
    if why is not None or again is None:
        yield from (Item(name, "not checked", why) for name in ("tools", "stimulus", "results"))
    else:
        if again["tools"] == tree["tools"]:
            yield Item("tools", "checked")
        else:
            yield Item("tools", "not checked", f"here they are {_brief(again['tools']['versions'])}")
        yield _comparison("stimulus", tree["stimulus"], again["stimulus"])
        yield from (_comparison(key, tree["results"][key], again["results"][key]) for key in FIGURES)
    mutants = tree["results"]["gate_mutants"] != NOT_RUN
    yield Item("gate_mutants", "not checked", "they are not made again" if mutants else "none were made")


def _hindrance(tree: dict[str, Any], before: list[Item], codes: Any) -> str | None:
    """Why the co-simulation cannot be repeated; None where it can."""
    samples = tree["stimulus"]["samples"]
    different = [item.name for item in before if item.state == "differs"]
    if different:
        return f"{different[0]} differs"
    if not tree["rtl"]["files"]:
        return "the components themselves were simulated; how they were made is not recorded"
    if samples.get("user") and codes is None:
        return f"{samples['user']} samples are the user's, and no codes were given"
    if not 0 < samples.get("random", 0) <= _MOST_SAMPLES:
        return f"it must have 1 to {_MOST_SAMPLES} random samples"
    return _timed_out(tree)


def _timed_out(tree: dict[str, Any]) -> str | None:
    ended = tree["results"]["model_faults"].get("search") == OUT_OF_TIME
    return "the search for samples ran out of time; what it finds depends on the machine" if ended else None


def _again(
    tree: dict[str, Any],
    design: NetworkSpec | CircuitSpec,
    rtl: str | os.PathLike[str],
    codes: Any,
    progress: Callable[[str], None] | None,
) -> dict[str, Any]:
    """The certificate of the same co-simulation, run here."""
    driven, tools, netlist = tree["stimulus"], tree["tools"], tree["results"]["netlist"]
    with scratch("sc-verify") as folder:
        run(
            design,
            folder,
            rtl=rtl,
            simulator=tools["simulator"],
            mode=tools["mode"],
            netlist=None if netlist is None else netlist.get("target"),
            codes=codes if driven["samples"].get("user") else None,
            samples=driven["samples"]["random"],
            stall=driven["stall"],
            seed=driven["seed"],
            search_seconds=driven["search_seconds"],
            progress=progress,
        )
        return read_certificate(Path(folder) / CERTIFICATE_JSON)[0]
