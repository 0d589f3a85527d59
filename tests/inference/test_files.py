"""`infer` on files in chunks: the same bytes whatever the chunks, the threads and the interruptions; bounded memory."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support import oracle
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

SAMPLES = 23


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path) -> Path:
    description = network(dense(3, 2, n=4, length=16))
    return write_folder(tmp_path / "net", description, tensors(description))


@pytest.fixture
def codes(tmp_path) -> Path:
    np.save(tmp_path / "codes.npy", np.random.default_rng(0).integers(0, 16, (SAMPLES, 3)))
    return tmp_path / "codes.npy"


def unfinished(out: Path) -> tuple[Path, Path]:
    return out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.journal")


def interrupt_at(samples: int):
    def progress(done: int, total: int) -> None:
        if done >= samples:
            raise KeyboardInterrupt

    return progress


def interrupted(folder: Path, codes: Path, out: Path, samples: int = 9, **options) -> None:
    with pytest.raises(KeyboardInterrupt):
        infer_files(folder, out, codes=codes, chunk=3, progress=interrupt_at(samples), **options)
    assert not out.exists()
    assert all(path.exists() for path in unfinished(out))


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


OFTEN = """
import sys
from sc_neurocore import cli
from sc_neurocore.inference import partial

partial.SECONDS_BETWEEN = 0.0  # a journal after every chunk
sys.exit(cli.main())
"""


def test_a_killed_program_goes_on(tmp_path):
    """SIGKILL in the middle, then the same command: the bytes of a run that nobody disturbed."""
    description = network(dense(32, 16, n=8, length=256))
    folder = write_folder(tmp_path / "net", description, tensors(description))
    numbers = np.random.default_rng(0).integers(0, 256, (1500, 32)).astype(np.uint8)
    np.save(tmp_path / "codes.npy", numbers)
    out = tmp_path / "y.npy"
    arguments = ["infer", folder, "--codes", tmp_path / "codes.npy", "--out", out, "--engine", "reference"]
    command = [sys.executable, "-c", OFTEN, *map(str, arguments), "--threads", "1"]
    child = subprocess.Popen([*command, "--chunk", "20"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal, until = unfinished(out)[1], time.monotonic() + 120
    while not journal.exists() and child.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "it ended before it could be killed"
    done = json.loads(journal.read_text())["done"]
    assert 0 < done < len(numbers)
    (tmp_path / "codes.npy").write_bytes(npy(numbers))  # the same bytes in a new file are the same inputs
    result = subprocess.run([*command, "--chunk", "500", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["resumed"] == done
    infer_files(folder, tmp_path / "whole.npy", codes=tmp_path / "codes.npy", engine="counts")
    assert out.read_bytes() == (tmp_path / "whole.npy").read_bytes()


def other_codes(folder: Path, codes: Path, out: Path) -> None:
    numbers = np.load(codes)
    numbers[4, 1] ^= 1
    np.save(codes, numbers)


def longer_codes(folder: Path, codes: Path, out: Path) -> None:
    np.save(codes, np.vstack([np.load(codes)] * 2))


def other_type(folder: Path, codes: Path, out: Path) -> None:
    np.save(codes, np.load(codes).astype(np.int16))


def other_network(folder: Path, codes: Path, out: Path) -> None:
    description = network(dense(3, 2, n=4, length=15))
    for file in folder.iterdir():
        file.unlink()
    write_folder(folder, description, tensors(description))


def damaged_rows(folder: Path, codes: Path, out: Path) -> None:
    partial = unfinished(out)[0]
    content = bytearray(partial.read_bytes())
    content[128 + 8 * 2 * 8] ^= 1  # in row 8 of 9
    partial.write_bytes(content)


def truncated_rows(folder: Path, codes: Path, out: Path) -> None:
    partial = unfinished(out)[0]
    partial.write_bytes(partial.read_bytes()[:-8])


def no_rows(folder: Path, codes: Path, out: Path) -> None:
    unfinished(out)[0].unlink()


def journal_with(**changes):
    def damage(folder: Path, codes: Path, out: Path) -> None:
        journal = unfinished(out)[1]
        journal.write_text(json.dumps(json.loads(journal.read_text()) | changes))

    return damage


def journal_of(content: bytes):
    return lambda folder, codes, out: unfinished(out)[1].write_bytes(content)


DAMAGES = {
    "other codes": (other_codes, "other codes"),
    "longer codes": (longer_codes, "another shape"),
    "codes of another type": (other_type, "another dtype"),
    "another network": (other_network, "another network_sha256"),
    "damaged rows": (damaged_rows, "its rows are not those"),
    "truncated rows": (truncated_rows, "is damaged"),
    "empty journal": (journal_of(b""), "or damaged"),
    "binary journal": (journal_of(bytes(range(256))), "or damaged"),
    "deep journal": (journal_of(b"[" * 100_000), "or damaged"),
    "a list": (journal_of(b"[1]"), "or damaged"),
    "another format": (journal_with(format="x"), "or damaged"),
    "more rows than there are": (journal_with(done=SAMPLES + 1), "or damaged"),
    "negative rows": (journal_with(done=-1), "or damaged"),
    "true rows": (journal_with(done=True), "or damaged"),
    "fewer rows than hashed": (journal_with(done=8), "other codes"),
    "a wrong hash": (journal_with(outputs_sha256="0" * 64), "its rows are not those"),
    "no sum": (journal_with(saturated=None), "or damaged"),
    "made from nothing": (journal_with(made_from={}), "another network_sha256"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_the_journal_of_another_run_is_refused_and_can_be_forgotten(name, folder, codes, tmp_path, capsys):
    damage, words = DAMAGES[name]
    out = tmp_path / "y.npy"
    interrupted(folder, codes, out)
    damage(folder, codes, out)
    before = {path: path.read_bytes() for path in unfinished(out) if path.exists()}
    command = ["infer", folder, "--codes", codes, "--out", out]
    said = refuse(tmp_path, capsys, *command, words=[words, "--restart"])
    assert ".y.npy." in said
    assert {path: path.read_bytes() for path in unfinished(out) if path in before} == before
    assert cli.main([*map(str, command), "--restart"]) == 0
    assert "interrupted" not in capsys.readouterr().out
    assert np.array_equal(np.load(out), oracle.evaluate(folder, np.load(codes)))
    assert not any(path.exists() for path in unfinished(out))


def test_another_engine_does_not_go_on(folder, codes, tmp_path):
    interrupted(folder, codes, tmp_path / "y.npy", engine="packed")
    with pytest.raises(OptionError, match="interrupted run with another engine: packed, now counts"):
        infer_files(folder, tmp_path / "y.npy", codes=codes, engine="counts")


def test_a_journal_without_rows_is_of_a_run_that_has_ended(folder, codes, tmp_path):
    """Its rows got their name, and it did not go any more."""
    interrupted(folder, codes, tmp_path / "y.npy")
    no_rows(folder, codes, tmp_path / "y.npy")
    assert "resumed" not in infer_files(folder, tmp_path / "y.npy", codes=codes)
    assert np.array_equal(np.load(tmp_path / "y.npy"), oracle.evaluate(folder, np.load(codes)))
    assert not any(path.exists() for path in unfinished(tmp_path / "y.npy"))


def test_rows_without_a_journal_are_begun_anew(folder, codes, tmp_path):
    unfinished(tmp_path / "y.npy")[0].write_bytes(b"killed before its first journal" * 1000)
    assert "resumed" not in infer_files(folder, tmp_path / "y.npy", codes=codes)
    assert np.array_equal(np.load(tmp_path / "y.npy"), oracle.evaluate(folder, np.load(codes)))


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
