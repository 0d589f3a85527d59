// Load words of three data words; the address has three bits.
module harness (
    input clk, input free_rst, input restart, input take, input [31:0] word,
    output bad_complete, bad_address, cover_complete, cover_address
);
    localparam BUG = 0;
    reg started = 0, had_reset = 0, once = 0;
    wire rst = free_rst || !started;
    wire write, part_complete;
    wire [2:0] part_address;
    wire [31:0] data;
    wire [1:0] taken;
    part part (.clk(clk), .rst(rst), .restart(restart), .take(take), .word(word), .write(write), .address(part_address),
        .data(data), .taken(taken), .complete(part_complete));
    reg [2:0] count = 0;                 // data words, at most four
    reg [2:0] next = 0;
    reg told = 0;                        // an address was told since the restart: where it starts is the loader's
    wire is_data = take && !word[31];
    wire [2:0] with_word = count + (is_data && count < 4);
    wire complete = part_complete || (BUG == 1 && with_word == 4 && had_reset);
    wire [2:0] address = part_address ^ (BUG == 2 && count == 2 && had_reset);
    always @(posedge clk) begin
        started <= 1;
        once <= once || complete;
        had_reset <= had_reset || (started && rst && once);
        if (rst || restart) begin count <= 0; told <= 0; end
        else begin
            count <= with_word;
            if (take && word[31]) begin next <= word[2:0]; told <= 1; end
            else if (is_data) next <= next + 1;
        end
    end
    assign bad_complete = !rst && complete != (with_word == 3);
    assign bad_address = !rst && (write != is_data || (write && (data != {word[30], word[30:0]} || (told && address != next))));
    assign cover_complete = complete && restart && had_reset;
    assign cover_address = write && told && count == 2 && had_reset;
endmodule
