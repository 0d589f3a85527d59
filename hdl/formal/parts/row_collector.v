// Rows that are collected into one vector of three; strobes as the rules say.
module harness (
    input clk, input free_rst, input want_reserve, input want_commit, input full,
    output bad_complete, bad_state, cover_complete, cover_state
);
    localparam BUG = 0;
    reg started = 0, had_reset = 0, once = 0;
    wire rst = free_rst || !started;
    wire vacant, part_reserved, part_complete;
    reg filling = 0;
    reg [2:0] ring = 3'b001;
    wire reserve = want_reserve && vacant && !rst;
    wire commit = want_commit && filling && !rst;
    part part (.clk(clk), .rst(rst), .reserve(reserve), .commit(commit), .full(full), .vacant(vacant),
        .reserved(part_reserved), .complete(part_complete));
    wire complete = part_complete && !(BUG == 1 && had_reset);
    wire reserved = part_reserved && !(BUG == 2 && ring[2]);
    always @(posedge clk) begin
        started <= 1;
        once <= once || complete;
        had_reset <= had_reset || (started && rst && once);
        if (rst) begin filling <= 0; ring <= 3'b001; end
        else begin
            if (reserve) filling <= 1;
            if (commit) begin filling <= 0; ring <= {ring[1:0], ring[2]}; end
        end
    end
    assign bad_complete = !rst && complete != (commit && ring[2]);
    assign bad_state = !rst && (reserved != filling || vacant != (!filling && !full));
    assign cover_complete = complete && had_reset;
    assign cover_state = reserved && ring[2] && had_reset;
endmodule
