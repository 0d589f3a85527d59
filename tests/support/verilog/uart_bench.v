// A board's top between two serial lines, driven bit by bit. script.hex: words of 16 bits, {what, argument}, to its end:
//   00bb  send byte bb   01nn  wait for nn more bytes from the board   02nn  wait nn * 100 clocks
//   03nn  press the reset button for nn clocks   04bb  send byte bb with a broken stop bit
// Every byte from the board goes to answers.txt, a broken one as "xx".
`ifndef BIT_TIME
`define BIT_TIME 80
`endif
module uart_bench;
  reg [15:0] step;
  reg clk = 1'b0;
  reg to_board = 1'b1;
  reg pressed = 1'b0;
  wire from_board;
  integer file, script, k, n, wanted;
  integer received = 0;
  reg [7:0] sent, heard;

  always #5 clk = ~clk;  // ten units a clock

`ifdef ULX3S
  wire [1:0] led;
  top #(.CLOCKS_PER_BIT(8), .TIMEOUT_BITS(11)) dut (
    .clk_25mhz(clk), .ftdi_txd(to_board), .ftdi_rxd(from_board), .fire1(pressed), .led(led)
  );
`else
  wire red_off, green_off;
  top #(.CLOCKS_PER_BIT(8), .TIMEOUT_BITS(11)) dut (
    .CLK(clk), .RX(to_board), .TX(from_board), .BTN_N(!pressed), .LEDR_N(red_off), .LEDG_N(green_off)
  );
`endif

  task send;
    input stop;
    begin
      to_board = 1'b0;
      #`BIT_TIME;
      for (k = 0; k < 8; k = k + 1) begin
        to_board = sent[k];
        #`BIT_TIME;
      end
      to_board = stop;
      #`BIT_TIME to_board = 1'b1;
      if (!stop) #`BIT_TIME;
    end
  endtask

  initial begin : listen
    forever begin
      @(negedge from_board);
      #120;  // 80 a bit: into the middle of the first data bit
      for (n = 0; n < 8; n = n + 1) begin
        heard[n] = from_board;
        #80;
      end
      if (from_board) $fdisplay(file, "%02x", heard);
      else $fdisplay(file, "xx");
      received = received + 1;
    end
  end

  initial begin : speak
    script = $fopen("script.hex", "r");
    file = $fopen("answers.txt", "w");
    wanted = 0;
    #1003;  // no edge of the line is one of the clock's
    while ($fscanf(script, "%h", step) == 1) begin
      case (step[15:8])
        8'h00, 8'h04: begin
          sent = step[7:0];
          send(step[15:8] == 8'h00);
        end
        8'h01: begin
          wanted = wanted + step[7:0];
          while (received < wanted) #100;
        end
        8'h02: #(step[7:0] * 1000);
        default: begin
          pressed = 1'b1;
          #(step[7:0] * 10) pressed = 1'b0;
        end
      endcase
    end
    #2000 $fclose(file);
    $finish;
  end

  initial begin
    #5000000 $display("the board does not answer");
    $finish;
  end
endmodule
