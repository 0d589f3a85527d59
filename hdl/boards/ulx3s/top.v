// ULX3S (ECP5): the digits core of architecture `row` behind the board's USB serial port (US1), 115200 bits a second.
module top (
  input clk_25mhz,
  input ftdi_txd,  // from the USB chip
  output ftdi_rxd,  // to it
  input fire1,  // the button F1 resets
  output [1:0] led  // 0: in reset no longer; 1: a frame had a wrong length
);
  parameter CLOCKS_PER_BIT = 217;  // 25 MHz / 115200
  parameter TIMEOUT_BITS = 23;  // a third of a second

  // Reset for 15 clocks after configuration and while the button is pressed.
  reg [1:0] button = 2'b00;
  reg [3:0] started = 4'd0;
  wire rst = started != 4'hf;
  always @(posedge clk_25mhz) begin
    button <= {button[0], fire1};
    if (button[1]) started <= 4'd0;
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
    .clk(clk_25mhz), .rst(rst), .rx(ftdi_txd), .tx(ftdi_rxd), .core_rst(core_rst),
    .codes_tdata(codes_tdata), .codes_tvalid(codes_tvalid), .codes_tready(codes_tready), .codes_tlast(codes_tlast),
    .codes_tuser(codes_tuser),
    .results_tdata(results_tdata), .results_tvalid(results_tvalid), .results_tready(results_tready),
    .results_tlast(results_tlast), .frame_error(frame_error), .loaded(1'b1), .load_error(1'b0)
  );

  digits core (
    .clk(clk_25mhz), .rst(core_rst),
    .s_axis_tdata(codes_tdata), .s_axis_tvalid(codes_tvalid), .s_axis_tready(codes_tready), .s_axis_tlast(codes_tlast),
    .m_axis_tdata(results_tdata), .m_axis_tvalid(results_tvalid), .m_axis_tready(results_tready),
    .m_axis_tlast(results_tlast), .frame_error(frame_error)
  );

  assign led = {frame_error, !rst};
endmodule
