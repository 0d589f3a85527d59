// Samples of two input frames and one output frame, three of them at most between the ports. Who strobes is bound by
// what the ports can do: a frame of results is sent for a sample that is in.
module harness (
    input clk, input free_rst, input hold, input want_begin, input want_commit, input want_drop, input want_sent,
    output bad_idle, bad_stop, cover_idle, cover_stop
);
    localparam BUG = 0;
    reg started = 0, had_reset = 0, once = 0;
    wire rst = free_rst || !started;
    reg within = 0, half = 0;            // in a frame; after the first frame of a sample
    reg [1:0] owed = 0;
    wire stop, part_idle;
    wire at_start = !within;
    wire begins = want_begin && !within && !(stop && !half) && !(half == 0 && owed == 3) && !rst;
    wire commit = want_commit && within && !rst;
    wire drop = want_drop && within && !commit && !rst;
    wire sent = want_sent && owed != 0 && !rst;
    part part (.clk(clk), .rst(rst), .hold(hold), .at_start(at_start), .commit(commit), .sent(sent), .stop(stop), .idle(part_idle));
    wire idle = part_idle || (BUG == 1 && owed == 1 && !within && !half && had_reset);
    wire stops = stop || (BUG == 2 && hold && within && had_reset);
    always @(posedge clk) begin
        started <= 1;
        once <= once || sent;
        had_reset <= had_reset || (started && rst && once);
        if (rst) begin within <= 0; half <= 0; owed <= 0; end
        else begin
            if (begins) within <= 1;
            if (commit) begin within <= 0; half <= !half; end
            if (drop) within <= 0;
            owed <= owed + (commit && half) - sent;
        end
    end
    assign bad_idle = !rst && idle != (!within && !half && owed == 0);
    assign bad_stop = !rst && stops != (hold && !within && !half);
    assign cover_idle = idle && had_reset && once;
    assign cover_stop = stops && had_reset && owed == 2;
endmodule
