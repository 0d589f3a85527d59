// A writer of maps of two rows of one result: two rows may wait.
module harness (
    input clk, input free_rst, input want_push, input want_reserve, input [2:0] data, input tready, input watch,
    output bad_stable, bad_last, bad_value, bad_held, cover_stable, cover_last, cover_value, cover_held
);
    localparam BUG = 0;
    reg started = 0, had_reset = 0, once = 0;
    wire rst = free_rst || !started;
    wire part_vacant, reserved, part_valid, part_last;
    wire [7:0] part_data;
    reg filling = 0, row = 0;
    reg [2:0] owed = 0, ahead = 0;       // rows that are to come out; of these before the watched one
    reg watched = 0;
    reg [2:0] kept = 0;
    wire vacant = part_vacant || (BUG == 4 && owed == 3);
    wire reserve = want_reserve && vacant && !filling && !rst;
    wire push = want_push && filling && !rst;
    part part (.clk(clk), .rst(rst), .push(push), .data(data), .commit(push), .reserve(reserve), .vacant(part_vacant),
        .reserved(reserved), .tdata(part_data), .tvalid(part_valid), .tlast(part_last), .tready(tready));

    reg waited = 0, last_before = 0;
    reg [7:0] data_before = 0;
    wire valid = part_valid && !(BUG == 1 && waited && had_reset);
    wire last = part_last && !(BUG == 2 && had_reset);
    wire [7:0] shown = part_data ^ (BUG == 3 && row && had_reset);
    wire taken = part_valid && tready;
    always @(posedge clk) begin
        started <= 1;
        once <= once || (taken && part_last);
        had_reset <= had_reset || (started && rst && once);
        waited <= !rst && part_valid && !tready;
        data_before <= shown;
        last_before <= last;
        if (rst) begin filling <= 0; row <= 0; owed <= 0; watched <= 0; ahead <= 0; end
        else begin
            if (reserve) filling <= 1; else if (push) filling <= 0;
            owed <= owed + push - taken;
            if (taken) row <= !row;
            if (push && watch && !watched) begin watched <= 1; kept <= data; ahead <= owed - taken; end
            else if (taken) begin
                if (ahead == 0) watched <= 0; else ahead <= ahead - 1;
            end
        end
    end
    assign bad_stable = !rst && waited && !(valid && shown == data_before && last == last_before);
    assign bad_last = !rst && valid && last != row;
    assign bad_value = !rst && valid && (owed == 0 || (watched && ahead == 0 && shown != {{5{kept[2]}}, kept}));
    assign bad_held = owed > 3 || (!rst && part_valid && owed == 0);
    assign cover_stable = waited && had_reset && taken;
    assign cover_last = last && taken && had_reset;
    assign cover_value = valid && watched && ahead == 0 && owed == 3 && had_reset;
    assign cover_held = owed == 3 && had_reset;
endmodule
