"""`FakeCore` with weights that are loaded over one of the two control ports, with faults on request."""

from __future__ import annotations

from support.cores.fake_core import FakeCore

from sc_neurocore.cosim.drivers.axi_lite_load import AxilOutputs
from sc_neurocore.cosim.drivers.driver import Inputs, Outputs


class FakeLoadable(FakeCore):
    """Answers with `answer(frame, weights)`; an image is all weights, from address 0 up."""

    def __init__(self, features, answer, weights, *, control, latency=4, fault=None):
        self.weights, self.control, self.loaded = list(weights), control, 1
        self.configured = list(weights)
        super().__init__(features, lambda frame: answer(frame, self.weights), latency=latency, fault=fault)

    def reset(self):
        super().reset()
        keeps, brings = self.fault == "keeps load_error", self.fault == "a reset brings weights"
        error = keeps and getattr(self, "load_error", 0)
        self.loaded |= brings and bool(getattr(self, "in_load", 0))
        self.bytes, self.in_frame, self.in_load = [], 0, 0
        self.loading = self.taken = self.address = 0
        self.load_error, self.ended = int(error), False
        self.write_address = self.write_data = self.write_reply = self.read_reply = None
        self.read_data = 0
        if self.fault == "forgets on reset":
            self.weights = list(self.configured)

    @property
    def idle(self):
        busy = self.waiting is not None or self.out or self.frame or self.skipping
        return int(self.fault == "idle at once" or (not busy and self.fault != "never idle"))

    def outputs(self, inputs: Inputs) -> Outputs:
        base = super().outputs(inputs)
        if self.control == "stream":
            ready = self.idle if self._is_load(inputs) else int(base.s_tready or not self.loaded)
            error = self.load_error and (self.ended or self.fault != "load_error is a pulse")
            return Outputs(ready, *base[1:5], int(self.loaded), int(error))
        free = self.frame or self.skipping or not (self.loading or not self.loaded)
        axil = AxilOutputs(
            awready=int(self.write_address is None),
            wready=int(self.write_data is None),
            bvalid=int(self.write_reply is not None),
            bresp=self.write_reply or 0,
            arready=int(self.read_reply is None),
            rvalid=int(self.read_reply is not None),
            rdata=self.read_data,
            rresp=self.read_reply or 0,
        )
        return Outputs(int(bool(base.s_tready and free)), *base[1:5], axil=axil)

    def edge(self, inputs: Inputs, outputs: Outputs):
        if inputs.rst:
            super().edge(inputs, outputs)
            return
        if self.control == "axi-lite":
            self._axil(inputs.axil, outputs.axil)
            super().edge(inputs, outputs)
            return
        accepted = inputs.s_tvalid and outputs.s_tready
        self.ended = False
        is_load = self._is_load(inputs)
        own = accepted and (is_load or not self.loaded)
        super().edge(inputs._replace(s_tvalid=0) if own else inputs, outputs)
        if accepted:
            self.in_frame, self.in_load = int(not inputs.s_tlast), int(is_load)
        if own and is_load:
            self._byte(inputs)
        elif own:
            self.error = 1

    def _is_load(self, inputs):
        return bool(self.in_load if self.in_frame else inputs.s_tuser)

    def _byte(self, inputs):
        self.bytes.append(inputs.s_tdata & 255)
        if len(self.bytes) == 4:
            self._word(int.from_bytes(bytes(self.bytes), "little"))
            self.bytes = []
        if inputs.s_tlast:
            self._end()

    def _word(self, word):
        self.loaded = 0
        if word >> 31:
            self.address = word & 0x7FFFFFFF
            return
        if self.address < len(self.weights) and self.fault != "ignores loads":
            self.weights[self.address] = word - 2**31 if word >> 30 else word
        self.address += 1
        self.taken += 1

    def _end(self):
        if self.fault == "less than a word" and not self.taken and self.bytes:
            self.loaded = 0
        taken = self.taken % 32 if self.fault == "counts in five bits" else self.taken
        good = (taken == len(self.weights) and not self.bytes) or self.fault == "takes half"
        self.load_error = int(not good)
        self.error |= not good and self.fault == "blames the frame"
        if good and self.fault != "never loaded":
            self.loaded = 1
        self.ended = True
        self.address = self.taken = self.loading = 0
        self.bytes = []

    def _axil(self, inputs, outputs):
        if outputs.bvalid and inputs.bready:
            self.write_reply = None
        if outputs.rvalid and inputs.rready:
            self.read_reply = None
        if self.write_address is not None and self.write_data is not None and self.write_reply is None:
            self.write_reply = self._write(self.write_address, self.write_data)
            self.write_address = self.write_data = None
        if inputs.awvalid and outputs.awready:
            self.write_address = inputs.awaddr
        if inputs.wvalid and outputs.wready:
            self.write_data = inputs.wdata
        if inputs.arvalid and outputs.arready:
            self.read_reply = 2 if self.fault == "refuses reads" else 0
            flags = (self.idle, self.loading, self.loaded, self.load_error)
            self.read_data = sum(flag << i for i, flag in enumerate(flags))

    def _write(self, address, data):
        if address == 0x44 and data == 1:
            self.loading, self.taken, self.address = 1, 0, 0
        elif address == 0x44:
            self._end()
        elif self.loading and self.idle:
            self._word(data)
        else:
            return 2
        return 2 if self.fault == "refuses writes" else 0
