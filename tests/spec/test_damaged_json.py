"""Damaged network.json: keys, values, names and text that must be refused in one clear line."""

from __future__ import annotations

import json

import pytest
from support.networks.descriptions import REMOVE
from support.networks.folders import WHOLE, changed, refused, rewrite, written

from sc_neurocore.spec import load_network

# ---------------------------------------------------------------- keys


def paths(value, at=""):
    """Every key of a JSON tree as a dotted path."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        path = f"{at}.{key}" if at else str(key)
        if isinstance(value, dict):
            yield path
        yield from paths(child, path)


def at(value, path):
    for key in path.split("."):
        value = value[int(key) if key.isdigit() else key]
    return value


OPTIONAL = {"skip", "reverse", "lane_skip", "multiplier", "shift", "comparator", "reset"}
FULL = {**WHOLE, "tensors": {"file": "weights.safetensors", "sha256": "0" * 64}}
ALL_PATHS = list(paths(FULL))
REQUIRED = [p for p in ALL_PATHS if p.rpartition(".")[2] not in OPTIONAL]
OBJECTS = ["", "layers.0", "layers.1", "layers.2", *(p for p in ALL_PATHS if isinstance(at(FULL, p), dict))]


@pytest.mark.contract("folder.keys")
def test_every_required_key_is_missed(tmp_path):
    assert len(REQUIRED) > 60
    for i, path in enumerate(REQUIRED):
        refused(changed(written(tmp_path / str(i)), path, REMOVE), path.rpartition(".")[2])


@pytest.mark.contract("folder.keys")
def test_unknown_keys_are_refused_in_every_object(tmp_path):
    assert len(OBJECTS) > 15
    for i, path in enumerate(OBJECTS):
        for key in ("extra", "Kind", "_", "hyphen-key", ""):
            refused(changed(written(tmp_path / f"{i}{key}"), f"{path}.{key}" if path else key, 1), key)


@pytest.mark.contract("folder.keys")
def test_keys_of_another_kind_are_refused(tmp_path):
    for i, (path, value) in enumerate(
        [
            ("layers.0.input_generator.source.seed", 1),
            ("layers.0.weight_generator.source.dimension", 1),
            ("layers.2.neuron.shift", 0),
            ("layers.0.neuron.v_threshold", 1),
            ("layers.0.neuron.output_encoding", "bipolar"),
            ("layers.1.neuron.output_bits", 2),
        ]
    ):
        refused(changed(written(tmp_path / str(i)), path, value), path.rpartition(".")[2])


@pytest.mark.contract("folder.keys")
def test_duplicate_keys_are_refused_at_every_depth(tmp_path):
    text = (written(tmp_path) / "network.json").read_text()
    keys = sorted({p.rpartition(".")[2] for p in ALL_PATHS})
    assert len(keys) > 30
    for key in keys:
        before, found, after = text.partition(f'"{key}":')
        assert found
        refused(rewrite(tmp_path / "net", f'{before}"{key}": 1, {found}{after}'), key, "twice")
    before, found, after = text.partition('"name":')
    refused(rewrite(tmp_path / "net", f'{before}"n\\u0061me": "net", {found}{after}'), "name", "twice")


@pytest.mark.contract("folder.keys")
@pytest.mark.parametrize("key", ["a\nb", "x" * 100_000, "\ud800", "\x1b[31m", "a; endmodule"])
def test_hostile_keys_give_one_short_line(tmp_path, key):
    for path in (key, f"input.{key}"):
        message = refused(changed(written(tmp_path), path, 1))
        assert message.isprintable()
    text = (written(tmp_path) / "network.json").read_text()
    twice = text.replace("{", "{" + f"{json.dumps(key)}: 1, {json.dumps(key)}: 2, ", 1)
    assert refused(rewrite(tmp_path / "net", twice)).isprintable()


# ---------------------------------------------------------------- values

INTEGER_KEYS = "format_version features resolution_bits time_steps inputs neurons stream_length skip dimension seed"
INTEGER_KEYS += " multiplier shift output_bits v_threshold state_bits"
STRING_KEYS = "format name encoding kind input_encoding weight_encoding reduce reset file sha256"
INTEGERS = [p for p in ALL_PATHS if p.rpartition(".")[2] in INTEGER_KEYS.split()]
STRINGS = [p for p in ALL_PATHS if p.rpartition(".")[2] in STRING_KEYS.split()]


@pytest.mark.contract("folder.values")
def test_only_integers_stand_for_integers(tmp_path):
    assert len(INTEGERS) > 20
    for path in INTEGERS:
        for value in (True, False, 1.0, 2.0, 8.5, "8", None, [8], {"a": 8}):
            refused(changed(written(tmp_path), path, value), path.rpartition(".")[2])


@pytest.mark.contract("folder.values")
def test_integers_beyond_64_bits_are_refused(tmp_path):
    for path in INTEGERS:
        for value in (2**63, 2**64, -(2**64), 10**300, 10**4000):
            refused(changed(written(tmp_path), path, value), path.rpartition(".")[2])
    text = (written(tmp_path) / "network.json").read_text()
    refused(rewrite(tmp_path / "net", text.replace('"features": 3', '"features": ' + "9" * 10_000)))
    refused(rewrite(tmp_path / "net", text.replace('"scale": 1.0', '"scale": ' + "9" * 10_000)))


@pytest.mark.contract("folder.values")
def test_only_strings_stand_for_strings(tmp_path):
    for path in STRINGS:
        for value in (1, None, True, ["a"], {"a": 1}, "", "nonsense", "UNIPOLAR"):
            if not (path == "name" and value == "nonsense"):
                refused(changed(written(tmp_path), path, value), path.rpartition(".")[2])


@pytest.mark.contract("folder.values")
def test_only_a_bool_stands_for_a_bool(tmp_path):
    for path in ("input.repeat", "layers.0.input_generator.source.reverse"):
        for value in (0, 1, "true", None, 1.0):
            refused(changed(written(tmp_path), path, value), path.rpartition(".")[2])


@pytest.mark.contract("folder.values")
def test_objects_and_lists_are_what_they_should_be(tmp_path):
    for path in [p for p in OBJECTS if p] + ["layers"]:
        for value in (1, None, "a", [], [1], [[]], True, {}):
            refused(changed(written(tmp_path), path, value))


@pytest.mark.contract("folder.values")
@pytest.mark.parametrize(
    "number",
    [*["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "true", "nan", "1.", ".5", "0x10", "+1", "01"], '"1.0"'],
)
def test_non_finite_and_malformed_numbers(tmp_path, number):
    text = (written(tmp_path) / "network.json").read_text()
    refused(rewrite(tmp_path / "net", text.replace('"scale": 1.0', f'"scale": {number}')))
    refused(rewrite(tmp_path / "net", text.replace('"output_scale": 1.0', f'"output_scale": {number}', 1)))
    refused(rewrite(tmp_path / "net", text.replace('"features": 3', f'"features": {number}')))


@pytest.mark.contract("folder.values")
@pytest.mark.parametrize("change", [("format", "sc-neurocore/Network"), ("format_version", 3), ("format_version", 0)])
def test_other_formats_and_versions_are_refused(tmp_path, change):
    refused(changed(written(tmp_path), *change), change[0], str(change[1]))


# ---------------------------------------------------------------- names


def keywords():
    """Some of each language's, written from memory of the standards, not taken from the package."""
    verilog = "module endmodule wire reg always assign begin case initial input output inout integer real task function"
    verilog += " endcase posedge negedge supply0 tri1 wand xnor specify generate genvar localparam parameter signed buf"
    system = "logic bit byte int shortint longint always_ff always_comb interface class package import program checker"
    system += " unique priority enum struct union typedef virtual rand constraint covergroup assert property sequence"
    system += " do return break continue void string chandle final global soft implements nettype interconnect"
    vhdl = "entity architecture signal process library use is of all component configuration downto elsif generic port"
    vhdl += " map null others report select severity subtype then to type until units variable wait when with xor body"
    vhdl += " access after alias array attribute block buffer bus exit file guarded impure in label linkage literal"
    vhdl += (
        " loop mod new next nand nor not on open or out postponed procedure protected pure range record register reject"
    )
    vhdl += " rem return rol ror shared sla sll sra srl transport unaffected abs and if else end for context default"
    return sorted(set((verilog + " " + system + " " + vhdl).split()))


