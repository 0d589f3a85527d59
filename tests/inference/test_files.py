"""`infer` on files in chunks: the same bytes whatever the chunks, the threads and the interruptions; bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from support import oracle
from support.interruptions import SAMPLES, interrupt_at, interrupted, npy, unfinished
from support.networks.descriptions import dense, network, tensors
from support.networks.one_layer import one_layer
from support.networks.random_networks import random_network, write_folder
from support.refusals import refuse, snapshot

from sc_neurocore import cli, load_network
from sc_neurocore.accel.threads import thread_count
from sc_neurocore.cli import output
from sc_neurocore.inference import files as inference_files
from sc_neurocore.inference.files import infer_files
from sc_neurocore.spec import CodesError, OptionError, save_network


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("chunk", [1, 5, 23, 1000, None])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_bytes_do_not_depend_on_chunks_threads_or_order(seed, chunk, order, tmp_path):
    one = random_network(7000 + seed)
    folder, numbers = one.write(tmp_path / "net"), one.codes(SAMPLES)
    (tmp_path / "codes.npy").write_bytes(npy(np.asarray(numbers, order=order)))
    wanted = npy(np.asarray(oracle.evaluate(folder, numbers), dtype=np.int64))
    for threads in (None, 1, 2):
        figures = infer_files(folder, tmp_path / "y.npy", codes=tmp_path / "codes.npy", chunk=chunk, threads=threads)
        assert (tmp_path / "y.npy").read_bytes() == wanted
        assert figures["samples"] == SAMPLES
        assert "resumed" not in figures
    assert sorted(path.name for path in tmp_path.iterdir()) == ["codes.npy", "net", "y.npy"]


def test_features_and_labels_are_chunked_too(folder, tmp_path):
    rng = np.random.default_rng(1)
    features = rng.uniform(-0.3, 1.3, (SAMPLES, 3)).astype(np.float32)
    np.save(tmp_path / "x.npy", features)
    wanted_codes = np.clip(np.floor(features.astype(np.float64) * 15 + 0.5), 0, 15).astype(int)
    outputs = oracle.evaluate(folder, wanted_codes)
    labels = np.where(rng.random(SAMPLES) < 0.6, np.argmax(outputs, axis=1), 1)
    np.save(tmp_path / "labels.npy", labels)
    right = float(np.mean(np.argmax(outputs, axis=1) == labels))
    saturated = int(((features * 15 + 0.5 >= 16) | (features * 15 + 0.5 < 0)).sum())
    assert 0 < saturated < SAMPLES
    assert 0 < right < 1
    arrays = {"inputs": tmp_path / "x.npy", "labels": tmp_path / "labels.npy"}
    for chunk in (1, 4, None):
        figures = infer_files(folder, tmp_path / "y.npy", **arrays, chunk=chunk)
        assert (figures["accuracy"], figures["saturated"]) == (right, saturated)
        assert np.array_equal(np.load(tmp_path / "y.npy"), outputs)
    with pytest.raises(KeyboardInterrupt):
        infer_files(folder, tmp_path / "z.npy", **arrays, chunk=4, progress=interrupt_at(12))
    figures = infer_files(folder, tmp_path / "z.npy", **arrays)
    assert (figures["accuracy"], figures["saturated"], figures["resumed"]) == (right, saturated, 12)
    assert (tmp_path / "z.npy").read_bytes() == (tmp_path / "y.npy").read_bytes()


def test_features_with_scales_of_their_own_are_chunked_too(tmp_path):
    """Codes by the definition, (x - offset_f) / scale_f in float64, whatever the chunks; a wrong one is named."""
    rng = np.random.default_rng(2)
    scale, offset = np.array([0.1, 20.0, 3.0]), np.array([5.0, -7.0, 0.25])
    plain = one_layer(inputs=3, n=4, length=16)
    head = plain.input.model_copy(update={"scale": None, "per_feature": True})
    save_network(plain.replace(input=head, input_scale=scale, input_offset=offset), tmp_path / "net")
    features = rng.uniform(-0.2, 1.2, (SAMPLES, 3)) * scale + offset
    np.save(tmp_path / "x.npy", features)
    rounded = np.floor((features - offset) / scale * 15 + 0.5)
    outputs = oracle.evaluate(tmp_path / "net", np.clip(rounded, 0, 15).astype(int))
    saturated = int(((rounded < 0) | (rounded > 15)).sum())
    assert 0 < saturated < SAMPLES
    for chunk in (1, 4, None):
        figures = infer_files(tmp_path / "net", tmp_path / "y.npy", inputs=tmp_path / "x.npy", chunk=chunk)
        assert figures["saturated"] == saturated
        assert np.array_equal(np.load(tmp_path / "y.npy"), outputs)
    features[7, 1] = np.nan
    np.save(tmp_path / "x.npy", features)
    with pytest.raises(CodesError, match=r"got nan at index \(7, 1\)"):
        infer_files(tmp_path / "net", tmp_path / "y.npy", inputs=tmp_path / "x.npy", chunk=4)


def test_the_accuracy_of_a_single_output_is_that_of_its_sign(tmp_path):
    save_network(one_layer(neurons=1, inputs=3, n=4, length=16), tmp_path / "net")
    codes = np.random.default_rng(4).integers(0, 16, (SAMPLES, 3))
    labels = (oracle.evaluate(tmp_path / "net", codes)[:, 0] >= 0).astype(int)
    labels[:3] = 1 - labels[:3]
    np.save(tmp_path / "codes.npy", codes)
    np.save(tmp_path / "labels.npy", labels)
    arrays = {"codes": tmp_path / "codes.npy", "labels": tmp_path / "labels.npy"}
    figures = infer_files(tmp_path / "net", tmp_path / "y.npy", **arrays, chunk=4)
    assert figures["accuracy"] == (SAMPLES - 3) / SAMPLES


@pytest.mark.parametrize("samples", [3, 9, SAMPLES])
def test_an_interrupted_run_goes_on(samples, folder, codes, tmp_path):
    out = tmp_path / "y.npy"
    interrupted(folder, codes, out, samples)
    seen: list[int] = []
    figures = infer_files(folder, out, codes=codes, chunk=4, progress=lambda done, total: seen.append(done))
    assert figures["resumed"] == seen[0] == samples
    assert seen[-1] == SAMPLES
    assert out.read_bytes() == npy(np.asarray(oracle.evaluate(folder, np.load(codes)), dtype=np.int64))
    assert not any(path.exists() for path in unfinished(out))


def test_the_rows_of_before_are_not_computed_again(folder, codes, tmp_path, monkeypatch):
    interrupted(folder, codes, tmp_path / "y.npy")
    original, ran = inference_files.infer, []

    def counted(network, rows, engine):
        ran.append(len(rows))
        return original(network, rows, engine)

    monkeypatch.setattr(inference_files, "infer", counted)
    infer_files(folder, tmp_path / "y.npy", codes=codes)
    assert ran == [SAMPLES - 9]


@pytest.mark.parametrize("name", ["codes", "inputs", "labels"])
def test_an_input_is_never_the_output(name, folder, tmp_path):
    array = tmp_path / "a.npy"
    np.save(array, np.zeros((2, 3), dtype=np.int64))
    before = array.read_bytes()
    others = {} if name != "labels" else {"codes": tmp_path / "codes.npy"}
    with pytest.raises(OptionError, match=f"out must not be the file that {name} are read from"):
        infer_files(folder, tmp_path / "b" / ".." / "a.npy", **others, **{name: array})
    assert array.read_bytes() == before


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_number_of_threads_that_is_none_is_refused_in_one_line(count, folder, codes, tmp_path):
    command = ["infer", str(folder), "--codes", str(codes), "--out", str(tmp_path / "y.npy")]
    done = subprocess.run(
        [sys.executable, "-m", "sc_neurocore.cli", *command],
        env=os.environ | {"NUMBA_NUM_THREADS": count}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert f"NUMBA_NUM_THREADS must be a positive integer, got '{count}'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "y.npy").exists()


def test_explain_names_the_engine_that_ran(folder, codes, tmp_path, capsys):
    command = ["infer", str(folder), "--codes", str(codes), "--out", str(tmp_path / "y.npy")]
    assert cli.main([*command, "--engine", "reference", "--explain"]) == 0
    said = "".join(capsys.readouterr())
    assert "engine reference ran, as asked; auto takes engine " in said


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(folder, codes, tmp_path, capsys, monkeypatch):
    command = ["infer", str(folder), "--codes", str(codes), "--out", str(tmp_path / "y.npy"), "--chunk", "5"]
    assert cli.main(command) == 0
    assert capsys.readouterr().err == ""  # it took less than ten seconds
    clock = iter(range(0, 10_000, 20))
    with monkeypatch.context() as patch:
        patch.setattr(output.time, "monotonic", lambda: next(clock))
        assert cli.main(command) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"infer: {done} of {SAMPLES} samples" for done in (0, 5, 10, 15, 20, SAMPLES)]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert cli.main(command) == 0
    shown = capsys.readouterr()
    assert f"{SAMPLES}/{SAMPLES}" in shown.err
    assert shown.out.count("\n") == 1


@pytest.mark.parametrize("chunk", [2, 100])
def test_a_wrong_code_in_a_later_chunk_leaves_nothing(chunk, folder, codes, tmp_path, capsys):
    numbers = np.load(codes)
    numbers[17, 2] = 16
    np.save(codes, numbers)
    command = ["infer", folder, "--codes", codes, "--out", tmp_path / "y.npy", "--chunk", chunk]
    refuse(tmp_path, capsys, *command, words=["got 16 at index (17, 2)"])
    features = numbers / 16
    features[17, 2] = np.nan
    np.save(codes, features)
    command[2] = "--inputs"
    refuse(tmp_path, capsys, *command, words=["finite", "nan", "(17, 2)"])


def test_an_interruption_before_the_first_chunk_leaves_nothing(folder, codes, tmp_path):
    before = snapshot(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        infer_files(folder, tmp_path / "y.npy", codes=codes, progress=interrupt_at(0))
    assert snapshot(tmp_path) == before


def test_two_runs_do_not_write_one_file(folder, codes, tmp_path):
    refused = []

    def second(done: int, total: int) -> None:
        with pytest.raises(OptionError, match="another run is writing it"):
            infer_files(folder, tmp_path / "y.npy", codes=codes)
        refused.append(done)

    infer_files(folder, tmp_path / "y.npy", codes=codes, chunk=20, progress=second)
    assert refused == [0, 20, SAMPLES]
    assert np.array_equal(np.load(tmp_path / "y.npy"), oracle.evaluate(folder, np.load(codes)))


@pytest.mark.parametrize("how", ["shorter", "another"])
def test_codes_that_change_under_way_are_noticed(how, folder, codes, tmp_path):
    def change(done: int, total: int) -> None:
        if how == "shorter":
            codes.write_bytes(codes.read_bytes()[:200])
        else:
            (tmp_path / "new.npy").write_bytes(codes.read_bytes())
            (tmp_path / "new.npy").replace(codes)

    with pytest.raises(CodesError, match=r"codes\.npy has changed while it was read; start again"):
        infer_files(folder, tmp_path / "y.npy", codes=codes, chunk=20, progress=change)
    assert not any(path.exists() for path in unfinished(tmp_path / "y.npy"))


@pytest.mark.parametrize("option", ["--chunk", "--threads"])
@pytest.mark.parametrize("value", ["0", "-3"])
def test_illegal_chunks_and_threads(option, value, folder, codes, tmp_path, capsys):
    command = ["infer", folder, "--codes", codes, "--out", tmp_path / "y.npy", option, value]
    refuse(tmp_path, capsys, *command, words=[option[2:], "at least 1", value])


@pytest.mark.parametrize("before", [None, "7"])
def test_threads_are_those_of_the_kernels_and_only_for_the_call(before, folder, codes, tmp_path, monkeypatch):
    if before is None:
        monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("NUMBA_NUM_THREADS", before)
    original, seen = inference_files.infer, []

    def watched(*arguments):
        seen.append(thread_count())
        return original(*arguments)

    monkeypatch.setattr(inference_files, "infer", watched)
    infer_files(folder, tmp_path / "y.npy", codes=codes, threads=3)
    assert seen == [3]
    assert os.environ.get("NUMBA_NUM_THREADS") == before


def test_the_program_says_that_it_goes_on(folder, codes, tmp_path, capsys):
    interrupted(folder, codes, tmp_path / "y.npy")
    assert cli.main(["infer", str(folder), "--codes", str(codes), "--out", str(tmp_path / "y.npy")]) == 0
    assert f"{SAMPLES} samples -> " in (said := capsys.readouterr().out)
    assert "the first 9 of an interrupted run" in said


CHILD = """
import resource, sys
from sc_neurocore.inference.files import infer_files

