"""When what happens in a core of layers, without stalls on its ports: exact clocks, with no gate built.

Each stage of a core takes rows (a vector is one) from the one before and hands rows on. Its clocks depend on when rows
came, and on when the next stage let older rows go. So stages are followed on demand: asked when a row may be written, a
sink first follows itself as far as that depends on; what it needs for that lies in the rows before.

The recurrences are those of `FrameReader`, `ElementBuffer`, `RowSequencer`, `WindowReader`, `WindowBuffer`,
`WindowSequencer`, `FoldedLayer`, `PoolLayer`, `TimeStepAccumulator`, `FrameWriter` and `MapWriter`. A time is the first
clock in which a flag is seen.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque

from ..components.activation.time_step_accumulator import TimeStepAccumulator
from .folded_layers import FoldedLayerNumbers, group_clocks
from .windows import PoolNumbers, WindowNumbers, held_windows

START = 0
"""The first clock after reset."""


class Sink(ABC):
    """What takes rows."""

    def __init__(self) -> None:
        self.came: list[int] = []
        """Of each row when it is there."""

    @abstractmethod
    def vacant(self) -> int:
        """When the next row may be reserved."""

    def take(self, clock: int) -> None:
        """The next row is there at this clock."""
        self.came.append(clock)

    @property
    def last(self) -> int:
        """When the row before the next one came."""
        return self.came[-1] if self.came else START


class FrameOutput(Sink):
    """`FrameWriter`: a row is a frame of `length` beats."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length
        self.sent: list[tuple[int, int]] = []
        """Of each frame the clock of the first beat, and the first after the last."""

    def vacant(self) -> int:
        return self.sent[-1][1] if self.sent else START

    def take(self, clock: int) -> None:
        super().take(clock)
        self.sent.append((clock, clock + self.length))


class MapOutput(Sink):
    """`MapWriter`: a frame of several rows.

    Args:
        rows: of a frame.
        elements: of a row.
        capacity: rows that wait at most.
    """

    def __init__(self, rows: int, elements: int, capacity: int) -> None:
        super().__init__()
        self.rows, self.elements, self.capacity = rows, elements, capacity
        self.fetched: list[int] = []
        """Of each row the first clock in which nothing of it is fetched any more."""
        self.sent: list[tuple[int, int]] = []

    def vacant(self) -> int:
        behind = len(self.came) - self.capacity
        return max(self.last, self.fetched[behind] if behind >= 0 else START)

    def take(self, clock: int) -> None:
        begins = max(clock, self.fetched[-1] if self.fetched else START)
        if len(self.came) % self.rows == 0:
            self.sent.append((begins + 1, 0))
        super().take(clock)
        self.fetched.append(begins + self.elements)
        if len(self.came) % self.rows == 0:
            self.sent[-1] = self.sent[-1][0], begins + self.elements + 1


class StepSum(Sink):
    """`TimeStepAccumulator` before another sink.

    Args:
        after: what takes the sums.
        rows: of a step.
        steps: of a sample.
    """

    def __init__(self, after: Sink, rows: int, steps: int) -> None:
        super().__init__()
        self.after, self.rows, self.steps = after, rows, steps

    @property
    def _is_last(self) -> bool:
        return len(self.came) // self.rows % self.steps == self.steps - 1

    def vacant(self) -> int:
        return max(self.last, self.after.vacant()) if self._is_last else self.last

    def take(self, clock: int) -> None:
        clock += TimeStepAccumulator.latency
        if self._is_last:
            self.after.take(clock)
        super().take(clock)


class Stage(Sink):
    """A layer with what waits before it; `advance` follows it through its next row of outputs."""

    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self.sink = sink

    @abstractmethod
    def advance(self) -> None:
        """Follow the stage through one row of outputs; the rows that it needs have come."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether the rows that its next row of outputs needs have come."""

    def run(self) -> None:
        """Follow it as far as what came takes it."""
        while self.ready():
            self.advance()


