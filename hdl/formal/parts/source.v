// A source against a table of its period.
module harness (input clk, input restart, input enable, output bad_word, cover_word);
    localparam BUG = 0;
    localparam N = 0;
    wire [N-1:0] part_word, due;
    part part (.clk(clk), .restart(restart), .enable(enable), .word(part_word));
    reg begun = 0, wrapped = 0;
    reg [N-1:0] place = 0;
    always @(posedge clk) begin
        begun <= begun || restart;
        place <= restart ? 0 : place + enable;
        wrapped <= !restart && (wrapped || (begun && enable && &place));
    end
    sequence_of table_of_words (.place(place), .word(due));
    wire [N-1:0] word = part_word ^ (BUG == 1 && wrapped && place == 3);
    assign bad_word = begun && word != due;
    assign cover_word = begun && wrapped && place == 2;
endmodule
