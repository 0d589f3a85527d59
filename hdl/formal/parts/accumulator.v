// Counts of at most MOST, LENGTH of them in a sum; a wide sum beside it cannot wrap.
module harness (input clk, input valid, input first, input [2:0] free_count, output bad_total, cover_total);
    localparam BUG = 0;
    localparam COUNT = 0;
    localparam TOTAL = 0;
    localparam LENGTH = 0;
    localparam MOST = 0;
    localparam SIGNED = 0;
    wire signed [7:0] wide = SIGNED ? {{5{free_count[2]}}, free_count} : {6'b0, free_count[1:0]};
    wire signed [7:0] clipped = wide < -MOST ? -MOST : wide;
    reg signed [7:0] sum = 0;
    reg [3:0] summed = 0;
    reg known = 0;
    wire takes = valid && (first || summed < LENGTH);
    wire [TOTAL-1:0] part_total;
    part part (.clk(clk), .valid(takes), .first(first), .count(clipped[COUNT-1:0]), .total(part_total));
    always @(posedge clk) if (takes) begin
        sum <= (first ? 0 : sum) + clipped;
        summed <= first ? 1 : summed + 1;
        known <= known || first;
    end
    wire signed [7:0] total = SIGNED ? {{8 - TOTAL{part_total[TOTAL-1]}}, part_total} : {{8 - TOTAL{1'b0}}, part_total};
    wire signed [7:0] shown = total - (BUG == 1 && sum == MOST * LENGTH);
    assign bad_total = known && shown != sum;
    assign cover_total = known && sum == MOST * LENGTH && summed == LENGTH;
endmodule