class VectorFlow(Stage):
    """A dense layer behind its buffer.

    Args:
        numbers: of the layer.
        sink: what takes its results.
        rows: that a vector comes in.
        reads: how often a vector is used.
        halvings: how often streams are halved.
    """

    def __init__(self, numbers: FoldedLayerNumbers, sink: Sink, rows: int, reads: int, halvings: int) -> None:
        super().__init__(sink)
        self.numbers, self.rows, self.reads, self.halvings = numbers, rows, reads, halvings
        self.read: list[int] = []
        """Of each vector when its buffer is vacant again."""
        self.free, self.passes = START, 0

    def vacant(self) -> int:
        vector, row = divmod(len(self.came), self.rows)
        if row or not vector:
            return self.last
        while len(self.read) < vector:
            self.advance()
        return max(self.last, self.read[vector - 1])

    def ready(self) -> bool:
        return len(self.came) >= (self.passes // self.reads + 1) * self.rows

    def advance(self) -> None:
        full = self.came[(self.passes // self.reads + 1) * self.rows - 1]
        begin = max(full, self.free) + 1
        vacancy, stream_end, handover = self.numbers.passes(begin, self.sink.vacant(), self.halvings)
        self.passes += 1
        if self.passes % self.reads == 0:
            self.read.append(vacancy)
        self.sink.take(handover)
        self.free = max(stream_end, self.sink.last)


class MapFlow(Stage):
    """Base: a layer behind the memory of a map and the walk over its windows."""

    def __init__(self, windows: WindowNumbers, sink: Sink) -> None:
        super().__init__(sink)
        self.windows = windows
        self.released: list[int] = []
        """Of each unit, a row or a whole map, when it is seen to be gone."""
        self.row, self.base, self.read, self.ending = 0, 0, 0, False
        self.clock = START
        """The first clock in which rows may move on."""

    def vacant(self) -> int:
        behind = len(self.came) - self.windows.units
        while behind >= len(self.released):
            if self.ending:
                self._end_map()
            else:
                self.advance()
        return max(self.last, self.released[behind] if behind >= 0 else START)

    @property
    def _units_gone(self) -> int:
        """Units of the maps before this one."""
        return len(self.released) - self.base * self.windows.by_rows

    def _end_map(self) -> None:
        """Release the rows of the map that came and that no window sees any more."""
        gone, rows = self._units_gone, self.windows.in_shape[0]
        self._release(gone, min(rows, len(self.came) - gone))
        if self.base == rows:
            self.base, self.clock, self.ending = 0, self.clock + 1, False

    def ready(self) -> bool:
        if self.ending:
            self._end_map()
        if self.ending:
            return False
        row = self.windows.last_row(self.row) if self.windows.by_rows else 0
        return len(self.came) > self._units_gone + row

    def _begin(self) -> int:
        """When the next row of outputs may begin, were there room: rows have moved on, and all it needs has come."""
        if self.ending:
            self._end_map()
        windows, gone = self.windows, self._units_gone
        target = max(0, windows.first_row(self.row))
        if not windows.by_rows:
            clock, self.base = self.clock + target - self.base, target
            return max(clock, self.came[gone])
        self._release(gone, target)
        return max(self.clock, self.came[gone + windows.last_row(self.row)])

    def _release(self, gone: int, target: int) -> None:
        while self.base < target:
            self.clock = max(self.clock, self.came[gone + self.base]) + 1
            self.released.append(self.clock)
            self.base += 1

    def _row_over(self, clock: int) -> None:
        """The last element of a row of outputs was asked for in this clock."""
        windows = self.windows
        self.row, self.clock = self.row + 1, clock + 1
        if self.row < windows.out_rows:
            return
        self.row = 0
        if windows.by_rows:
            self.ending = True
            return
        self.base, self.clock, self.read = 0, clock + 2, (self.read + 1) % windows.reads
        if self.read == 0:
            self.released.append(self.clock)


class PoolFlow(MapFlow):
    """A pool."""

    def __init__(self, numbers: PoolNumbers, sink: Sink) -> None:
        super().__init__(numbers.windows, sink)
        self.numbers = numbers

    def advance(self) -> None:
        granted = max(self._begin(), self.sink.vacant()) + 1
        end = granted + self.windows.windows * self.windows.inputs
        self.sink.take(end + 3 + self.numbers.latency)
        self._row_over(end)


class ConvolutionFlow(MapFlow):
    """A layer of neurons on windows."""

    def __init__(self, numbers: FoldedLayerNumbers, sink: Sink) -> None:
        assert numbers.windows is not None
        super().__init__(numbers.windows, sink)
        self.numbers = numbers
        folding = numbers.folding
        self.period = group_clocks(numbers.clocks, folding.processing_elements)
        self.in_last_group = folding.neurons_of_part - (folding.groups_of_part - 1) * folding.processing_elements
        self.left: deque[int] = deque(maxlen=held_windows(numbers.layer.inputs, addressed=numbers.addressed))
        """The last positions of the windows before, as many as are held."""
        self.free = self.asked = START
        """When the sequencer may look for work; the last clock in which an element was asked for."""

    def _window(self, asks: int) -> int:
        """When the next window is full that may begin to come at this clock."""
        room = self.left[0] + 1 if len(self.left) == self.left.maxlen else START
        self.asked = max(asks, room) + self.windows.inputs
        complete = self.asked + 3
        if self.numbers.addressed:
            return complete
        return max(complete, self.left[-1] + 2 if self.left else START) + 1

    def advance(self) -> None:
        numbers, folding, sink = self.numbers, self.numbers.folding, self.sink
        groups, period = folding.groups_of_part, self.period
        full = self._window(self._begin())
        begin = max(full, self.free) + 1
        granted = max(begin, sink.vacant())
        end = begin + period - 1
        for window in range(self.windows.windows):
            if window:
                end = max(end, granted, self._window(self.asked)) + period
            if groups > 1:
                end = max(end, granted) + (groups - 1) * period
            self.left.append(end)
        handed = end + numbers.total_latency + 1
        if groups == self.windows.windows == 1:
            handed = max(handed, granted + 1)
        sink.take(handed + self.in_last_group + numbers.result_latency)
        self.free = max(max(end, granted) + 1, sink.last)
        self._row_over(self.asked)
