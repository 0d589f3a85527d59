"""Episodes of a core whose streams may be stopped early: samples with each number of halvings, and with other ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .frames import FrameMaker
from .script import BROKEN_BEATS, HALVED_SAMPLES, Frame, Segment

HALVED_IN_TURN = "streams halved anew with each sample"
"""Name of the segment in which `halvings` changes between samples, without a reset."""


def halvings_segment(halvings: int) -> str:
    """Name of the segment that proves one number of halvings."""
    return f"streams halved {halvings} times"


def halving_episodes(
    maker: FrameMaker, codes: np.ndarray, rows: int, halvings: int, more: Sequence[np.ndarray], more_rows: int
) -> list[Segment]:
    """The segments of a core that may halve its streams so often; of any other, none.

    Args:
        maker: makes the frames.
        codes: samples of the episodes, of which the first `HALVED_SAMPLES` are driven.
        rows: of the main run; behind them and the episodes' are those of the halved streams.
        halvings: how often at most.
        more: further samples of each number of halvings from 1 up.
        more_rows: row of the first of these; the others follow.
    """
    episodes = []
    for k in range(1, halvings + 1):
        first_row = rows + len(codes) + (k - 1) * HALVED_SAMPLES
        further = more[k - 1] if more else codes[:0]
        frames = [frame for row in (*codes[:HALVED_SAMPLES], *further) for frame in maker.good(row)]
        own = [*range(first_row, first_row + HALVED_SAMPLES), *range(more_rows, more_rows + len(further))]
        more_rows += len(further)
        episodes.append(Segment(halvings_segment(k), frames, own, len(own) * maker.beats_out, halvings=k))
    return [*episodes, _in_turn(maker, codes, rows, halvings)] if halvings else []


def _in_turn(maker: FrameMaker, codes: np.ndarray, rows: int, halvings: int) -> Segment:
    """Samples with other halvings each, and no reset between them: up from 0 and back, down and up by one; then behind
    frames of a wrong length, during which others stand on the port.
    """
    turns = [k for each in range(1, halvings + 1) for k in (0, each)]
    turns += [*range(halvings, -1, -1), *range(1, halvings + 1)]
    own: list[int] = []
    frames: list[Frame] = []

    def add(k: int) -> None:
        place = len(own) % HALVED_SAMPLES
        own.append(rows + place + (k and len(codes) + (k - 1) * HALVED_SAMPLES))
        frames.extend(maker.good(codes[place]))

    for k in turns:
        add(k)
    for k in range(halvings, -1, -1):
        for other, beats in (
            ((k + 1) % (halvings + 1), maker.wrong_length),
            ((k or halvings + 1) - 1, maker.beats_in + 1),
        ):
            frames.append(maker.bad(beats))
            turns.append(other | beats << BROKEN_BEATS)
            turns.append(k)
            add(k)
    return Segment(HALVED_IN_TURN, frames, own, len(own) * maker.beats_out, turns=turns)
