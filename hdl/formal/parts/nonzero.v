// A register that must never hold 0, for it would stay there.
module harness (input clk, input restart, input enable, output bad_zero, cover_zero);
    localparam BUG = 0;
    localparam N = 0;
    wire [N-1:0] part_word;
    part part (.clk(clk), .restart(restart), .enable(enable), .word(part_word));
    reg begun = 0;
    reg [3:0] steps = 0;
    always @(posedge clk) begin
        begun <= begun || restart;
        steps <= restart ? 0 : steps + (enable && steps != 15);
    end
    wire [N-1:0] word = BUG == 1 && steps == 9 ? 0 : part_word;
    assign bad_zero = begun && word == 0;
    assign cover_zero = begun && steps == 15;
endmodule
