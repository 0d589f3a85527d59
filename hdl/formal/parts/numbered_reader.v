// A reader that numbers elements, with every input free.
module harness (
    input clk, input free_rst, input [7:0] tdata, input tvalid, input tlast, input ready,
    output bad_push, bad_last, bad_abandon, bad_error, cover_push, cover_last, cover_abandon, cover_error
);
    localparam BUG = 0;
    localparam LENGTH = 0;
    reg started = 0, had_reset = 0, wrong_once = 0;
    wire rst = free_rst || !started;
    always @(posedge clk) begin started <= 1; had_reset <= had_reset || (started && rst && wrong_once); end

    wire tready, part_push, part_last, part_abandon, part_error;
    wire [1:0] data, index;
    part part (.clk(clk), .rst(rst), .tdata(tdata), .tvalid(tvalid), .tlast(tlast), .ready(ready), .tready(tready),
        .push(part_push), .data(data), .index(index), .last(part_last), .abandon(part_abandon), .error(part_error));

    reg [2:0] beat = 0;
    reg error = 0;
    wire accepted = tvalid && tready;
    wire over = beat == LENGTH;
    wire wrong = accepted && !over && tlast != (beat == LENGTH - 1);
    always @(posedge clk)
        if (rst) begin beat <= 0; error <= 0; end
        else if (accepted) begin
            beat <= tlast ? 0 : over ? LENGTH : beat + 1;
            if (wrong) begin error <= 1; wrong_once <= 1; end
        end

    wire [1:0] number = BUG == 1 && error ? 0 : index;
    wire last = part_last && !(BUG == 2 && error);
    wire abandon = part_abandon || (BUG == 3 && accepted && over);
    wire shown = part_error && !(BUG == 4 && wrong);
    assign bad_push = !rst && (part_push != (accepted && !over) || (part_push && (data != tdata[1:0] || number != beat)));
    assign bad_last = !rst && last != (accepted && beat == LENGTH - 1 && tlast);
    assign bad_abandon = !rst && abandon != wrong;
    assign bad_error = !rst && started && shown != error;
    assign cover_push = part_push && number == 2 && had_reset;
    assign cover_last = last && error && had_reset;
    assign cover_abandon = abandon && error && had_reset;
    assign cover_error = shown && had_reset;
endmodule
