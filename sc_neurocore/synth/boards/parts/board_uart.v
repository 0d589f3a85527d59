// Function: between a serial line (8 data bits, no parity, 1 stop bit) and a core's two AXI4-Streams.
//
// A packet, in either direction: a byte that says what it is, a length of three bytes (low one first), and that many bytes.
//   01  a frame of codes: IN_BYTES a code, low byte first; the last byte ends the frame
//   02  a frame of load words (a core that is loaded over its stream): one byte a beat, with tuser
//   03  asks for the status
//   04  resets the core and forgets what was lost
//   81  answers 01: a frame of results, OUT_BYTES a result, low byte first
//   83  answers 03: one byte, from bit 0: frame_error, loaded, load_error, a byte was lost, a packet of an unknown kind came
// The line has no flow control: whoever sends a frame waits for what it makes before sending the next. A byte that comes while
// the one before it is not taken is lost and said so in the status. A packet that stops for 2^TIMEOUT_BITS clocks resets the
// core and ends. Other packets are read to their end and do nothing.
//
// Latency: a byte is taken half a bit after its stop bit began; a beat leaves the receiver 2 clocks after that.
// Reset: `rst` ends what is under way on both lines and forgets what was lost.
`default_nettype none

module board_uart #(
  parameter CLOCKS_PER_BIT = 104,
  parameter IN_BYTES = 1,
  parameter OUT_BYTES = 2,
  parameter RESULTS = 10,  // results in a frame
  parameter TIMEOUT_BITS = 22
) (
  input wire clk,
  input wire rst,
  input wire rx,
  output wire tx,
  output wire core_rst,
  output wire [8 * IN_BYTES - 1:0] codes_tdata,
  output wire codes_tvalid,
  input wire codes_tready,
  output wire codes_tlast,
  output wire codes_tuser,
  input wire [8 * OUT_BYTES - 1:0] results_tdata,
  input wire results_tvalid,
  output wire results_tready,
  input wire results_tlast,
  input wire frame_error,
  input wire loaded,
  input wire load_error
);
  localparam [7:0] CODES = 8'h01, LOAD = 8'h02, STATUS = 8'h03, RESET = 8'h04;
  localparam [15:0] BIT = CLOCKS_PER_BIT - 1, HALF_BIT = CLOCKS_PER_BIT / 2 - 1;
  localparam [23:0] ANSWER_BYTES = RESULTS * OUT_BYTES;
  localparam [2:0] LAST_IN = IN_BYTES - 1, LAST_OUT = OUT_BYTES - 1;

  // Receiver: the line through two registers; ten bits, each looked at in its middle.
  reg [1:0] line = 2'b11;
  reg [3:0] rx_bits = 4'd0;  // still to come: 10 is the start bit, 1 the stop bit
  reg [15:0] rx_clocks = 16'd0;
  reg [7:0] rx_byte = 8'd0;
  reg rx_done = 1'b0;
  reg rx_broken = 1'b0;

  always @(posedge clk) begin
    line <= {line[0], rx};
    rx_done <= 1'b0;
    rx_broken <= 1'b0;
    if (rx_bits == 4'd0) begin
      rx_clocks <= HALF_BIT;
      if (!line[1]) rx_bits <= 4'd10;
    end else if (rx_clocks != 16'd0) begin
      rx_clocks <= rx_clocks - 16'd1;
    end else begin
      rx_clocks <= BIT;
      rx_bits <= rx_bits - 4'd1;
      if (rx_bits == 4'd10) begin
        if (line[1]) rx_bits <= 4'd0;  // too short for a start bit
      end else if (rx_bits == 4'd1) begin
        rx_done <= line[1];
        rx_broken <= !line[1];
      end else begin
        rx_byte <= {line[1], rx_byte[7:1]};
      end
    end
    if (rst) rx_bits <= 4'd0;
  end

  // Packets from the line.
  reg [2:0] place = 3'd0;  // 0 kind, 1 to 3 length, 4 payload
  reg [7:0] kind = 8'd0;
  reg [23:0] left = 24'd0;  // bytes of the payload
  reg [2:0] lane = 3'd0;  // byte of the code
  reg [8 * IN_BYTES - 1:0] code = 0;
  reg offered = 1'b0;
  reg last = 1'b0;
  reg lost = 1'b0;
  reg unknown = 1'b0;
  reg status_due = 1'b0;
  reg resets = 1'b0;
  reg [TIMEOUT_BITS - 1:0] silence = 0;
  wire [23:0] length = {rx_byte, left[23:8]};
  wire carries = kind == CODES || kind == LOAD;
  wire last_byte = left == 24'd1;
  wire ends = rx_done && (place == 3'd3 ? length == 24'd0 : place == 3'd4 && last_byte);
  wire answered;

  assign core_rst = rst || resets;
  assign codes_tdata = code;
  assign codes_tvalid = offered;
  assign codes_tlast = last;
  assign codes_tuser = kind == LOAD;

  always @(posedge clk) begin
    resets <= 1'b0;
    if (codes_tready) offered <= 1'b0;
    if (answered) status_due <= 1'b0;
    if (rx_broken) lost <= 1'b1;
    silence <= rx_done || place == 3'd0 ? 0 : silence + 1;
    if (rx_done) begin
      if (place == 3'd0) begin
        kind <= rx_byte;
        place <= 3'd1;
        lane <= 3'd0;
        if (offered && !codes_tready) lost <= 1'b1;  // a beat that nobody took would now go to the wrong frame
        offered <= 1'b0;
      end else if (place != 3'd4) begin
        left <= length;
        place <= place + 3'd1;
      end else begin
        left <= left - 24'd1;
        if (carries && offered && !codes_tready) begin
          lost <= 1'b1;
        end else if (carries) begin
          if (kind == LOAD || lane == 3'd0) code <= rx_byte;
          else code[8 * lane +: 8] <= rx_byte;
          lane <= lane == LAST_IN ? 3'd0 : lane + 3'd1;
          offered <= kind == LOAD || lane == LAST_IN || last_byte;
          last <= last_byte;
        end
      end
    end
    if (ends) begin
      place <= 3'd0;
      if (kind == STATUS) status_due <= 1'b1;
      else if (kind == RESET) resets <= 1'b1;
      else if (!carries) unknown <= 1'b1;
    end
    if (&silence) begin
      resets <= 1'b1;
      place <= 3'd0;
      lost <= 1'b1;
    end
    if (ends && kind == RESET) begin
      lost <= 1'b0;
      unknown <= 1'b0;
    end
    if (core_rst) offered <= 1'b0;
    if (rst) begin
      place <= 3'd0;
      lost <= 1'b0;
      unknown <= 1'b0;
      status_due <= 1'b0;
    end
  end

  // Packets to the line.
  reg [2:0] at = 3'd0;  // 0 kind, 1 to 3 length, 4 payload
  reg tells_status = 1'b0;
  reg [2:0] out_lane = 3'd0;
  reg [3:0] tx_bits = 4'd0;  // still to send
  reg [15:0] tx_clocks = 16'd0;
  reg [9:0] tx_line = 10'h3ff;
  wire free = tx_bits == 4'd0;
  wire [23:0] answer_bytes = tells_status ? 24'd1 : ANSWER_BYTES;
  wire begins = at == 3'd0 && (status_due || results_tvalid);
  wire speaks = at == 3'd0 ? begins : at != 3'd4 || tells_status || results_tvalid;
  reg [7:0] tx_byte;

  assign tx = tx_line[0];
  assign answered = free && at == 3'd4 && tells_status;
  assign results_tready = free && at == 3'd4 && !tells_status && out_lane == LAST_OUT;

  always @* begin
    case (at)
      3'd0: tx_byte = status_due ? {1'b1, STATUS[6:0]} : {1'b1, CODES[6:0]};
      3'd1: tx_byte = answer_bytes[7:0];
      3'd2: tx_byte = answer_bytes[15:8];
      3'd3: tx_byte = answer_bytes[23:16];
      default: tx_byte = tells_status ? {3'd0, unknown, lost, load_error, loaded, frame_error} : results_tdata[8 * out_lane +: 8];
    endcase
  end

  always @(posedge clk) begin
    if (!free) begin
      tx_clocks <= tx_clocks - 16'd1;
      if (tx_clocks == 16'd0) begin
        tx_clocks <= BIT;
        tx_bits <= tx_bits - 4'd1;
        tx_line <= {1'b1, tx_line[9:1]};
      end
    end else if (speaks) begin
      tx_line <= {1'b1, tx_byte, 1'b0};
      tx_bits <= 4'd10;
      tx_clocks <= BIT;
      if (at == 3'd0) tells_status <= status_due;
      if (at != 3'd4) at <= at + 3'd1;
      else if (tells_status) at <= 3'd0;
      else begin
        out_lane <= out_lane == LAST_OUT ? 3'd0 : out_lane + 3'd1;
        if (out_lane == LAST_OUT && results_tlast) at <= 3'd0;
      end
    end
    if (core_rst) begin  // the rest of a frame of results will not come
      out_lane <= 3'd0;
      at <= 3'd0;
    end
    if (rst) begin
      tx_bits <= 4'd0;
      tx_line <= 10'h3ff;
    end
  end
endmodule

`default_nettype wire
