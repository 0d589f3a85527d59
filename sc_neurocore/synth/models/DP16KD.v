// Block RAM of the ECP5, as far as Yosys uses it; Yosys ships the cell without behaviour.
//
// 2,048 groups of nine bits. A port of width 9, 18 or 36 takes one, two or four groups; one of width 1, 2 or 4 the part
// of a group that its address names, without the ninth bit. A width of 36 takes both halves: port A writes, port B reads.
// Output registers and the chip selects' codes are not modelled: Yosys does not use them.
module DP16KD (
    input DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2,
    DIA1, DIA0,
    input ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    output DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2,
    DOA1, DOA0,
    input DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2,
    DIB1, DIB0,
    input ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2,
    DOB1, DOB0
);
  parameter DATA_WIDTH_A = 18, DATA_WIDTH_B = 18;
  parameter REGMODE_A = "NOREG", REGMODE_B = "NOREG", RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC";
  parameter CSDECODE_A = "0b000", CSDECODE_B = "0b000", WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL";
  parameter CLKAMUX = "CLKA", CLKBMUX = "CLKB", GSR = "AUTO", INIT_DATA = "STATIC";
  parameter [319:0] INITVAL_00 = 320'd0, INITVAL_01 = 320'd0, INITVAL_02 = 320'd0, INITVAL_03 = 320'd0;
  parameter [319:0] INITVAL_04 = 320'd0, INITVAL_05 = 320'd0, INITVAL_06 = 320'd0, INITVAL_07 = 320'd0;
  parameter [319:0] INITVAL_08 = 320'd0, INITVAL_09 = 320'd0, INITVAL_0A = 320'd0, INITVAL_0B = 320'd0;
  parameter [319:0] INITVAL_0C = 320'd0, INITVAL_0D = 320'd0, INITVAL_0E = 320'd0, INITVAL_0F = 320'd0;
  parameter [319:0] INITVAL_10 = 320'd0, INITVAL_11 = 320'd0, INITVAL_12 = 320'd0, INITVAL_13 = 320'd0;
  parameter [319:0] INITVAL_14 = 320'd0, INITVAL_15 = 320'd0, INITVAL_16 = 320'd0, INITVAL_17 = 320'd0;
  parameter [319:0] INITVAL_18 = 320'd0, INITVAL_19 = 320'd0, INITVAL_1A = 320'd0, INITVAL_1B = 320'd0;
  parameter [319:0] INITVAL_1C = 320'd0, INITVAL_1D = 320'd0, INITVAL_1E = 320'd0, INITVAL_1F = 320'd0;
  parameter [319:0] INITVAL_20 = 320'd0, INITVAL_21 = 320'd0, INITVAL_22 = 320'd0, INITVAL_23 = 320'd0;
  parameter [319:0] INITVAL_24 = 320'd0, INITVAL_25 = 320'd0, INITVAL_26 = 320'd0, INITVAL_27 = 320'd0;
  parameter [319:0] INITVAL_28 = 320'd0, INITVAL_29 = 320'd0, INITVAL_2A = 320'd0, INITVAL_2B = 320'd0;
  parameter [319:0] INITVAL_2C = 320'd0, INITVAL_2D = 320'd0, INITVAL_2E = 320'd0, INITVAL_2F = 320'd0;
  parameter [319:0] INITVAL_30 = 320'd0, INITVAL_31 = 320'd0, INITVAL_32 = 320'd0, INITVAL_33 = 320'd0;
  parameter [319:0] INITVAL_34 = 320'd0, INITVAL_35 = 320'd0, INITVAL_36 = 320'd0, INITVAL_37 = 320'd0;
  parameter [319:0] INITVAL_38 = 320'd0, INITVAL_39 = 320'd0, INITVAL_3A = 320'd0, INITVAL_3B = 320'd0;
  parameter [319:0] INITVAL_3C = 320'd0, INITVAL_3D = 320'd0, INITVAL_3E = 320'd0, INITVAL_3F = 320'd0;

  reg [8:0] groups [0:2047];
  wire [20479:0] contents = {
    INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
    INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
    INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
    INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
    INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
    INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
    INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
    INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00
  };
  integer i;
  initial begin
    // Words of 18 bits, one in 20 bits of the parameters.
    for (i = 0; i < 1024; i = i + 1) begin
      groups[2 * i] = contents[20 * i +: 9];
      groups[2 * i + 1] = contents[20 * i + 9 +: 9];
    end
    if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG") begin
      $display("Error: DP16KD: output registers are not modelled");
      $finish;
    end
  end

  wire [35:0] in_a = {{DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0}, {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0}};
  wire [35:0] in_b = {18'd0, {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0}};
  wire [13:0] at_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] at_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  reg [35:0] out_a = 36'd0, out_b = 36'd0;
  wire [35:0] shown = DATA_WIDTH_B == 36 ? out_b : {out_b[17:0], out_a[17:0]};
  assign {{DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0}, {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0}} = shown;

  // What a port of this width reads at an address, from the groups around it.
  function [35:0] part;
    input integer width;
    input [13:0] at;
    input [35:0] four;
    case (width)
      36: part = four;
      18: part = at[4] ? four[35:18] : four[17:0];
      9: part = four[9 * at[4:3] +: 9];
      4: part = (four[9 * at[4:3] +: 9] >> {at[2], 2'd0}) & 36'd15;
      2: part = (four[9 * at[4:3] +: 9] >> {at[2:1], 1'd0}) & 36'd3;
      default: part = (four[9 * at[4:3] +: 9] >> at[2:0]) & 36'd1;
    endcase
  endfunction

  // The four groups after a write.
  function [35:0] written;
    input integer width;
    input [13:0] at;
    input [35:0] four;
    input [35:0] data;
    reg [35:0] mask;
    begin
      case (width)
        36: mask = {{9{at[3]}}, {9{at[2]}}, {9{at[1]}}, {9{at[0]}}};
        18: mask = {18'd0, {9{at[1]}}, {9{at[0]}}} << (at[4] ? 18 : 0);
        9: mask = 36'h1ff << (9 * at[4:3]);
        4: mask = 36'hf << (9 * at[4:3] + 4 * at[2]);
        2: mask = 36'h3 << (9 * at[4:3] + 2 * at[2:1]);
        default: mask = 36'h1 << (9 * at[4:3] + at[2:0]);
      endcase
      case (width)
        36: written = data;
        18: written = data << (at[4] ? 18 : 0);
        9: written = data << (9 * at[4:3]);
        4: written = data << (9 * at[4:3] + 4 * at[2]);
        2: written = data << (9 * at[4:3] + 2 * at[2:1]);
        default: written = data << (9 * at[4:3] + at[2:0]);
      endcase
      written = (four & ~mask) | (written & mask);
    end
  endfunction

  wire [10:0] row_a = {at_a[13:5], 2'd0}, row_b = {at_b[13:5], 2'd0};
  wire [35:0] four_a = {groups[row_a | 3], groups[row_a | 2], groups[row_a | 1], groups[row_a]};
  wire [35:0] four_b = {groups[row_b | 3], groups[row_b | 2], groups[row_b | 1], groups[row_b]};
  wire [35:0] next_a = written(DATA_WIDTH_A, at_a, four_a, in_a);
  wire [35:0] next_b = written(DATA_WIDTH_B, at_b, four_b, in_b);
  wire chosen_a = !({CSA2, CSA1, CSA0}), chosen_b = !({CSB2, CSB1, CSB0});
  wire cleared_a = RESETMODE == "ASYNC" && RSTA, cleared_b = RESETMODE == "ASYNC" && RSTB;
  wire writes_a = CEA && WEA && chosen_a && !(RESETMODE == "SYNC" && RSTA);
  wire writes_b = CEB && WEB && chosen_b && !(RESETMODE == "SYNC" && RSTB) && DATA_WIDTH_B != 36;
  wire clock_a = CLKAMUX == "INV" ? !CLKA : CLKA;
  wire clock_b = CLKBMUX == "INV" ? !CLKB : CLKB;

  always @(posedge clock_a)
    if (writes_a) begin
      groups[row_a] <= next_a[8:0];
      groups[row_a | 1] <= next_a[17:9];
      groups[row_a | 2] <= next_a[26:18];
      groups[row_a | 3] <= next_a[35:27];
    end

  always @(posedge clock_b)
    if (writes_b) begin
      groups[row_b] <= next_b[8:0];
      groups[row_b | 1] <= next_b[17:9];
      groups[row_b | 2] <= next_b[26:18];
      groups[row_b | 3] <= next_b[35:27];
    end

  always @(posedge clock_a or posedge cleared_a)
    if (cleared_a || RSTA)
      out_a <= 36'd0;
    else if (CEA && chosen_a && (!WEA || WRITEMODE_A == "READBEFOREWRITE"))
      out_a <= part(DATA_WIDTH_A, at_a, four_a);
    else if (CEA && chosen_a && WRITEMODE_A == "WRITETHROUGH")
      out_a <= part(DATA_WIDTH_A, at_a, next_a);

  always @(posedge clock_b or posedge cleared_b)
    if (cleared_b || RSTB)
      out_b <= 36'd0;
    else if (CEB && chosen_b && (!WEB || WRITEMODE_B == "READBEFOREWRITE"))
      out_b <= part(DATA_WIDTH_B, at_b, four_b);
    else if (CEB && chosen_b && WRITEMODE_B == "WRITETHROUGH")
      out_b <= part(DATA_WIDTH_B, at_b, next_b);
endmodule
