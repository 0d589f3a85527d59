"""What stands around a core in a proof: any inputs that keep the rules of its ports, and no others.

AXI4-Stream and AXI4-Lite: what is offered stays until it is accepted. AXI4-Lite: nothing is offered under reset. Of
`halvings`, that it stays while a sample is in work: it changes under reset, and while every frame that came in since
has gone out again.
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
_FRAMES_BITS = 4
"""Of the number of frames that are in a core at a time; more of them count as so many."""


@dataclass
class Environment:
    """The rules, as registers beside a core and its mutant; both see the same inputs."""

    graph: Aig
    reset: int
    """Literal of the reset."""
    _offers: list[tuple[str, str, int, dict[str, tuple[int, int]]]] = field(default_factory=list)
    """Of a channel: what accepts an offer, what offers, whether it was open, and of each bit its register and value."""
    _halvings: dict[str, tuple[int, int]] = field(default_factory=dict)
    _in_frame: int = 0
    _frames: list[int] = field(default_factory=list)

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
        if halvings:
            self._in_frame, self._frames = graph.variable(), [graph.variable() for _ in range(_FRAMES_BITS)]
            works = graph.conjunction(graph.either([self._in_frame, *self._frames]), self.reset ^ 1)
            for name in halvings:
                before = graph.variable()
                inputs[name] = graph.choice(works, before, inputs[name])
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
            self._count_frames(inputs, outputs)

    def _count_frames(self, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> None:
        graph, running = self.graph, self.reset ^ 1
        accepted = graph.conjunction(inputs["s_axis_tvalid"], outputs["s_axis_tready"])
        enters = graph.conjunction(accepted, inputs["s_axis_tlast"])
        departs = graph.conjunction(outputs["m_axis_tvalid"], inputs["m_axis_tready"])
        leaves = graph.conjunction(departs, outputs["m_axis_tlast"])
        begun = graph.choice(accepted, inputs["s_axis_tlast"] ^ 1, self._in_frame)
        graph.latches.append((self._in_frame, graph.conjunction(begun, running), 0))
        up, down = graph.conjunction(enters, leaves ^ 1), graph.conjunction(leaves, enters ^ 1)
        carry, borrow = up, down
        full, empty = 1, graph.either(self._frames) ^ 1
        for bit in self._frames:
            full = graph.conjunction(full, bit)
        for bit in self._frames:
            counted = graph.differ(bit, graph.either([carry, borrow]))
            stays = graph.either([graph.conjunction(up, full), graph.conjunction(down, empty)])
            after = graph.choice(stays, bit, counted)
            graph.latches.append((bit, graph.conjunction(after, running), 0))
            carry, borrow = graph.conjunction(carry, bit), graph.conjunction(borrow, bit ^ 1)
