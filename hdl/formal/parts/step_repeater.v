// Three reads of a buffer for each time that it is left.
module harness (input clk, input free_rst, input read, output bad_vacate, cover_vacate);
    localparam BUG = 0;
    reg started = 0, had_reset = 0;
    wire rst = free_rst || !started;
    wire part_vacate;
    part part (.clk(clk), .rst(rst), .read(read), .vacate(part_vacate));
    reg [2:0] ring = 3'b001;
    reg once = 0;
    always @(posedge clk) begin
        started <= 1;
        had_reset <= had_reset || (started && rst && once);
        once <= once || (!rst && read && ring[1]);
        if (rst) ring <= 3'b001; else if (read) ring <= {ring[1:0], ring[2]};
    end
    wire vacate = part_vacate && !(BUG == 1 && had_reset);
    assign bad_vacate = !rst && vacate != (read && ring[2]);
    assign cover_vacate = vacate && had_reset;
endmodule
