// A frame reader with every input free: any beats, gaps, lengths, room, resets.
module harness (
    input clk, input free_rst, input [7:0] tdata, input tvalid, input tlast, input ready,
    output bad_push, bad_commit, bad_error, cover_push, cover_commit, cover_error
);
    localparam BUG = 0;
    localparam LENGTH = 0;
    reg started = 0, had_reset = 0;
    wire rst = free_rst || !started;
    always @(posedge clk) begin started <= 1; had_reset <= had_reset || (started && rst && wrong_once); end

    wire tready, part_push, part_commit, part_error, drop, at_start;
    wire [1:0] data;
    part part (.clk(clk), .rst(rst), .tdata(tdata), .tvalid(tvalid), .tlast(tlast), .ready(ready), .tready(tready),
        .push(part_push), .data(data), .commit(part_commit), .error(part_error), .drop(drop), .at_start(at_start));

    reg [2:0] beat = 0;          // beats of this frame so far, at most LENGTH
    reg error = 0, wrong_once = 0;
    wire accepted = tvalid && tready;
    wire over = beat == LENGTH;
    always @(posedge clk)
        if (rst) begin beat <= 0; error <= 0; end
        else if (accepted) begin
            beat <= tlast ? 0 : over ? LENGTH : beat + 1;
            if (!over && tlast != (beat == LENGTH - 1)) begin error <= 1; wrong_once <= 1; end
        end

    wire push = part_push && !(BUG == 1 && error && beat == LENGTH - 1);
    wire commit = part_commit || (BUG == 2 && accepted && tlast && over);
    wire shown = part_error && !(BUG == 3 && beat == 1 % LENGTH && accepted);
    assign bad_push = !rst && (push != (accepted && !over) || (push && data != tdata[1:0]));
    assign bad_commit = !rst && commit != (accepted && beat == LENGTH - 1 && tlast);
    assign bad_error = !rst && started && shown != error;
    assign cover_push = push && had_reset;
    assign cover_commit = commit && error && had_reset;
    assign cover_error = shown && had_reset;
endmodule
