// The AXI4-Lite port of a core without loads: its registers are at the addresses of the manifest; what they show is free.
module harness (
    input clk, input free_rst, input [6:0] awaddr, input awvalid, input [31:0] wdata, input [3:0] wstrb, input wvalid,
    input bready, input [6:0] araddr, input arvalid, input rready, input refuse,
    input [15:0] frame_errors, input [31:0] results,
    output bad_answer, bad_read, bad_write, bad_held, cover_answer, cover_read, cover_write, cover_held
);
    localparam BUG = 0;
    reg started = 0, once = 0, had_reset = 0;
    wire rst = free_rst || !started;
    wire awready, wready, part_bvalid, arready, part_rvalid;
    wire [1:0] part_bresp, part_rresp;
    wire [31:0] part_rdata, write_data;
    wire performed;
    part part (.clk(clk), .rst(rst), .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
        .s_axil_bresp(part_bresp), .s_axil_bvalid(part_bvalid), .s_axil_bready(bready), .s_axil_araddr(araddr),
        .s_axil_arvalid(arvalid), .s_axil_arready(arready), .s_axil_rdata(part_rdata), .s_axil_rresp(part_rresp),
        .s_axil_rvalid(part_rvalid), .s_axil_rready(rready), .frame_errors_count(frame_errors), .results_count(results),
        .control_write(performed), .control_refuse(refuse), .write_data(write_data),
        .row_write(2'd0), .row(4'd0), .row_data(32'd0),
        .status_frame_error(1'b0), .cycles_low_count(32'd0), .cycles_high_count(32'd0));

    // What is on its way.
    reg has_address = 0, has_data = 0, reading = 0, answering = 0;
    reg [6:0] to = 0, from = 0;
    reg [31:0] value = 0, errors_then = 0, results_then = 0;
    reg [3:0] bytes = 0;
    wire bvalid = part_bvalid && !(BUG == 1 && had_reset && answering);
    wire rvalid = part_rvalid;
    wire [31:0] rdata = part_rdata ^ (BUG == 2 && from[6:2] == 5'h12 && had_reset);
    wire [1:0] bresp = BUG == 3 && had_reset ? 0 : part_bresp;
    wire [1:0] rresp = part_rresp ^ (BUG == 4 && reading && waited && had_reset);
    reg waited = 0, b_waited = 0;
    reg [31:0] rdata_before = 0;
    reg [1:0] rresp_before = 0, bresp_before = 0;
    reg did = 0;                         // the strobe came since both parts of the write are there
    always @(posedge clk) begin
        started <= 1;
        once <= once || (part_bvalid && bready);
        had_reset <= had_reset || (started && rst && once);
        waited <= !rst && part_rvalid && !rready;
        b_waited <= !rst && part_bvalid && !bready;
        rdata_before <= rdata; rresp_before <= rresp; bresp_before <= bresp;
        if (rst) begin has_address <= 0; has_data <= 0; reading <= 0; answering <= 0; did <= 0; end
        else begin
            if (awvalid && awready) begin has_address <= 1; to <= awaddr; end
            if (wvalid && wready) begin has_data <= 1; value <= wdata; bytes <= wstrb; end
            if (has_address && has_data && !answering) begin
                answering <= 1; has_address <= 0; has_data <= 0; did <= performed;
            end
            if (part_bvalid && bready) answering <= 0;
            if (arvalid && arready) begin
                reading <= 1; from <= araddr; errors_then <= frame_errors; results_then <= results;
            end else if (part_rvalid && rready) reading <= 0;
        end
    end
    wire control = to[6:2] == 5'h11;     // the only register that is written
    wire sound = control && &bytes && !refuse;
    assign bad_answer = !rst && (bvalid != answering || rvalid != reading);
    assign bad_read = !rst && rvalid && (
        (from[6:2] == 5'h12 && (rresp != 0 || rdata != errors_then))
        || (from[6:2] == 5'h13 && (rresp != 0 || rdata != results_then))
        || (from[6:2] == 5'h11 && rresp != 2) || ((from[6:2] >= 5'h16 || (from[6:2] > 4 && from[6:2] < 8)) && rresp != 3)
        || (from[6:2] == 0 && (rresp != 0 || rdata != 32'h53434e43)));
    assign bad_write = !rst && (performed != (has_address && has_data && !answering && sound)
        || (performed && write_data != value) || (bvalid && (bresp == 0) != did));
    assign bad_held = !rst && ((waited && !(rvalid && rdata == rdata_before && rresp == rresp_before))
        || (b_waited && !(part_bvalid && bresp == bresp_before)));
    assign cover_answer = part_bvalid && part_rvalid && had_reset;
    assign cover_read = rvalid && from[6:2] == 5'h12 && had_reset;
    assign cover_write = bvalid && bresp == 2 && had_reset;
    assign cover_held = waited && b_waited && had_reset;
endmodule
