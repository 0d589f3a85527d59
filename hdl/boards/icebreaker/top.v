// iCEBreaker (iCE40UP5K): the serial digits core behind the board's USB serial port, 115200 bits a second.
module top (
  input CLK,  // 12 MHz
  input RX,
  output TX,
  input BTN_N,  // resets
  output LEDR_N,  // lit: a frame had a wrong length
  output LEDG_N  // lit: in reset no longer
);
  parameter CLOCKS_PER_BIT = 104;  // 12 MHz / 115200
  parameter TIMEOUT_BITS = 22;  // a third of a second

  // Reset for 15 clocks after configuration and while the button is pressed.
  reg [1:0] button = 2'b11;
  reg [3:0] started = 4'd0;
  wire rst = started != 4'hf;
  always @(posedge CLK) begin
    button <= {button[0], BTN_N};
    if (!button[1]) started <= 4'd0;
    else if (rst) started <= started + 4'd1;
  end

  wire core_rst, frame_error;
  wire [7:0] codes_tdata;
  wire codes_tvalid, codes_tready, codes_tlast;
  wire codes_tuser;  // nobody reads it: weights are constants, packets of kind 02 are frames of a wrong length
  wire [15:0] results_tdata;
  wire results_tvalid, results_tready, results_tlast;

  uart_bridge #(
    .CLOCKS_PER_BIT(CLOCKS_PER_BIT), .IN_BYTES(1), .OUT_BYTES(2), .RESULTS(10), .TIMEOUT_BITS(TIMEOUT_BITS)
  ) bridge (
    .clk(CLK), .rst(rst), .rx(RX), .tx(TX), .core_rst(core_rst),
    .codes_tdata(codes_tdata), .codes_tvalid(codes_tvalid), .codes_tready(codes_tready), .codes_tlast(codes_tlast),
    .codes_tuser(codes_tuser),
    .results_tdata(results_tdata), .results_tvalid(results_tvalid), .results_tready(results_tready),
    .results_tlast(results_tlast), .frame_error(frame_error), .loaded(1'b1), .load_error(1'b0)
  );

  digits4_serial core (
    .clk(CLK), .rst(core_rst),
    .s_axis_tdata(codes_tdata), .s_axis_tvalid(codes_tvalid), .s_axis_tready(codes_tready), .s_axis_tlast(codes_tlast),
    .m_axis_tdata(results_tdata), .m_axis_tvalid(results_tvalid), .m_axis_tready(results_tready),
    .m_axis_tlast(results_tlast), .frame_error(frame_error)
  );

  assign LEDR_N = !frame_error;
  assign LEDG_N = rst;
endmodule
