// A loader of images of two data words, before a core that is idle or ready whenever it likes.
module harness (
    input clk, input free_rst, input [7:0] tdata, input tvalid, input tlast, input tuser, input core_tready, input idle,
    output bad_loaded, bad_refused, bad_kept_apart, bad_swallowed, bad_write,
    output cover_loaded, cover_refused, cover_kept_apart, cover_swallowed, cover_write
);
    localparam BUG = 0;
    reg started = 0, once = 0, had_reset = 0;
    wire rst = free_rst || !started;
    wire tready, core_tvalid, part_hold, write, part_loaded, part_error, part_frame_error;
    wire [1:0] address;
    wire [31:0] data;
    part part (.clk(clk), .rst(rst), .tdata(tdata), .tvalid(tvalid), .tlast(tlast), .tuser(tuser), .tready(tready),
        .core_tvalid(core_tvalid), .core_tready(core_tready), .hold(part_hold), .idle(idle), .load_write(write),
        .load_address(address), .load_data(data), .loaded(part_loaded), .load_error(part_error), .frame_error(part_frame_error));

    reg within = 0, loads = 0;           // in a frame; it is a load
    reg loaded = 0, refused = 0, blamed = 0;
    reg [1:0] place = 0;                 // byte of a word
    reg [1:0] count = 0;                 // data words so far, at most three
    reg [23:0] earlier = 0;
    wire load = within ? loads : tuser;
    wire accepted = tvalid && tready;
    wire whole = accepted && load && place == 3;
    wire is_data = whole && !tdata[7];
    wire [1:0] with_word = is_data && count != 3 ? count + 1 : count;
    always @(posedge clk) begin
        started <= 1;
        once <= once || loaded;
        had_reset <= had_reset || (started && rst && once);
        if (rst) begin within <= 0; place <= 0; count <= 0; refused <= 0; blamed <= 0; end
        else if (accepted) begin
            within <= !tlast;
            loads <= load;
            if (load) begin
                place <= tlast ? 0 : place + 1;
                count <= tlast ? 0 : with_word;
                earlier <= {tdata, earlier[23:8]};
                if (whole) loaded <= 0;
                if (tlast) begin
                    refused <= !(whole && with_word == 2);
                    if (whole && with_word == 2) loaded <= 1;
                end
            end else if (!loaded) blamed <= 1;
        end
    end
    wire shown = part_loaded && !(BUG == 1 && had_reset);
    wire error = part_error && !(BUG == 2 && loaded);
    wire hold = part_hold && !(BUG == 3 && within && had_reset);
    wire frame_error = part_frame_error && !(BUG == 4 && loaded);
    wire [31:0] shown_data = data ^ (BUG == 5 && had_reset);
    assign bad_loaded = started && shown != loaded;
    assign bad_refused = started && !rst && error != refused;
    assign bad_kept_apart = !rst && ((accepted && load && !idle) || core_tvalid != (tvalid && !load) || (hold != (load || !loaded)));
    assign bad_swallowed = started && !rst && (frame_error != blamed || (!load && !loaded && !tready));
    assign bad_write = !rst && (write != is_data || (write && shown_data != {tdata[6], tdata[6:0], earlier}));
    assign cover_loaded = shown && had_reset;
    assign cover_refused = error && loaded == 0 && had_reset;
    assign cover_kept_apart = accepted && load && within && had_reset;
    assign cover_swallowed = frame_error && had_reset;
    assign cover_write = write && had_reset && count == 1;
endmodule
