"""The AXI4-Lite port, the registers behind it, and whole cores that become other networks over either control port."""

from __future__ import annotations

import random

import cocotb
from cocotb.triggers import Combine, ReadOnly
from drivers import AxiLiteMaster, Part, Ports, StreamSink, StreamSource, start
from parts import HASH, make_parts, sums

RANDOM = random.Random(80)
OKAY, SLVERR, DECERR = 0, 2, 3
VERSION, CAPABILITIES, INPUT, OUTPUT, WORDS_EXPECTED, NETWORK_HASH = 0x04, 0x08, 0x0C, 0x10, 0x18, 0x20
STATUS, CONTROL, FRAME_ERRORS, RESULTS, CYCLES, LOAD_WORD, WORDS_TAKEN = 0x40, 0x44, 0x48, 0x4C, 0x50, 0x58, 0x5C
IDLE, LOADING, LOADED, LOAD_ERROR, FRAME_ERROR = 1, 2, 4, 8, 16
BEGIN, COMMIT, CLEAR = 1, 2, 4

SLAVE = {"status_low": 0, "status_high": 0, "command_refuse": 0, "row_write": 0, "row": 0, "row_data": 0}


async def record(part: Part, strobe: str, names: tuple[str, ...], seen: list[tuple[int, ...]]) -> None:
    """What stands on some ports in each clock with the strobe, for ever."""
    while True:
        await ReadOnly()
        if part.get(strobe):
            seen.append(tuple(part.get(name) for name in names))
        await part.step()


@cocotb.test()
async def slave_reads_and_writes_at_any_pace(dut):
    part = await start(dut, "axi_slave", **SLAVE)
    writer, reader = AxiLiteMaster(part, 0.4, 1), AxiLiteMaster(part, 0.4, 2)
    status = {"status_low": 5, "status_high": 0xBEEF}
    part.set(**status)
    contents = {0x00: 0x12345678, 0x20: 0xA0000001, 0x24: 0xB0000002, 0x40: 0xBEEF << 8 | 5}
    done: list[tuple[int, ...]] = []
    cocotb.start_soon(record(part, "command_write", ("write_data",), done))
    sent: list[tuple[int, ...]] = []

    async def writes() -> None:
        for _ in range(60):
            address, data = RANDOM.choice([0x44, 0x44, 0x47, 0x40, 0x20, 0x28, 0x48, 0x7C]), RANDOM.getrandbits(32)
            strobes = RANDOM.choice([15, 15, 15, 7, 0])
            whole = address in (0x44, 0x47) and strobes == 15
            expected = OKAY if whole else SLVERR if address in (0x44, 0x47, 0x40, 0x20) else DECERR
            assert await writer.write(address, data, strobes) == expected
            if whole:
                sent.append((data,))

    async def reads() -> None:
        for _ in range(60):
            address = RANDOM.choice([*contents, 0x23, 0x42, 0x44, 0x04, 0x28, 0x5C])
            place = address & ~3
            response, data = await reader.read(address)
            assert response == (OKAY if place in contents else SLVERR if place == 0x44 else DECERR)
            if response == OKAY:
                assert data == contents[place]

    await Combine(cocotb.start_soon(writes()), cocotb.start_soon(reads()))
    assert done == sent != []


@cocotb.test()
async def slave_refuses_and_is_written_from_within(dut):
    part = await start(dut, "axi_slave", **SLAVE | {"command_refuse": 1})
    master = AxiLiteMaster(part)
    done: list[tuple[int, ...]] = []
    cocotb.start_soon(record(part, "command_write", ("write_data",), done))
    assert await master.write(0x44, 1) == SLVERR
    assert done == []
    part.set(command_refuse=0)
    assert await master.write(0x44, 1) == OKAY
    # in the second clock both are there and it is performed, in the third it is answered
    assert (done, master.clocks) == ([(1,)], 3)
    for halves, expected in ((1, 0xA000C0DE), (2, 0xC0FFC0DE), (3, 0x12345678)):
        part.set(row_write=halves, row=8, row_data=(0xC0DEC0DE, 0xC0FFC0FF, 0x12345678)[halves - 1])
        await part.step()
        part.set(row_write=0)
        assert await master.read(0x20) == (OKAY, expected)
        assert master.clocks == 2
        assert await master.read(0x24) == (OKAY, 0xB0000002)
    part.set(row_write=3, row=8, row_data=0xA0000001)  # as it was
    await part.step()
    part.set(row_write=0)


