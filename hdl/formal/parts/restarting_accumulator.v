// Products of two bits with a sign: a complemented product p stands for -(3 - p).
module harness (input clk, input clear, input [1:0] product, input complemented, output bad_sum, cover_sum);
    localparam BUG = 0;
    wire [5:0] part_sum;
    part part (.clk(clk), .clear(clear), .product(product), .complemented(complemented), .sum(part_sum));
    reg signed [6:0] total = 0;
    reg known = 0;
    wire signed [6:0] now = total + (complemented ? -(7'd3 - product) : {5'b0, product});
    always @(posedge clk) begin
        known <= known || clear;
        total <= clear ? 0 : {now[5], now[5:0]};
    end
    wire [5:0] sum = part_sum ^ (BUG == 1 && total == 9);
    assign bad_sum = known && sum != now[5:0];
    assign cover_sum = known && total == 9 && complemented;
endmodule
