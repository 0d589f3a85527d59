"""Files and folders are written whole or not at all, wherever a call is cut short; nothing else is touched."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.crash import FAULTS, contents, cut_short

from sc_neurocore.spec import OptionError
from sc_neurocore.spec.files import atomic, temporaries
from sc_neurocore.spec.files.atomic import write_atomic, written_folder

OLD, NEW = {"a": b"old a", "b": b"old b"}, {"a": b"new a", "c": b"new c"}


def write_folder(out: Path, files: dict[str, bytes]) -> None:
    with written_folder(out, replaces=("a", "b", "c")) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)


def test_to_have_names_on_the_disk_leaves_no_file_open(tmp_path):
    before = len(os.listdir("/dev/fd"))
    for _ in range(3):
        atomic.sync_folder(tmp_path)
    assert len(os.listdir("/dev/fd")) == before


@pytest.fixture(params=["exchange", "three steps"])
def exchange(request, monkeypatch):
    """Both ways to exchange folders, the second as on a system without the call."""
    if request.param == "three steps":
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    return request.param


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_is_the_old_or_the_new_one_wherever_it_is_cut_short(fault, exchange, tmp_path):
    out = tmp_path / "deep" / "out"
    write_folder(out, OLD)
    met = []
    for at, status in cut_short(lambda: write_folder(out, NEW), tmp_path, fault):
        met.append(at)
        if exchange == "exchange" or fault != "kill":
            assert contents(out) in (OLD, NEW), (at, status)
        write_folder(out, OLD)  # the next run finds its way from whatever was left
        assert contents(tmp_path) == {f"deep/out/{name}": content for name, content in OLD.items()}
        assert [path.name for path in out.parent.iterdir()] == ["out"]
    assert len(met) >= 5


def test_three_steps_cut_short_are_undone_by_the_next_run(monkeypatch, tmp_path):
    write_folder(tmp_path / "out", OLD)
    os.rename(tmp_path / "out", tmp_path / ".out.replaced.sc-neurocore")  # where a kill between the renames leaves it
    with pytest.raises(RuntimeError, match="stop"), written_folder(tmp_path / "out", replaces=("a", "b")):
        raise RuntimeError("stop")
    assert contents(tmp_path / "out") == OLD


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_is_the_old_or_the_new_one_wherever_it_is_cut_short(fault, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    for at, _ in cut_short(lambda: write_atomic(file, b"new"), tmp_path, fault):
        assert file.read_bytes() in (b"old", b"new"), at
        write_atomic(file, b"old")
        assert os.listdir(tmp_path) == ["file"]


def test_what_is_written_is_on_the_disk_before_it_has_its_name(monkeypatch, tmp_path):
    order = []
    monkeypatch.setattr(os, "fsync", lambda handle: order.append(os.readlink(f"/proc/self/fd/{handle}")))
    rename = os.rename
    monkeypatch.setattr(os, "rename", lambda *names: (order.append("rename"), rename(*names)))
    write_folder(tmp_path / "out", NEW)
    at = order.index("rename")
    assert {Path(each).name for each in order[:at]} >= {"a", "c"}
    assert order[at + 1 :] == [str(tmp_path)]


def test_a_living_process_keeps_what_it_has_not_finished(tmp_path):
    """Two writers at once: each has a temporary folder of its own, and the last to finish gives the result."""
    write_folder(tmp_path / "out", OLD)
    with written_folder(tmp_path / "out", replaces=("a", "b", "c")) as slow:
        write_folder(tmp_path / "out", NEW)
        assert slow.is_dir()
        program = "import sys; from pathlib import Path; from sc_neurocore.spec.files.temporaries import collect; "
        program += "collect(Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", program, tmp_path], check=True)
        assert slow.is_dir()
        (slow / "b").write_bytes(b"slow")
    assert contents(tmp_path / "out") == {"b": b"slow"}
    assert os.listdir(tmp_path) == ["out"]


def test_only_our_own_leftovers_are_collected(tmp_path):
    """And none in a folder that is refused, whatever it holds."""
    ours, other = ".out.01234567.sc-neurocore", ".other.01234567.sc-neurocore"
    theirs = [".out.01234567.tmp", ".out.0123456x.sc-neurocore", "out.01234567.sc-neurocore"]
    for name in (ours, *theirs):
        (tmp_path / name).write_text(name)
    (tmp_path / other).mkdir()
    (tmp_path / ".link.01234567.sc-neurocore").symlink_to(tmp_path / theirs[0])
    os.mkfifo(tmp_path / ".fifo.01234567.sc-neurocore")
    every = sorted(os.listdir(tmp_path))
    with pytest.raises(OptionError, match="holds"):
        write_folder(tmp_path, OLD)
    assert sorted(os.listdir(tmp_path)) == every
    temporaries.collect(tmp_path, tmp_path / "out")
    assert sorted({*every} - {*os.listdir(tmp_path)}) == [ours]
    temporaries.collect(tmp_path)
    assert sorted({*every} - {*os.listdir(tmp_path)}) == [other, ours]


def test_what_is_put_into_a_folder_while_its_successor_is_made_is_not_lost(exchange, tmp_path):
    def write_slowly() -> None:
        with written_folder(tmp_path / "out", ("a", "b")) as folder:
            (folder / "a").write_bytes(b"new")
            (tmp_path / "out" / "notes").write_bytes(b"mine")

    write_folder(tmp_path / "out", OLD)
    with pytest.raises(OptionError, match="it holds 'notes'"):
        write_slowly()
    assert contents(tmp_path) == {f"out/{name}": content for name, content in (OLD | {"notes": b"mine"}).items()}


def test_rights_are_those_of_new_files_here_and_stay(tmp_path):
    write_folder(tmp_path / "out", OLD)
    write_atomic(tmp_path / "file", "text")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain file").write_text("text")
    mode = lambda name: stat.S_IMODE(os.stat(tmp_path / name).st_mode)  # noqa: E731
    assert (mode("out"), mode("file")) == (mode("plain"), mode("plain file"))
    os.chmod(tmp_path / "out", 0o700)
    os.chmod(tmp_path / "file", 0o600)
    write_folder(tmp_path / "out", NEW)
    write_atomic(tmp_path / "file", "other")
    assert (mode("out"), mode("file")) == (0o700, 0o600)


def test_a_long_name_and_an_error_of_the_system(tmp_path):
    write_folder(tmp_path / ("x" * 250), NEW)
    write_atomic(tmp_path / ("y" * 250), "text")
    assert sorted(os.listdir(tmp_path)) == ["x" * 250, "y" * 250]
    for call in (lambda: write_folder(Path("/proc/nope/out"), NEW), lambda: write_atomic("/proc/nope", "text")):
        with pytest.raises(OptionError, match=r"cannot write .*/proc/nope"):
            call()


def test_without_locks_results_are_whole_and_nobody_collects(monkeypatch, tmp_path):
    def none(*_):
        raise OSError(errno.ENOSYS, "no locks here")

    monkeypatch.setattr(fcntl, "flock", none)
    (tmp_path / ".out.01234567.sc-neurocore").mkdir()
    write_folder(tmp_path / "out", OLD)
    write_folder(tmp_path / "out", NEW)
    assert contents(tmp_path / "out") == NEW
    assert sorted(os.listdir(tmp_path)) == [".out.01234567.sc-neurocore", "out"]


@pytest.mark.parametrize("kind", ["file", "fifo", "link", "dangling link"])
def test_what_is_no_folder_is_not_replaced_by_one(kind, tmp_path):
    name, other = tmp_path / "out", tmp_path / "other"
    other.mkdir()
    make = {
        "file": lambda: name.write_text("a thesis"),
        "fifo": lambda: os.mkfifo(name),
        "link": lambda: name.symlink_to(other),
        "dangling link": lambda: name.symlink_to(tmp_path / "nothing"),
    }
    make[kind]()
    for attempt in (lambda: write_folder(name, NEW), lambda: atomic.check_target(name)):
        with pytest.raises(OptionError, match=r"cannot write folder .*out: something that is no folder has this name"):
            attempt()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["other", "out"]


def test_an_error_within_three_steps_is_told_and_undone(tmp_path, monkeypatch):
    write_folder(tmp_path / "out", OLD)
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    rename = os.rename

    def fails_once(source, target):
        if Path(target).name == "out" and Path(source).name != "out" and "replaced" not in Path(source).name:
            raise OSError(errno.EIO, "the disk is gone")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fails_once)
    with pytest.raises(OptionError, match=r"the disk is gone|Input/output error"):
        write_folder(tmp_path / "out", NEW)
    assert contents(tmp_path / "out") == OLD


@pytest.mark.parametrize("kind", ["folder", "fifo", "link", "dangling link", "foreign file"])
def test_what_is_no_file_of_ours_is_not_replaced(kind, tmp_path):
    name, other = tmp_path / "out", tmp_path / "other"
    other.write_text("other")
    make = {
        "folder": name.mkdir,
        "fifo": lambda: os.mkfifo(name),
        "link": lambda: name.symlink_to(other),
        "dangling link": lambda: name.symlink_to(tmp_path / "nothing"),
        "foreign file": lambda: name.write_text("a thesis"),
    }
    make[kind]()
    before = os.lstat(name)
    with pytest.raises(OptionError, match=r"cannot (write|replace) .*out"):
        write_atomic(name, "text", is_ours=lambda head: head.startswith(b"ours"))
    after = os.lstat(name)
    assert (after.st_ino, stat.S_IFMT(after.st_mode)) == (before.st_ino, stat.S_IFMT(before.st_mode))
    assert other.read_text() == "other"
    assert not (tmp_path / "nothing").exists()


def test_the_call_of_the_system_is_used_where_it_is_there(tmp_path, monkeypatch):
    write_folder(tmp_path / "out", OLD)
    monkeypatch.setattr(atomic, "_aside", lambda _: pytest.fail("three steps were taken"))
    monkeypatch.setattr(atomic, "_recover", lambda _: None)
    write_folder(tmp_path / "out", NEW)
    assert contents(tmp_path / "out") == NEW


def test_a_killed_process_leaves_a_scratch_folder_for_the_next_one_to_remove(tmp_path, monkeypatch):
    monkeypatch.setattr(temporaries.tempfile, "tempdir", str(tmp_path))
    child = os.fork()
    if child == 0:
        with temporaries.scratch("sc-cosim") as folder:
            (folder / "left").touch()
            os._exit(0)
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    with temporaries.scratch("sc-synth"):  # another purpose's
        assert left.exists()
    with temporaries.scratch("sc-cosim") as folder:
        assert list(tmp_path.iterdir()) == [folder]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with temporaries.scratch("sc-cosim") as other:  # of a living process
            assert folder.exists()
            assert other != folder
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_with_the_name_of_what_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(temporaries.tempfile, "tempdir", str(tmp_path))
    for place in (lambda: written_folder(tmp_path / "out"), lambda: temporaries.scratch("sc-cosim")):
        expected = ""
        with pytest.raises(OSError, match="No space") as told, place() as folder:  # noqa: PT012 -- the body is the user's
            expected = str(tmp_path / "out" if "out" in folder.name else folder)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        assert told.value.filename == expected
    assert list(tmp_path.iterdir()) == []


class TestKeepingOthers:
    """`keeping_others`: what else a folder holds is not touched."""

    OLD, NEW = ({name: b"%s %s" % (age, name.encode()) for name in each} for age, each in (
        (b"old", ("a.json", "b.json", "c", "d")), (b"new", ("a.json", "c", "e"))
    ))  # fmt: skip

    def write(self, out, files):
        with written_folder(out, replaces=("a.json", "b.json", "c", "d", "e", "part")) as folder:
            for name, content in files.items():
                (folder / name).write_bytes(content)
            (folder / "part").mkdir()
            (folder / "part" / "deep").write_bytes(files["a.json"])

    @pytest.fixture
    def out(self, tmp_path):
        out = tmp_path / "out"
        self.write(out, self.OLD)
        (out / "notes").write_bytes(b"mine")
        (out / ".hidden" / "deep").mkdir(parents=True)
        (out / ".hidden" / "deep" / "file").write_bytes(b"theirs")
        (out / "link").symlink_to("notes")
        (out / "nowhere").symlink_to("missing")
        return out

    def ours(self, out):
        """Contents of our files; the others are as they were."""
        found = {str(each.relative_to(out)): each.read_bytes() for each in out.rglob("*") if each.is_file()}
        others = {"notes": b"mine", ".hidden/deep/file": b"theirs", "link": b"mine"}
        assert {name: found.pop(name) for name in others} == others
        assert (os.readlink(out / "link"), os.readlink(out / "nowhere")) == ("notes", "missing")
        return found

    def whole(self, files):
        return files | {"part/deep": files["a.json"]}

    def test_without_it_the_folder_is_refused_and_stays(self, out):
        with pytest.raises(OptionError, match=r"it holds '.hidden', which is no file of ours.*--force"):
            self.write(out, self.NEW)
        with pytest.raises(OptionError, match="no file of ours"):
            atomic.check_target(out, ("a.json", "b.json", "c", "d", "part"))
        assert self.ours(out) == self.whole(self.OLD)
        assert not atomic.keeps_others()

    def test_with_it_they_stay(self, out):
        kept = [out, out / "notes", out / ".hidden"]
        numbers = [path.stat().st_ino for path in kept]
        with atomic.keeping_others():
            atomic.check_target(out, ("a.json", "b.json", "c", "d", "part"))
            self.write(out, self.NEW)
        assert self.ours(out) == self.whole(self.NEW)
        assert [path.stat().st_ino for path in kept] == numbers, "whoever works in there still does"
        assert os.listdir(out.parent) == ["out"]
        with pytest.raises(OptionError, match="no file of ours"):
            self.write(out, self.OLD)

    def test_what_is_no_folder_is_refused_all_the_same(self, out):
        (out.parent / "file").write_bytes(b"mine")
        (out.parent / "link").symlink_to(out)
        for name in ("file", "link"):
            with atomic.keeping_others(), pytest.raises(OptionError, match="something that is no folder"):
                self.write(out.parent / name, self.NEW)
        assert self.ours(out) == self.whole(self.OLD)

    def test_a_name_that_is_written_and_is_not_ours_is_refused(self, out):
        with (
            atomic.keeping_others(),
            pytest.raises(OptionError, match="'notes' is there and is no file of ours"),
            written_folder(out, ("a.json", "c")) as new,
        ):
            (new / "notes").write_bytes(b"ours")
        assert self.ours(out) == self.whole(self.OLD)

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_description_is_of_what_lies_beside_it_wherever_it_is_cut_short(self, fault, out, tmp_path):
        def write():
            with atomic.keeping_others():
                self.write(out, self.NEW)

        met = 0
        for at, _ in cut_short(write, tmp_path, fault):
            found = self.ours(out)
            for name, content in found.items():
                assert content in (self.whole(self.OLD).get(name), self.whole(self.NEW).get(name)), at
            if "a.json" in found:
                wanted = self.whole(self.OLD if found["a.json"].startswith(b"old") else self.NEW)
                assert found | {"b.json": b""} == wanted | {"b.json": b""}, at
            if "b.json" in found:
                assert found | {"a.json": b""} == self.whole(self.OLD) | {"a.json": b""}, at
            with atomic.keeping_others():
                self.write(out, self.OLD)
            assert self.ours(out) == self.whole(self.OLD), at
            met += 1
        assert met > 5
        write()
        assert self.ours(out) == self.whole(self.NEW)
        assert os.listdir(tmp_path) == ["out"]

    def test_it_ends_with_its_block_and_is_of_its_thread(self):
        with atomic.keeping_others():
            with atomic.keeping_others(False):
                assert atomic.keeps_others()
            with ThreadPoolExecutor(1) as other:
                assert not other.submit(atomic.keeps_others).result()
        assert not atomic.keeps_others()
