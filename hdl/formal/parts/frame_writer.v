// A frame writer; whoever fills it keeps the rules of its strobes: reserve while vacant, two results, commit with the
// second or later. The port is free.
module harness (
    input clk, input free_rst, input want_push, input want_commit, input want_reserve, input [2:0] data, input tready,
    output bad_stable, bad_last, bad_value, bad_state, cover_stable, cover_last, cover_value, cover_state
);
    localparam BUG = 0;
    reg started = 0, had_reset = 0, once = 0;
    wire rst = free_rst || !started;
    wire part_vacant, reserved, part_valid, part_last;
    wire [7:0] part_data;
    reg [1:0] pushed = 0, sent = 0;
    reg filling = 0, full = 0;
    wire reserve = want_reserve && part_vacant && !rst;
    wire push = want_push && filling && pushed < 2 && !rst;
    wire commit = want_commit && filling && pushed + push == 2 && !rst;
    part part (.clk(clk), .rst(rst), .push(push), .data(data), .commit(commit), .reserve(reserve), .vacant(part_vacant),
        .reserved(reserved), .tdata(part_data), .tvalid(part_valid), .tlast(part_last), .tready(tready));

    reg [2:0] first = 0, second = 0;
    reg waited = 0, last_before = 0;
    reg [7:0] data_before = 0;
    wire valid = part_valid && !(BUG == 1 && waited && had_reset);
    wire last = part_last && !(BUG == 2 && had_reset);
    wire [7:0] shown = part_data ^ (BUG == 3 && sent == 1 && had_reset);
    wire vacant = part_vacant || (BUG == 4 && full && had_reset);
    wire taken = part_valid && tready;
    always @(posedge clk) begin
        started <= 1;
        once <= once || (taken && last);
        had_reset <= had_reset || (started && rst && once);
        waited <= !rst && part_valid && !tready;
        data_before <= shown;
        last_before <= last;
        if (rst) begin pushed <= 0; sent <= 0; filling <= 0; full <= 0; end
        else begin
            if (reserve) filling <= 1;
            if (push) begin pushed <= pushed + 1; if (pushed == 0) first <= data; else second <= data; end
            if (commit) begin filling <= 0; full <= 1; end
            if (taken) begin sent <= sent + 1; if (sent == 1) begin sent <= 0; full <= 0; pushed <= 0; end end
        end
    end
    wire [2:0] due = sent == 0 ? first : second;
    assign bad_stable = !rst && waited && !(valid && shown == data_before && last == last_before);
    assign bad_last = !rst && valid && last != (sent == 1);
    assign bad_value = !rst && valid && (shown != {{5{due[2]}}, due} || !full);
    assign bad_state = !rst && (vacant != !(full || filling) || reserved != filling || part_valid != full);
    assign cover_stable = waited && had_reset && taken;
    assign cover_last = last && taken && had_reset;
    assign cover_value = valid && sent == 1 && had_reset && due != first;
    assign cover_state = vacant && once && !full && had_reset;
endmodule
