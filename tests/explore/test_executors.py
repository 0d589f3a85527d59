"""Tasks in processes and on a Dask cluster: the same results, a lost worker's done again, other versions refused."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sc_neurocore.explore import executors
from sc_neurocore.explore.executors import WorkerError, executor_at, results, run_as, version
from sc_neurocore.spec import MissingExtraError, OptionError, ToolError


def square(task: tuple[str, int]) -> int:
    return task[1] ** 2


def die_once(task: tuple[str, int]) -> int:
    """The first process that takes task 1 is killed within it; whoever takes it again is not."""
    folder, number = task
    if number == 1:
        mark = Path(folder) / "died"
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return number**2


def always_die(task: tuple[str, int]) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def another_version(task: tuple[str, int]) -> tuple[str, ...]:
    return ("0", "other", "3.11", "2")


TASKS = [("", i) for i in range(6)]


def values(found):
    return sorted((task[1], value) for task, value in found)


@pytest.mark.parametrize("workers", [0, 2])
def test_all_tasks_have_their_results(workers):
    assert values(results(TASKS, square, workers=workers)) == [(i, i * i) for i in range(6)]


def test_a_killed_process_has_its_tasks_done_again(tmp_path):
    tasks, said = [(str(tmp_path), i) for i in range(5)], []
    found = values(results(tasks, die_once, workers=2, say=said.append))
    assert found == [(i, i * i) for i in range(5)]
    assert (tmp_path / "died").exists()
    assert len(said) == 1
    assert said[0].startswith("a process was lost")


def test_processes_that_are_always_lost_end_the_work():
    with pytest.raises(WorkerError, match="3 pools in a row"):
        list(results([("", 0), ("", 1)], always_die, workers=1))


def test_a_worker_of_another_version_refuses_its_task():
    other = ("0.0", *version()[1:])
    with pytest.raises(WorkerError, match="install one version"):
        run_as(square, ("", 1), other)
    assert run_as(square, ("", 3), version()) == 9


def test_the_version_changes_with_the_source(tmp_path, monkeypatch):
    package = tmp_path / "package"
    (package / "explore").mkdir(parents=True)
    (package / "explore" / "executors.py").write_text("one")
    monkeypatch.setattr(executors, "__file__", str(package / "explore" / "executors.py"))
    before = version.__wrapped__()
    (package / "explore" / "executors.py").write_text("two")
    assert version.__wrapped__() != before


def test_an_executor_is_handed_on():
    with ThreadPoolExecutor(1) as pool, executor_at(pool) as same:
        assert same is pool
        assert values(results(TASKS, square, executor=same)) == [(i, i * i) for i in range(6)]
    with executor_at(None) as none:
        assert none is None


@pytest.mark.parametrize("name", ["dask:", "ray:here", "", 4])
def test_other_executors_are_refused(name):
    with pytest.raises(OptionError, match="executor must be dask:ADDRESS"), executor_at(name):
        pass


def test_without_dask_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises((MissingExtraError, ModuleNotFoundError)), executor_at("dask:tcp://127.0.0.1:1"):
        pass


@pytest.fixture(scope="module")
def cluster():
    """A scheduler, and two workers in processes of their own."""
    distributed = pytest.importorskip("distributed", reason="the cluster extra is not installed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(host="127.0.0.1", **options) as made:
        yield made


def test_a_cluster_does_the_same(cluster):
    with executor_at(f"dask:{cluster.scheduler_address}") as executor:
        assert values(results(TASKS, square, executor=executor)) == [(i, i * i) for i in range(6)]


def test_a_killed_worker_of_a_cluster_has_its_tasks_done_again(cluster, tmp_path):
    tasks = [(str(tmp_path), i) for i in range(5)]
    with executor_at(f"dask:{cluster.scheduler_address}") as executor:
        assert values(results(tasks, die_once, executor=executor)) == [(i, i * i) for i in range(5)]
    assert (tmp_path / "died").exists()


def test_a_cluster_of_another_version_is_refused(cluster, monkeypatch):
    monkeypatch.setattr(executors, "version", lambda: ("another", "source", "3.11", "2.4"))
    with pytest.raises(WorkerError, match="install one version everywhere"):
        executors._check_workers({"tcp://a": version()}, "here")
    with pytest.raises(WorkerError, match="has no worker"):
        executors._check_workers({}, "here")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "no address"])
def test_nobody_at_the_address_is_said(address, monkeypatch):
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    monkeypatch.setattr(executors, "PATIENCE", 1)
    with pytest.raises(ToolError, match="no Dask scheduler answers"), executor_at(f"dask:{address}"):
        pass
