"""What a run says of itself while it trains: loss and accuracy of each epoch, and a line now and then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from ..spec.errors import OptionError

Progress = Callable[[str], None]
"""Takes one line."""

REPORT_SECONDS = 2.0
"""At most one progress line in this time, beside the first and the last."""


class History:
    """Means over each epoch's training batches, with the input noise on, rounded to six digits.

    Where samples are held out, the accuracy on these after each epoch too.

    Args:
        epochs: epochs of the whole run.
        say: takes the lines.
        values: `loss` and `accuracy` of the epochs before a resumption; None: a run from its start.
    """

    def __init__(self, epochs: int, say: Progress, values: dict[str, list[float]] | None = None) -> None:
        self.values: dict[str, list[float]] = values or {"loss": [], "accuracy": []}
        self._epochs, self._say = epochs, say
        self._start, self._last_line = time.monotonic(), -math.inf

    def add(self, loss: float, accuracy: float, validation: float | None = None) -> None:
        """Take one epoch's means.

        Args:
            loss: over the batches.
            accuracy: over the batches, 0 … 1.
            validation: on the samples held out; None: there are none.

        Raises:
            OptionError: the loss is not finite.
        """
        epoch = len(self.values["loss"]) + 1
        if not math.isfinite(loss):
            raise OptionError(f"training diverged in epoch {epoch} (loss {loss}); take a smaller learning_rate")
        self.values["loss"].append(round(loss, 6))
        self.values["accuracy"].append(round(accuracy, 6))
        held_out = ""
        if validation is not None:
            self.values.setdefault("validation", []).append(round(validation, 6))
            held_out = f"  held out {100 * validation:.2f} %"
        now = time.monotonic()
        if epoch in (1, self._epochs) or now - self._last_line > REPORT_SECONDS:
            self._last_line = now
            self._say(
                f"epoch {epoch}/{self._epochs}  loss {loss:.4f}  training accuracy {100 * accuracy:.2f} %{held_out}"
                f"  {now - self._start:.1f} s"
            )


def kept_epoch(history: Mapping[str, Sequence[float]], first: int = 0) -> int:
    """The epoch, from 0, whose parameters a run keeps: the last, or the one that does best on the samples held out.

    Of equals the latest is kept: it was trained longest.

    Args:
        history: a run's values.
        first: no epoch before it is kept, but where there is none yet.
    """
    held_out = history.get("validation", ())
    epochs = range(min(first, len(held_out) - 1), len(held_out)) if held_out else ()
    return max(epochs, key=lambda epoch: (held_out[epoch], epoch), default=len(history["loss"]) - 1)
