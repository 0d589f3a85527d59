"""The bench on Amaranth's own simulator: the last rung, for machines without any other; it reads no Verilog."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from amaranth.hdl import ClockDomain, Module
from amaranth.sim import Simulator

from ..drivers.axi_lite_load import AxilOutputs
from ..drivers.driver import Driver, Outputs
from ..drivers.ports import AXIL_INPUTS, AXIL_OUTPUTS, HALVINGS, STREAM_VALID
from ..testplan.script import Record, Script

_TELL_EVERY = 2_000  # cycles between two progress lines: a second or two


def simulate_component(script: Script, core: Any, *, progress: Callable[[str], None] | None = None) -> Record:
    """Drive the core's component with `script`; about 1,000 cycles per second for a core of 1,000 products in parallel.

    Args:
        script: what to drive.
        core: a core of `rtl`, not yet elaborated. (Its ports are members of a signature: no static type has them.)
        progress: called with one line now and then.
    """
    driver = Driver(script)
    driver.record.output_bits = len(core.m_axis_tdata) if script.framed else None
    top = Module()
    top.domains.sync = domain = ClockDomain("sync")
    top.submodules.core = core
    frames = max((len(segment.frames) for segment in script.segments), default=0)
    mask = (1 << len(core.s_axis_tdata)) - 1
    over_stream, over_axi_lite = (script.control == name for name in ("stream", "axi-lite"))

    async def bench(ctx: Any) -> None:
        driven: dict[str, int] = {}

        def drive(name: str, value: int, port: Any = None) -> None:
            if driven.get(name) != value:  # after each change the whole design settles
                driven[name] = value
                ctx.set(getattr(core, name) if port is None else port, value)

        while not driver.done:
            inputs = driver.drive()
            drive("rst", inputs.rst, domain.rst)
            if hasattr(core, HALVINGS):
                drive(HALVINGS, driver.halvings)
            drive("s_axis_tvalid", inputs.s_tvalid)
            drive("s_axis_tdata", inputs.s_tdata & mask)
            drive("s_axis_tlast", inputs.s_tlast)
            if script.framed:
                drive("m_axis_tready", inputs.m_tready)
            flags, axil = (0, 0), AxilOutputs()
            if over_stream:
                drive("s_axis_tuser", inputs.s_tuser)
                flags = ctx.get(core.loaded), ctx.get(core.load_error)
            if over_axi_lite:
                for name, value in zip(AXIL_INPUTS, inputs.axil, strict=True):
                    drive(name, value)
                if driver.loads_over_axi_lite:
                    axil = AxilOutputs(*(ctx.get(getattr(core, name)) for name in AXIL_OUTPUTS))
            valid = ctx.get(core.m_axis_tvalid) if script.framed else 0
            data, tlast = (ctx.get(core.m_axis_tdata), ctx.get(core.m_axis_tlast)) if valid else (None, None)
            contract = (ctx.get(core.s_axis_tready), valid, data, tlast, ctx.get(core.frame_error))
            streams = ()
            if script.streams is not None and ctx.get(getattr(core, STREAM_VALID)):
                streams = (1, sum(ctx.get(getattr(core, name)) << i for i, name in enumerate(script.streams)))
            driver.observe(Outputs(*contract, *flags, axil, *streams))
            if progress is not None and driver.record.cycles % _TELL_EVERY == 0:
                progress(f"cosim: {driver.frames_sent} of {frames} frames, {driver.record.cycles:,} cycles")
            await ctx.tick()

    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    wall, cpu = time.perf_counter(), time.process_time()
    simulator.run()
    driver.record.seconds, driver.record.cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    return driver.record
