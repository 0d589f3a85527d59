"""Load words for a core that was generated before: what lies beside it, other numbers, and what does not fit."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.networks.descriptions import comparator, dense, network
from support.networks.specs import spec_of

from sc_neurocore.cli import main
from sc_neurocore.rtl import generate, load_image
from sc_neurocore.spec import OptionError, SpecError, save_network

RELU = {"kind": "relu", "shift": 3, "output_bits": 4}
DESCRIPTION = network(dense(4, 3, 4, 16, neuron=RELU), dense(3, 2, 4, 16), name="digits")
WAYS = [
    {"architecture": "serial", "control": "stream"},
    {"architecture": "serial", "stream_bits_per_cycle": 4},
    {"architecture": "column", "neurons_in_parallel": (2, 1)},
    {"architecture": "column", "stream_bits_per_cycle": (3, 16), "control": "stream"},
    {"architecture": "row", "neurons_in_parallel": 2},
]


def made(seed: int, shift: int = 3, bias: int = 20):
    rng = np.random.default_rng(seed)
    layers = [dict(layer) for layer in DESCRIPTION["layers"]]
    layers[0]["neuron"] = RELU | {"shift": shift}
    tensors = {f"layer{i}.weight": rng.integers(-15, 16, shape) for i, shape in enumerate(((3, 4), (2, 3)))}
    tensors |= {f"layer{i}.bias": rng.integers(-bias, bias + 1, size) for i, size in enumerate((3, 2))}
    return spec_of({**DESCRIPTION, "layers": layers}, tensors)


def words(folder) -> list[int]:
    return [int(line, 16) for line in (folder / "digits.load.hex").read_text().split()]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("options", WAYS, ids=lambda o: "-".join(map(str, o.values())))
def test_the_image_beside_a_core_is_made_again_from_the_manifest_alone(options, tmp_path):
    built, other = made(1, bias=90), made(2, shift=2)
    manifest = generate(built, tmp_path / "rtl", weights="loadable", **options)
    assert words(tmp_path / "rtl") == load_image(built, tmp_path / "rtl").tolist()
    data = [word for word in words(tmp_path / "rtl") if word < 2**31]
    assert len(data) == manifest["load"]["words"]
    # the other network's image is that of the same gates: a core of its own has other widths, and other words
    generate(other, tmp_path / "own", weights="loadable", **options)
    image = load_image(other, tmp_path / "rtl").tolist()
    assert len([word for word in image if word < 2**31]) == manifest["load"]["words"]
    assert image != words(tmp_path / "rtl")
    if options["architecture"] != "serial":
        assert image == words(tmp_path / "own")


def test_numbers_that_the_gates_do_not_hold_are_refused(tmp_path):
    generate(made(1, bias=10), tmp_path / "rtl", weights="loadable", architecture="column")
    with pytest.raises(SpecError, match=r"layers\[\d\].bias must be at most \d+ in magnitude, .*; got \d+"):
        load_image(made(2, bias=100_000), tmp_path / "rtl")
    wide = network(dense(4, 3, 4, 16, neuron=RELU), dense(3, 3, 4, 16), name="digits")
    tensors = {"layer0.weight": np.zeros((3, 4)), "layer0.bias": np.zeros(3)}
    tensors |= {"layer1.weight": np.zeros((3, 3)), "layer1.bias": np.zeros(3)}
    other = spec_of(wide, {key: value.astype(int) for key, value in tensors.items()})
    with pytest.raises(SpecError, match=r"layers\[1\].neurons must be 2 as in the network that the core .* got 3"):
        load_image(other, tmp_path / "rtl")
    layers = [dict(layer) for layer in DESCRIPTION["layers"]]
    layers[1]["weight_generator"] = comparator({"kind": "counter", "skip": 1})
    skipped = spec_of({**DESCRIPTION, "layers": layers}, made(1).tensors())
    with pytest.raises(SpecError, match=r"layers\[1\].weight_generator must be {.*'skip': 0.* got {.*'skip': 1"):
        load_image(skipped, tmp_path / "rtl")


def test_folders_without_a_loadable_core_are_refused(tmp_path):
    generate(made(1), tmp_path / "rom")
    for folder in (tmp_path / "rom", tmp_path / "none"):
        with pytest.raises(OptionError, match=r"folder must hold a core with loadable weights and its manifest\.json"):
            load_image(made(1), folder)
    generate(made(1), tmp_path / "rtl", weights="loadable")
    manifest = json.loads((tmp_path / "rtl" / "manifest.json").read_text())
    for damage in ({"built_for": {}}, {"built_for": {"largest_biases": ["x", 1], "shifts": [0, 0]}}, {"words": 1}):
        text = json.dumps(manifest | {"load": manifest["load"] | damage})
        (tmp_path / "rtl" / "manifest.json").write_text(text)
        with pytest.raises(OptionError, match=r"does not describe a loadable core|must hold a loadable core"):
            load_image(made(1), tmp_path / "rtl")


def test_the_command_line_writes_an_image_and_what_goes_with_a_core(tmp_path, capsys):
    save_network(made(1), tmp_path / "net")
    out = str(tmp_path / "rtl")
    common = ["generate", str(tmp_path / "net")]
    assert main([*common, "--out", out, "--weights", "loadable", "--testbench", "--integration"]) == 0
    assert {"digits_tb.v", "digits_codes.hex", "digits.core", "digits_component.vhd", "digits_registers.rdl"} <= {
        path.name for path in (tmp_path / "rtl").iterdir()
    }
    assert main([*common, "--image-for", out, "--out", str(tmp_path / "image.hex")]) == 0
    assert (tmp_path / "image.hex").read_text() == (tmp_path / "rtl" / "digits.load.hex").read_text()
    assert "load words in" in capsys.readouterr().out
    assert main([*common, "--out", out]) == 0  # replaces all of it
    assert {path.name for path in (tmp_path / "rtl").iterdir()} == {"digits.v", "manifest.json"}
    assert main([*common, "--image-for", out, "--out", str(tmp_path / "none.hex")]) == 2
    assert main([*common, "--image-for", out, "--out", str(tmp_path / "none.hex"), "--testbench"]) == 2
    assert "image_for is of a core that is there; it cannot be combined with testbench" in capsys.readouterr().err
    assert not (tmp_path / "none.hex").exists()
