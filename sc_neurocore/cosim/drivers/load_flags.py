"""What `loaded` and `load_error` of a core that is loaded over the input stream must show, clock for clock.

`harness/load_flags.hpp` holds it once more: a change here is a change there.
"""

from __future__ import annotations

from .axi_lite_load import NOT_REFUSED, NOT_WHOLE

NO_WORD = "loaded must stay and load_error be 1 after a load of less than a word"
NOT_KEPT = "loaded must stay as the last load left it, over resets, too"
BEGUN = "loaded must be 0 from the first word of a load to its end"
STAYS = "load_error must stay as the last load left it, until a whole load or a reset"
CLEARED = "load_error must be 0 after a reset"
_WORD = 4  # beats
_WATCHED = 2


class LoadFlags:
    """Follows the beats of loads and the resets; says what is wrong once, and then nothing up to the next load."""

    def __init__(self) -> None:
        self._loaded: int | None = None  # None: nobody knows
        self._error: int | None = None
        self._beats = 0  # of the load that comes in, not counted beyond a word
        self._ended, self._if_error = "", STAYS
        self.fresh = 0
        """Clocks that must be watched, because a flag may just have changed."""

    def reset(self) -> None:
        """A clock under reset: the flags are not looked at."""
        self._error, self._beats = 0, 0
        self._ended, self._if_error = "", CLEARED

    def accept(self, last: int, good: bool) -> None:
        """A beat of a load is taken.

        Args:
            last: whether the load ends with it.
            good: whether it is a whole one then.
        """
        self._beats = min(self._beats + 1, _WORD)
        if self._beats == _WORD:
            self._loaded = 0
        if last:
            self._loaded = int(good) if self._beats == _WORD else self._loaded
            self._error = int(not good)
            self._ended = NOT_WHOLE if good else NOT_REFUSED if self._beats == _WORD else NO_WORD
            self._beats, self._if_error = 0, STAYS
        self.fresh = _WATCHED

    def observe(self, loaded: int | None, error: int | None) -> str:
        """What is wrong with the flags in this clock, or nothing.

        Args:
            loaded: what the port shows; None for X.
            error: likewise.
        """
        ended, self._ended = self._ended, ""
        self.fresh -= self.fresh > 0
        is_kept = self._loaded in (None, loaded)
        if is_kept and self._error in (None, error):
            return ""
        within = BEGUN if self._beats == _WORD else NOT_KEPT
        self._loaded = self._error = None
        return ended or (self._if_error if is_kept else within)