def address_space():
    return 1024 * int(next(line for line in open("/proc/self/status") if line.startswith("VmSize")).split()[1])

folder, small, large, out, more, labels = sys.argv[1:]
infer_files(folder, out, codes=small, threads=1)  # libraries and kernels are loaded
limit = address_space() + int(more)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
figures = infer_files(folder, out, codes=large, threads=1, labels=labels)
print(figures["accuracy"], 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))
"""


def test_a_file_larger_than_the_address_space_left(tmp_path):
    """400 MB of codes by a process that may map 200 MB more than it has; RSS grows by less than that."""
    width, samples, more = 2048, 25_000, 200_000_000
    description = network(dense(width, 2, n=4, length=16))
    folder = write_folder(tmp_path / "net", description, tensors(description))
    np.save(tmp_path / "small.npy", np.zeros((2, width), dtype=np.int64))
    large = np.lib.format.open_memmap(tmp_path / "large.npy", "w+", np.int64, (samples, width))
    shown = [0, 1, 4711, samples - 1]
    large[shown] = np.random.default_rng(0).integers(0, 16, (len(shown), width))  # the rest is a hole in the file
    wanted = oracle.evaluate(folder, np.asarray(large[[2, *shown]]))
    del large
    np.save(tmp_path / "labels.npy", np.zeros(samples, dtype=np.int8))
    arrays = [tmp_path / "small.npy", tmp_path / "large.npy", tmp_path / "y.npy"]
    command = [sys.executable, "-c", CHILD, str(folder), *map(str, arrays), str(more), str(tmp_path / "labels.npy")]
    assert (tmp_path / "large.npy").stat().st_size > 2 * more
    result = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert result.returncode == 0, result.stderr
    accuracy, grown = result.stdout.split()
    got = np.load(tmp_path / "y.npy")
    rest = np.ones(samples, dtype=bool)
    rest[shown] = False
    assert got.shape == (samples, 2)
    assert np.array_equal(got[shown], wanted[1:])
    assert (got[rest] == wanted[0]).all()
    assert float(accuracy) == np.mean(got.argmax(axis=1) == 0)
    assert int(grown) < more
    assert load_network(folder).layers[0].inputs == width
