"""The host's side of the line: packets, the conversation, the verdict on what came back."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from sc_neurocore.synth.boards import host


class TestHost:
    manifest = {
        "input": {"width": 9, "signed": True, "elements": 2},
        "output": {"width": 11, "signed": True, "elements": 2},
        "answers": [1],
        "cycles_per_inference": 100,
        "clock_mhz": 12.0,
    }

    def test_codes_are_little_endian_and_signed(self):
        assert host.codes_packet(self.manifest, [-2, 255]) == bytes([1, 4, 0, 0, 0xFE, 0xFF, 0xFF, 0x00])
        unsigned = {"input": {"width": 8, "signed": False, "elements": 1}}
        assert host.codes_packet(unsigned, [255]) == bytes([1, 1, 0, 0, 255])

    def test_results_and_status_are_read_back(self):
        assert host.results(self.manifest, bytes([0xFF, 0x03, 0x00, 0xFC])) == [1023, -1024]
        assert [name for name, value in host.status(b"\x05").items() if value] == ["frame_error", "load_error"]

    def test_load_words_travel_low_byte_first(self):
        assert host.load_packet("80000001\n0000ff02\n") == bytes([2, 8, 0, 0, 1, 0, 0, 0x80, 2, 0xFF, 0, 0])

    def test_illegal_frames_are_refused(self):
        for codes, message in (
            ([1], "codes must be 2 a frame, got 1"),
            ([0, 256], "codes must be -256 to 255, got 256"),
        ):
            with pytest.raises(ValueError, match=message):
                host.codes_packet(self.manifest, codes)
        with pytest.raises(ValueError, match="payload must be 4 bytes, got 3"):
            host.results(self.manifest, bytes(3))
        with pytest.raises(ValueError, match="payload must be shorter than 2\\^24 bytes"):
            host.packet(1, bytes(1 << 24))

    def test_a_line_that_falls_silent_within_a_packet_is_told(self):
        for data in (b"\x81", b"\x81\x02\x00", b"\x81\x02\x00\x00\x01"):
            with pytest.raises(ValueError, match="silent within a packet of kind 0x81"):
                list(host.packets(io.BytesIO(data).read))
        assert list(host.packets(io.BytesIO(b"").read)) == []

    def test_a_conversation(self):
        class Line:
            def __init__(self, answers):
                self.said, self.read = b"", io.BytesIO(answers).read

            def write(self, data):
                self.said += data

        line = Line(host.packet(0x83, b"\x02") + host.packet(0x81, bytes([1, 0, 0xFF, 0xFF])))
        assert list(host.converse(line, self.manifest, [[3, -4]], "80000000 00000001")) == [[1, -1]]
        load = bytes([2, 8, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0])
        assert line.said == b"\4\0\0\0" + load + b"\3\0\0\0" + b"\1\4\0\0\3\0\xfc\xff"
        with pytest.raises(ValueError, match="the core has no weights"):
            list(host.converse(Line(host.packet(0x83, b"\x04")), self.manifest, []))
        with pytest.raises(ValueError, match="the board does not answer"):
            list(host.converse(Line(b""), self.manifest, []))
        with pytest.raises(ValueError, match="frame 0 brought no results"):
            list(host.converse(Line(host.packet(0x83, b"\x02")), self.manifest, [[0, 0]]))

    def test_results_are_held_against_the_expected_ones(self):
        assert host.verdict([[1, -1]], [[1, -1]]) == (True, "PASS: 1 frames of results are the expected ones")
        for given, expected, message in (
            ([[1, -1]], [[1, 0]], "FAIL: frame 0 is [1, -1], expected [1, 0]"),
            ([[1, -1]], [[1, -1], [0, 0]], "FAIL: 1 frames of results, expected 2"),
            ([], [], "FAIL: 0 frames of results, expected 0"),
        ):
            assert host.verdict(given, expected) == (False, message)

    def test_accuracy_sums_the_frames_of_a_sample(self):
        design = self.manifest | {"answers": [1, 1]}
        assert host.accuracy(design, [[1, 0], [0, 3], [5, 0], [0, 5]], [1, 0]) == 1.0  # a tie is the lowest class
        assert host.accuracy(design, [[1, 0], [0, 3]], [0]) == 0.0
        with pytest.raises(ValueError, match="labels must be one a sample, 1 of them, got 2"):
            host.accuracy(design, [[1, 0], [0, 3]], [0, 1])

    def test_the_program_says_what_is_wrong(self, tmp_path):
        (tmp_path / "design.json").write_text(json.dumps(self.manifest | {"load": None}))
        command = [sys.executable, host.__file__, "/dev/none", tmp_path / "none.txt", "--design"]
        done = subprocess.run([*command, tmp_path / "design.json"], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "host.py: error: [Errno 2]" in done.stderr