@pytest.mark.contract("folder.name", "core.identifiers")
def test_no_keyword_is_a_name(tmp_path):
    for word in keywords():
        refused(changed(written(tmp_path), "name", word), "name", word)


@pytest.mark.contract("folder.name", "core.identifiers")
@pytest.mark.parametrize(
    "name",
    ["a; endmodule", "a\n", "a\nb", "\na", "", " ", "A", "Digits", "9a", "_a", "a-b", "a.b", "a b", "a$", "\\a ",
     "a" * 64, "é", "а", "a\u0000", "a/b", "../a", "a\u2028", "ａ", "a" * 100_000, "`define", "a'b", 'a"b', "a\t"],
)  # fmt: skip
def test_hostile_names(tmp_path, name):
    assert refused(changed(written(tmp_path), "name", name), "name").isprintable()


@pytest.mark.contract("folder.name")
@pytest.mark.parametrize("name", ["a", "a" * 63, "z9_", "module_", "digits", "wires", "a__b"])
def test_legal_names(tmp_path, name):
    assert load_network(changed(written(tmp_path), "name", name)).name == name


# ---------------------------------------------------------------- damaged text


@pytest.mark.contract("folder.read")
def test_every_truncation_is_refused(tmp_path):
    content = (written(tmp_path) / "network.json").read_bytes()
    for length in [*range(0, len(content) - 1, 97), len(content) - 2]:
        refused(rewrite(tmp_path / "net", content[:length]))


@pytest.mark.contract("folder.read")
@pytest.mark.parametrize(
    "text",
    [b"", b" ", b"null", b"[]", b"3", b'"a"', b"true", b"{}", b"[{}]", b"{",
     b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\x00" * 100, b"[" * 100_000, b'{"a":' * 100_000,
     b"[" * 100_000 + b"]" * 100_000, b"{'format': 1}", b"// comment\n{}", b"{}{}", b"\x80"],
)  # fmt: skip
def test_text_that_is_no_description(tmp_path, text):
    refused(rewrite(written(tmp_path), text), "network.json" if text != b"{}" else "format")


@pytest.mark.contract("folder.read")
def test_other_encodings_and_trailing_text(tmp_path):
    text = (written(tmp_path) / "network.json").read_text()
    for content in (
        text.encode("utf-16"),
        b"\xef\xbb\xbf" + text.encode(),
        text.encode() + b"x",
        text.encode() + text.encode(),
        text.replace('"net"', '"n\xe9t"').encode("latin-1"),
        text.replace(",", ",,", 1).encode(),
        text.replace("}", ",}", 1).encode(),
    ):
        refused(rewrite(tmp_path / "net", content), "network.json")
