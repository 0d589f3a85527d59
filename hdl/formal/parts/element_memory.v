// A vector of two elements between a writer and a reader that keep the rules of the strobes.
module harness (
    input clk, input free_rst, input want_push, input want_commit, input want_reserve, input want_vacate,
    input [1:0] data, input want_drop, input address, output bad_state, bad_data, cover_state, cover_data
);
    localparam BUG = 0;

    reg started = 0, had_reset = 0, once = 0;
    wire rst = free_rst || !started;
    wire vacant, part_reserved, full;
    reg filling = 0, holds = 0;
    reg [1:0] pushed = 0, first = 0, second = 0;
    wire reserve = want_reserve && vacant && !rst;
    wire push = want_push && filling && pushed < 2 && !rst;
    wire commit = want_commit && filling && pushed + push == 2 && !rst;
    wire vacate = want_vacate && full && !rst;
    wire [1:0] element;
    wire drop = want_drop && filling && !push && !commit && !rst;
    part part (.clk(clk), .rst(rst), .push(push), .data(data), .commit(commit), .drop(drop), .reserve(reserve),
        .vacate(vacate), .vacant(vacant), .reserved(part_reserved), .full(full), .address(address), .element(element));
    reg asked = 0, known = 0;
    always @(posedge clk) begin asked <= address; known <= full && !rst; end
    wire [1:0] shown = element ^ (BUG == 2 && had_reset);
    wire right = shown == (asked ? second : first);
    wire reserved = part_reserved && !(BUG == 1 && had_reset);
    always @(posedge clk) begin
        started <= 1;
        once <= once || vacate;
        had_reset <= had_reset || (started && rst && once);
        if (rst) begin filling <= 0; holds <= 0; pushed <= 0; end
        else begin
            if (reserve) begin filling <= 1; pushed <= 0; end
            if (push) begin pushed <= pushed + 1; if (pushed == 0) first <= data; else second <= data; end
            if (drop) pushed <= 0;
            if (commit) begin filling <= 0; holds <= 1; end
            if (vacate) holds <= 0;
        end
    end
    assign bad_state = !rst && started && (reserved != filling || full != holds || vacant != !(filling || holds));
    assign bad_data = !rst && holds && known && !right;
    assign cover_state = full && had_reset;
    assign cover_data = holds && known && had_reset && first != second;
endmodule