@cocotb.test()
async def slave_under_reset(dut):
    """A transfer in work is forgotten, and nothing is accepted."""
    part = await start(dut, "axi_slave", **SLAVE)
    master = AxiLiteMaster(part)
    part.set(s_axil_awvalid=1, s_axil_awaddr=0x44, s_axil_arvalid=1, s_axil_araddr=0)
    await part.step()
    assert (part.get("s_axil_awready"), part.get("s_axil_wready"), part.get("s_axil_rvalid")) == (0, 1, 1)
    dut.rst.value = 1
    for _ in range(2):  # with transfers in work, and without
        await ReadOnly()
        assert [part.get(f"s_axil_{name}") for name in ("awready", "wready", "arready")] == [0, 0, 0]
        await part.step()
    dut.rst.value = 0
    part.set(s_axil_wvalid=1, s_axil_wstrb=15, s_axil_arvalid=0)
    await part.step()
    dut.rst.value = 1  # in the clock in which the write would be performed
    part.set(s_axil_awvalid=0, s_axil_wvalid=0)
    await ReadOnly()
    assert part.get("command_write") == 0
    await part.step()
    dut.rst.value = 0
    await ReadOnly()
    ports = ("awready", "wready", "arready", "bvalid", "rvalid")
    assert [part.get(f"s_axil_{name}") for name in ports] == [1, 1, 1, 0, 0]
    await part.step()
    assert await master.read(0) == (OKAY, 0x12345678)


CONTROL_INPUTS = {"in_accepted": 0, "in_last": 0, "out_accepted": 0, "out_last": 0, "frame_error": 0, "idle": 1}


async def value(master: AxiLiteMaster, address: int) -> int:
    response, data = await master.read(address)
    assert response == OKAY, hex(address)
    return data


@cocotb.test()
async def control_says_what_the_core_is(dut):
    part = await start(dut, "axi_control", **CONTROL_INPUTS)
    master = AxiLiteMaster(part)
    assert await value(master, 0) == int.from_bytes(b"SCNC", "big")
    assert await value(master, VERSION) == 1 << 16
    assert await value(master, CAPABILITIES) == 0b1011 | 4 << 8
    assert await value(master, INPUT) == 3 | 5 << 24 | 1 << 31
    assert await value(master, OUTPUT) == 2 | 9 << 24
    assert await value(master, WORDS_EXPECTED) == 18


@cocotb.test()
async def control_counts_frames_results_and_clocks(dut):
    part = await start(dut, "axi_control", **CONTROL_INPUTS)
    master = AxiLiteMaster(part)
    errors = results = 0
    for length in (3, 2, 3, 5, 1, 4, 7, 3):  # three is right; a counter of two bits is at three after seven, too
        for beat in range(length):
            part.set(in_accepted=0, in_last=1, out_accepted=0, out_last=1)
            await part.step()
            part.set(in_accepted=1, in_last=beat == length - 1, out_accepted=1, out_last=beat == 0)
            await part.step()
        part.set(in_accepted=0, out_accepted=0, frame_error=1)
        errors, results = errors + (length != 3), results + 1
        assert await value(master, FRAME_ERRORS) == errors
        assert await value(master, RESULTS) == results
    assert await value(master, STATUS) & FRAME_ERROR
    before = await value(master, CYCLES)
    await part.step(100)
    assert await value(master, CYCLES) == before + 102  # a read takes two
    assert await master.write(CONTROL, CLEAR) == OKAY
    assert await value(master, CYCLES) < 10
    assert (await value(master, FRAME_ERRORS), await value(master, RESULTS)) == (0, 0)


@cocotb.test()
async def control_loads_a_core_and_its_hash(dut):
    """A load waits for the core, is whole or an error, and the hash is that of the last one."""
    part = await start(dut, "axi_control", **CONTROL_INPUTS)
    master = AxiLiteMaster(part)
    writes: list[tuple[int, ...]] = []
    cocotb.start_soon(record(part, "load_write", ("load_address", "load_data", "hold"), writes))
    digest = await hash_of(master)
    assert digest == HASH
    assert await value(master, STATUS) == IDLE | LOADED
    assert await master.write(LOAD_WORD, 1) == await master.write(CONTROL, COMMIT) == SLVERR  # none was begun
    assert part.get("hold") == 0
    part.set(idle=0)
    assert await master.write(CONTROL, BEGIN | COMMIT) == OKAY
    assert await value(master, STATUS) == LOADING | LOADED
    assert await master.write(LOAD_WORD, 1) == await master.write(CONTROL, COMMIT) == SLVERR  # the core is in work
    part.set(idle=1)
    assert await value(master, STATUS) == IDLE | LOADING | LOADED
    new = [RANDOM.getrandbits(16) for _ in range(16)]
    image = [2**31 | 14, 11, 2**31 - 22, *new]  # addresses 14 and 15, then the hash from 16 up
    for i, word in enumerate(image):
        assert await master.write(LOAD_WORD, word) == OKAY
        assert await value(master, WORDS_TAKEN) == i
        assert await value(master, STATUS) == IDLE | LOADING
    assert await master.write(CONTROL, COMMIT) == OKAY
    assert await value(master, STATUS) == IDLE | LOADED
    assert part.get("hold") == 0
    assert writes == [(14, 11, 1), (15, 2**32 - 22, 1)]
    assert await hash_of(master) == "".join(f"{half:04x}" for half in new)
    for words, flags in (([3], IDLE | LOAD_ERROR), ([3] * 19, IDLE | LOAD_ERROR), (image, IDLE | LOADED)):
        assert await master.write(CONTROL, BEGIN) == OKAY
        for word in words:
            assert await master.write(LOAD_WORD, word) == OKAY
        assert await master.write(CONTROL, COMMIT) == OKAY
        assert await value(master, STATUS) == flags
        assert part.get("hold") == (not flags & LOADED)
    await put_back(master)


