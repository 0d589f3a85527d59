"""Slices by a few threads: the same results, errors after all have ended, no lock by nesting, and none after a fork."""

from __future__ import annotations

import multiprocessing
import threading
import time

import numpy as np
import pytest

from sc_neurocore.accel import threads


@pytest.fixture
def three(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")


def filled(total, step):
    out = np.zeros(total, dtype=int)

    def work(start, stop):
        out[start:stop] += np.arange(start, stop)

    threads.for_slices(work, total, step)
    return out


def test_every_slice_is_worked_on_once(three):
    for total, step in ((10, 3), (1, 5), (0, 4), (64, 1)):
        assert np.array_equal(filled(total, step), np.arange(total))


def test_an_error_comes_after_all_slices_that_began_have_ended(three):
    running, ended = [], []

    def work(start, stop):
        running.append(start)
        if start == 0:
            raise ValueError("of the first slice")
        time.sleep(0.02)
        ended.append(start)

    with pytest.raises(ValueError, match="of the first slice"):
        threads.for_slices(work, 6, 1)
    assert sorted(ended) == sorted(set(running) - {0})


def test_slices_within_slices_do_not_wait_for_themselves(three):
    seen = []
    threads.for_slices(lambda i, j: threads.for_slices(lambda k, _: seen.append((i, k)), 4, 1), 4, 1)
    assert len(seen) == len(set(seen)) == 16


def test_one_pool_serves_any_number_of_slices(three):
    threads._pool.cache_clear()
    for total in (2, 5, 3, 9):
        filled(total, 1)
    assert threads._pool.cache_info().misses == 1


def test_a_forked_process_has_threads_of_its_own(three):
    filled(8, 1)
    assert threading.active_count() > 1
    context = multiprocessing.get_context("fork")
    child = context.Process(target=filled, args=(8, 1))
    child.start()
    child.join(20)
    ended = child.exitcode
    child.kill()  # one that waits for threads it has not would keep this process
    assert ended == 0
