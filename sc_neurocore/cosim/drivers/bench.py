"""The cocotb bench: a simulator's side of the `Driver`. It records what comes out and judges nothing.

Inputs change at falling edges, outputs are read when they have settled after that; so no simulator's order of events at
the rising edge matters, and outputs that depend on inputs within the cycle are seen as the core's registers see them.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.simtime import get_sim_time
from cocotb.triggers import FallingEdge, First, ReadOnly, RisingEdge, Timer

from sc_neurocore.cosim.drivers.axi_lite_load import AxilOutputs
from sc_neurocore.cosim.drivers.driver import Driver, Inputs, Outputs
from sc_neurocore.cosim.drivers.ports import (
    AXIL_INPUTS,
    AXIL_OUTPUTS,
    HALVINGS,
    STREAM_INPUTS,
    STREAM_VALID,
    needed_ports,
)
from sc_neurocore.cosim.testplan.script import Script

_PERIOD = 10  # steps of simulated time; any even number
_BEAT = 128  # watched cycles between two signs of life
_SLEEP_AT_MOST = 1024  # unwatched ones: a wide core on a slow simulator takes seconds for them


@cocotb.test()
async def drive(dut: Any) -> None:
    """Run the script in `SC_COSIM_FOLDER` and leave the record there."""
    folder = Path(os.environ["SC_COSIM_FOLDER"])
    script = Script.from_json((folder / "script.json").read_text())
    driver = Driver(script)
    missing = [port for port in needed_ports(script) if not hasattr(dut, port)]
    if missing:
        driver.stop(f"the top module lacks the port {missing[0]}")
    else:
        driver.record.output_bits = _width(dut.m_axis_tdata) if script.framed else None
        wall, cpu = time.perf_counter(), time.process_time()
        await _run(dut, driver, folder, script)
        driver.record.seconds, driver.record.cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    (folder / "record.json").write_text(driver.record.to_json())


async def _run(dut: Any, driver: Driver, folder: Path, script: Script) -> None:
    control = script.control
    clock = dut.clk
    clock.value = 0
    Clock(clock, _PERIOD, unit="step").start(start_high=False)
    mask = (1 << _width(dut.s_axis_tdata)) - 1
    ports = [dut.rst, dut.s_axis_tvalid, dut.s_axis_tdata, dut.s_axis_tlast]
    ports += [dut.m_axis_tready] if script.framed else []
    # also those of a control port that the script does not use
    for name in (*STREAM_INPUTS, *AXIL_INPUTS, HALVINGS):
        if hasattr(dut, name):
            getattr(dut, name).value = 0
    ports += [dut.s_axis_tuser] if control == "stream" else []
    axil = [getattr(dut, name) for name in AXIL_INPUTS] if control == "axi-lite" else []
    falling, settled = FallingEdge(clock), ReadOnly()
    wakers = [RisingEdge(dut.s_axis_tready)]
    wakers += [RisingEdge(dut.m_axis_tvalid)] if script.framed else []
    halvings = getattr(dut, HALVINGS) if hasattr(dut, HALVINGS) else None
    driven: Inputs | None = None
    halved = 0
    watched = 0
    while not driver.done:
        await falling
        inputs = driver.drive()
        if halvings is not None and driver.halvings != halved:
            halvings.value = halved = driver.halvings
        if inputs != driven:
            for i, port in enumerate(ports):
                if driven is None or inputs[i] != driven[i]:
                    port.value = inputs[i] & mask if i == 2 else inputs[i]
            for i, port in enumerate(axil):
                if driven is None or inputs.axil[i] != driven.axil[i]:
                    port.value = inputs.axil[i]
            driven = inputs
        await settled
        outputs = _outputs(dut, script, driver.loads_over_axi_lite)
        driver.observe(outputs if script.streams is None else outputs._replace(**_streams(dut, script.streams)))
        watched += 1
        if watched % _BEAT == 0:
            _sign_of_life(driver, folder)
        spare = min(driver.spare(), _SLEEP_AT_MOST)
        if spare > 1:
            before = get_sim_time("step")
            # Half a period and a bit more than the spare cycles, so that the next falling edge is the right one.
            await First(*wakers, Timer(spare * _PERIOD + _PERIOD // 4, unit="step"))
            driver.skip(int(get_sim_time("step") - before) // _PERIOD)
            _sign_of_life(driver, folder)


def _sign_of_life(driver: Driver, folder: Path) -> None:
    (folder / "life.json").write_text(json.dumps({"cycles": driver.record.cycles, "frames": driver.frames_sent}))


def _streams(dut: Any, names: list[str]) -> dict[str, int | None]:
    """What the driver sees of a circuit's streams."""
    if not (valid := _bit(getattr(dut, STREAM_VALID))):
        return {"stream_valid": valid}
    bits = [_bit(getattr(dut, name)) for name in names]
    word = None if None in bits else sum(bit << i for i, bit in enumerate(bits) if bit)
    return {"stream_valid": valid, "stream_word": word}


def _outputs(dut: Any, script: Script, loads_over_axi_lite: bool) -> Outputs:
    control = script.control
    valid = _bit(dut.m_axis_tvalid) if script.framed else 0
    data, last = (_word(dut.m_axis_tdata), _bit(dut.m_axis_tlast)) if valid else (None, None)
    contract = (_bit(dut.s_axis_tready), valid, data, last, _bit(dut.frame_error))
    if control == "stream":
        return Outputs(*contract, _bit(dut.loaded), _bit(dut.load_error))
    if loads_over_axi_lite:
        return Outputs(*contract, axil=AxilOutputs(*(_word(getattr(dut, name)) for name in AXIL_OUTPUTS)))
    return Outputs(*contract)


def _bit(handle: Any) -> int | None:
    try:
        return int(handle.value)
    except ValueError:  # X or Z
        return None


def _word(handle: Any) -> int | None:
    value = handle.value
    try:
        return value.to_unsigned() if hasattr(value, "to_unsigned") else int(value)
    except ValueError:
        return None


def _width(handle: Any) -> int:
    try:
        return len(handle)
    except TypeError:  # a port of one bit has no length
        return 1
