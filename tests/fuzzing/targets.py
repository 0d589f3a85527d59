"""All that is attacked."""

from __future__ import annotations

from .artifacts import ARTIFACTS
from .calls import CALLS
from .commands import COMMANDS
from .foreign import FOREIGN
from .readers import READERS

TARGETS = {**COMMANDS, **CALLS, **READERS, **ARTIFACTS, **FOREIGN}