async def hash_of(master: AxiLiteMaster) -> str:
    return "".join([f"{await value(master, NETWORK_HASH + 4 * i):08x}" for i in range(8)])


async def put_back(master: AxiLiteMaster) -> None:
    """The hash as it was configured, for whoever comes next."""
    await master.write(CONTROL, BEGIN)
    for word in [0, 0, 2**31 | 16, *(int(HASH[4 * i : 4 * i + 4], 16) for i in range(16))]:
        await master.write(LOAD_WORD, word)
    await master.write(CONTROL, COMMIT)
    assert await hash_of(master) == HASH


WEIGHTS = (((1, 2, 3), (4, 5, 6)), ((-15, 15, 0), (0, -1, 8)), ((3, -5, 7), (-2, 15, 1)))
BIASES = ((7, -8), (0, 15), (4, -9))
SPIKES = [[1, 1, 1], [0, 0, 0], [1, 0, 1], [0, 1, 0]]


def expected(which: int) -> list[list[int]]:
    """Sums of the weights of the spikes, and the bias."""
    rows = zip(WEIGHTS[which], BIASES[which], strict=True)
    pairs = list(rows)
    return [[sum(x * w for x, w in zip(xs, row, strict=True)) + bias for row, bias in pairs] for xs in SPIKES]


def words_of(name: str, which: int) -> list[int]:
    """A network's image as load words, each after its address."""
    image = make_parts()[name].load_map.image(sums(WEIGHTS[which], BIASES[which]))
    return [word for address, data in image for word in (2**31 | address, data % 2**31)]


async def begin_core(dut, name: str) -> tuple[Part, StreamSource, StreamSink]:
    part = await start(dut, name, s_axis_tdata=0, s_axis_tvalid=0, s_axis_tlast=0, m_axis_tready=0)
    source, sink = StreamSource(Ports(dut, part), 0.7), StreamSink(Ports(dut, part), 0.7)
    cocotb.start_soon(sink.run())
    return part, source, sink


async def wait_for(part: Part, sink: StreamSink, frames: int) -> None:
    for _ in range(2000):
        if len(sink.frames) >= frames:
            return
        await part.step()
    raise AssertionError(f"{len(sink.frames)} of {frames} frames came")


@cocotb.test()
async def core_is_loaded_over_its_stream(dut):
    """Loads among frames of codes, without a pause: each frame meets the network that was sent before it."""
    part, source, sink = await begin_core(dut, "core_stream")
    part.set(s_axis_tuser=0)
    wanted = []
    for which in (None, 0, 1, 2):
        if which is not None:
            data = [word >> (8 * i) & 255 for word in words_of("core_stream", which) for i in range(4)]
            await source.send(data, tuser=1)
        for spikes in SPIKES:
            await source.send(spikes, tuser=0)
        wanted += expected(2 if which is None else which)  # the last one is that of the configuration
    await wait_for(part, sink, len(wanted))
    assert sink.frames == wanted
    assert (part.get("loaded"), part.get("load_error"), part.get("frame_error")) == (1, 0, 0)
    await source.send([1, 2, 3], tuser=1)  # no whole word
    await source.send([1, 1], tuser=0)
    await source.send(SPIKES[0], tuser=0)
    await wait_for(part, sink, len(wanted) + 1)
    assert sink.frames[-1] == expected(2)[0]
    assert (part.get("loaded"), part.get("load_error"), part.get("frame_error")) == (1, 1, 1)


@cocotb.test()
async def core_is_loaded_over_axi_lite(dut):
    part, source, sink = await begin_core(dut, "core_axi")
    master = AxiLiteMaster(part, 0.6)
    wanted = []
    for which in (None, 0, 1, 2):
        if which is not None:
            assert await master.write(CONTROL, BEGIN) == OKAY
            while not await value(master, STATUS) & IDLE:
                pass
            for word in words_of("core_axi", which):
                assert await master.write(LOAD_WORD, word) == OKAY
            part.set(s_axis_tvalid=1)
            await ReadOnly()
            assert part.get("s_axis_tready") == 0  # no sample begins in mid-load
            await part.step()
            part.set(s_axis_tvalid=0)
            assert await master.write(CONTROL, COMMIT) == OKAY
            assert await value(master, STATUS) == IDLE | LOADED
            assert await hash_of(master) == sums(WEIGHTS[which], BIASES[which]).sha256
        for spikes in SPIKES:
            await source.send(spikes)
        wanted += expected(2 if which is None else which)
    await wait_for(part, sink, len(wanted))
    assert sink.frames == wanted
    assert await value(master, RESULTS) == len(wanted)
    await source.send([1, 1])
    assert await value(master, FRAME_ERRORS) == 1
    assert await value(master, STATUS) == IDLE | LOADED | FRAME_ERROR
