"""What stands around a core in a proof: any inputs that keep the rules of its ports, and no others.

AXI4-Stream and AXI4-Lite: what is offered stays until it is accepted. AXI4-Lite: nothing is offered under reset. Of
`halvings`, that it stays while a sample is in work: from its first beat on until a frame of results has gone out. What
is in work cannot be known after a frame of a wrong length, so from then on it may change at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .aig import Aig

_CHANNELS = {
    "s_axis_tvalid": ("s_axis_tready", ("s_axis_tdata", "s_axis_tlast", "s_axis_tuser")),
    "s_axil_awvalid": ("s_axil_awready", ("s_axil_awaddr",)),
    "s_axil_wvalid": ("s_axil_wready", ("s_axil_wdata", "s_axil_wstrb")),
    "s_axil_arvalid": ("s_axil_arready", ("s_axil_araddr",)),
}
"""What accepts an offer, and what must not change before."""
_SILENT_UNDER_RESET = "s_axil_"
_HALVINGS = "halvings"
_PORTS_OF_SAMPLES = ("s_axis_tvalid", "m_axis_tready")


@dataclass
class Environment:
    """The rules, as registers beside a core and its mutant; both see the same inputs."""

    graph: Aig
    reset: int
    """Literal of the reset."""
    _offers: list[tuple[str, str, int, dict[str, tuple[int, int]]]] = field(default_factory=list)
    """Of a channel: what accepts an offer, what offers, whether it was open, and of each bit its register and value."""
    _halvings: dict[str, tuple[int, int]] = field(default_factory=dict)
    _works: int = 0
    """Whether beats have come in since the last frame of results, or the last reset."""
    _wrong: int = 0
    """Whether there was a frame of a wrong length since the last reset."""

    def rule(self, free_inputs: Mapping[str, int]) -> dict[str, int]:
        """The inputs of a clock, where those that are free would break no rule.

        Args:
            free_inputs: by name, with `name[bit]` where they have several.
        """
        inputs = dict(free_inputs)
        graph = self.graph
        for valid, (ready, payload) in _CHANNELS.items():
            if valid not in inputs:
                continue
            if valid.startswith(_SILENT_UNDER_RESET):
                inputs[valid] = graph.conjunction(inputs[valid], self.reset ^ 1)
            is_open = graph.variable()
            stays = graph.conjunction(is_open, self.reset ^ 1)
            inputs[valid] = graph.either([stays, inputs[valid]])
            bits = {}
            for name in inputs:
                if name.partition("[")[0] in payload:
                    before = graph.variable()
                    inputs[name] = graph.choice(stays, before, inputs[name])
                    bits[name] = before, inputs[name]
            self._offers.append((ready, valid, is_open, bits))
        halvings = [name for name in inputs if name.partition("[")[0] == _HALVINGS]
        if halvings and {*_PORTS_OF_SAMPLES} <= {name.partition("[")[0] for name in inputs}:
            self._works, self._wrong = graph.variable(), graph.variable()
            is_known = graph.conjunction(self._wrong ^ 1, self.reset ^ 1)
            stays = graph.conjunction(self._works, is_known)
            for name in halvings:
                before = graph.variable()
                inputs[name] = graph.choice(stays, before, inputs[name])
                self._halvings[name] = before, inputs[name]
        return inputs

    def close(self, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> None:
        """Add the registers, now that the core's outputs are known.

        Args:
            inputs: as `rule` gave them.
            outputs: of the core, by name.
        """
        graph = self.graph
        running = self.reset ^ 1
        for ready, valid, is_open, bits in self._offers:
            waits = graph.conjunction(inputs[valid], outputs[ready] ^ 1)
            graph.latches.append((is_open, graph.conjunction(waits, running), 0))
            graph.latches += [(before, value, 0) for before, value in bits.values()]
        graph.latches += [(before, value, 0) for before, value in self._halvings.values()]
        if self._halvings:
            accepted = graph.conjunction(inputs["s_axis_tvalid"], outputs["s_axis_tready"])
            departs = graph.conjunction(outputs["m_axis_tvalid"], inputs["m_axis_tready"])
            ends = graph.conjunction(departs, outputs["m_axis_tlast"])
            works = graph.either([accepted, graph.conjunction(self._works, ends ^ 1)])
            graph.latches.append((self._works, graph.conjunction(works, running), 0))
            graph.latches.append((self._wrong, graph.conjunction(outputs["frame_error"], running), 0))
