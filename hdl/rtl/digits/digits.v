`default_nettype none

// The core digits: latency 93 clocks, 99 clocks an inference (manifest.json has more).
//
// NetworkCore
// Function    one frame of input codes in, one frame of the last layer's outputs out, for every sample.
//
// Structure   frame reader -> buffer -> layer 0 -> buffer -> layer 1 ... -> frame writer. Each buffer and the writer is
//             vacant, reserved or full; a layer runs when its buffer is full, so layers work on successive samples
//             at the same time. With several time steps each frame is a step (or is used in all of them), lif layers
//             keep their states from step to step, and the outputs of the steps leave frame by frame or as one sum.
// Maps        a layer on windows has a memory of its map's rows for a buffer; it begins with the first rows and hands
//             on rows, so that the layers of one sample work at the same time. The input's map is there as a whole.
// Layers      architecture row: all inputs at a time, from buffers side by side. column: one input at a time, from
//             buffers in memories; serial: the same for one neuron.
// Loading     loadable: weights, biases, shifts and thresholds are written through the load ports, while hold and
//             idle are high; load_map says where.
// Anytime     anytime: every stream stops after 1 / 2^k of its positions, k from the port halvings, which stays
//             while a sample is in work; counts are multiplied by 2^k, so that biases and neurons are the same.
// Latency     timing.core_timing(self), also stated in the manifest.
// Throughput  as the slowest of input port, layers and output port allows; stated in the manifest.
// Reset       rst, synchronous: drops all frames and state, but nothing that was loaded. tready and tvalid are
//             low under it.
//
// Ports
//     as ports.core_ports, and ports.load_ports where loadable
//     halvings  in   0 ... plan.halvings   where there are any
module digits(s_axis_tvalid, s_axis_tlast, m_axis_tready, clk, rst, s_axis_tready, m_axis_tdata, m_axis_tvalid, m_axis_tlast, frame_error, s_axis_tdata);
  wire [10:0] _0_;
  input clk;
  wire clk;
  wire commit;
  wire commit__33;
  wire commit__49;
  wire [3:0] data__35;
  wire [10:0] data__51;
  wire [255:0] elements;
  wire [127:0] elements__29;
  output frame_error;
  wire frame_error;
  wire full;
  wire full__39;
  output [15:0] m_axis_tdata;
  wire [15:0] m_axis_tdata;
  output m_axis_tlast;
  wire m_axis_tlast;
  input m_axis_tready;
  wire m_axis_tready;
  output m_axis_tvalid;
  wire m_axis_tvalid;
  wire push;
  wire push__31;
  wire push__47;
  wire ready;
  wire reserve;
  wire reserve__53;
  wire reserved;
  wire reserved__55;
  input rst;
  wire rst;
  input [7:0] s_axis_tdata;
  wire [7:0] s_axis_tdata;
  input s_axis_tlast;
  wire s_axis_tlast;
  output s_axis_tready;
  wire s_axis_tready;
  input s_axis_tvalid;
  wire s_axis_tvalid;
  wire vacant;
  wire vacant__57;
  wire vacate;
  wire vacate__37;
  assign ready = ~ full;
  digits_buffer0 buffer0 (
    .clk(clk),
    .commit(commit),
    .data(s_axis_tdata[3:0]),
    .elements(elements),
    .full(full),
    .push(push),
    .rst(rst),
    .vacate(vacate)
  );
  digits_buffer1 buffer1 (
    .clk(clk),
    .commit(commit__33),
    .data(data__35),
    .elements(elements__29),
    .full(full__39),
    .push(push__31),
    .reserve(reserve),
    .reserved(reserved),
    .rst(rst),
    .vacant(vacant),
    .vacate(vacate__37)
  );
  digits_layer0 layer0 (
    .clk(clk),
    .commit(commit__33),
    .data(data__35),
    .elements(elements),
    .full(full),
    .push(push__31),
    .reserve(reserve),
    .reserved(reserved),
    .rst(rst),
    .vacant(vacant),
    .vacate(vacate)
  );
  digits_layer1 layer1 (
    .biased(data__51),
    .clk(clk),
    .commit(commit__49),
    .elements(elements__29),
    .full(full__39),
    .push(push__47),
    .reserve(reserve__53),
    .reserved(reserved__55),
    .rst(rst),
    .vacant(vacant__57),
    .vacate(vacate__37)
  );
  digits_reader reader (
    .clk(clk),
    .commit(commit),
    .error(frame_error),
    .push(push),
    .ready(ready),
    .rst(rst),
    .tdata(s_axis_tdata),
    .tlast(s_axis_tlast),
    .tready(s_axis_tready),
    .tvalid(s_axis_tvalid)
  );
  digits_writer writer (
    .clk(clk),
    .commit(commit__49),
    .data(data__51),
    .result(_0_),
    .push(push__47),
    .reserve(reserve__53),
    .reserved(reserved__55),
    .rst(rst),
    .tlast(m_axis_tlast),
    .tready(m_axis_tready),
    .tvalid(m_axis_tvalid),
    .vacant(vacant__57)
  );
  assign m_axis_tdata = { _0_[10], _0_[10], _0_[10], _0_[10], _0_[10], _0_ };
endmodule

// ElementBuffer
// A shift register of length elements that knows whether it is vacant, reserved or full.
//
// Function    each push shifts: after length of them the first is element 0. commit (together with the last
//             push, or later) makes it full; elements that were pushed before and never committed are shifted out by
//             the next vector. reserve marks it as waiting for a writer, vacate as read.
// Latency     1 clock.
// Throughput  one element per clock.
// Reset       to vacant; the elements keep what they hold.
// Strobes     commit ends a reservation. reserve comes only while vacant, vacate only while full.
//
// Ports
//     push, data             in   1, width
//     commit, reserve        in   1
//     vacate                 in   1
//     vacant, reserved, full out  1              exactly one of them is 1
//     elements               out  length*width   element 0 in the low bits
module digits_buffer0(clk, rst, push, commit, vacate, elements, full, data);
  wire [258:0] _00_;
  wire [255:0] _01_;
  wire _02_;
  wire _03_;
  wire _04_;
  input clk;
  wire clk;
  input commit;
  wire commit;
  input [3:0] data;
  wire [3:0] data;
  output [255:0] elements;
  reg [255:0] elements = 256'h0000000000000000000000000000000000000000000000000000000000000000;
  output full;
  reg full = 1'h0;
  input push;
  wire push;
  wire reserved;
  input rst;
  wire rst;
  input vacate;
  wire vacate;
  assign _00_ = { 7'h00, elements[255:4] } | { 3'h0, data, 252'h000000000000000000000000000000000000000000000000000000000000000 };
  always @(posedge clk)
    elements <= _01_;
  always @(posedge clk)
    full <= _02_;
  assign _03_ = vacate ? 1'h0 : full;
  assign _04_ = commit ? 1'h1 : _03_;
  assign _02_ = rst ? 1'h0 : _04_;
  assign _01_ = push ? _00_[255:0] : elements;
endmodule

// ElementBuffer, as digits_buffer0
module digits_buffer1(rst, reserve, vacant, push, commit, data, vacate, elements, reserved, full, clk);
  wire [130:0] _00_;
  wire _01_;
  wire [127:0] _02_;
  wire _03_;
  wire _04_;
  wire _05_;
  wire _06_;
  wire _07_;
  wire _08_;
  input clk;
  wire clk;
  input commit;
  wire commit;
  input [3:0] data;
  wire [3:0] data;
  output [127:0] elements;
  reg [127:0] elements = 128'h00000000000000000000000000000000;
  output full;
  reg full = 1'h0;
  input push;
  wire push;
  input reserve;
  wire reserve;
  output reserved;
  reg reserved = 1'h0;
  input rst;
  wire rst;
  output vacant;
  wire vacant;
  input vacate;
  wire vacate;
  assign _00_ = { 7'h00, elements[127:4] } | { 3'h0, data, 124'h0000000000000000000000000000000 };
  assign _01_ = full | reserved;
  assign vacant = ~ _01_;
  always @(posedge clk)
    elements <= _02_;
  always @(posedge clk)
    reserved <= _03_;
  always @(posedge clk)
    full <= _04_;
  assign _05_ = vacate ? 1'h0 : full;
  assign _06_ = commit ? 1'h1 : _05_;
  assign _04_ = rst ? 1'h0 : _06_;
  assign _07_ = reserve ? 1'h1 : reserved;
  assign _08_ = commit ? 1'h0 : _07_;
  assign _03_ = rst ? 1'h0 : _08_;
  assign _02_ = push ? _00_[127:0] : elements;
endmodule

// FoldedLayer
// A layer of the contract, section 3 to section 6: streams, products, exact counts, bias, neuron.
//
// Function    for the elements of one vector the outputs of all neurons, in their order; on a map for one window after
//             the other, row of outputs by row.
// Datapath    what is done in one clock: all inputs (ParallelDatapath, OrDatapath), one of them
//             (StreamedDatapath, ClosedFormDatapath), or the one that a select word names (MuxDatapath).
// Pipeline    counts numbers.latency clocks after a position begins, totals 1 later; then the processing elements'
//             totals leave one per clock through bias (1) and neuron.
// Latency     as FoldedLayerNumbers.passes says.
// Throughput  one vector in groups * max(clocks of a group, lanes) clocks and the pipeline's depth.
// Reset       drops the vector in work; state that reset does not touch is data without a flag.
// Restart     the sources restart at every group: a result depends on its own vector alone, and with lif on those
//             of its sample's steps.
//
// Ports
//     elements | address, element   as Datapath
//     full              in   1   elements are there
//     vacate            out  1   strobe: elements have been read (of windows: leave, as WindowSequencer)
//     another           in   1   as WindowSequencer, of windows
//     reserved, vacant  in   1   state of the sink
//     reserve           out  1
//     push, data        out  1, one result
//     commit            out  1   with the push of the last neuron (of windows: of the row's last position)
//     load_write, load_address, load_data   in   1, load.address_bits, 32   where the weights are loadable
//     halvings                              in   0 ... halvings   where streams may be stopped early
module digits_layer0(rst, reserve, vacant, vacate, push, commit, data, elements, full, reserved, clk);
  wire _000_;
  wire _001_;
  wire _002_;
  wire _003_;
  wire _004_;
  wire _005_;
  wire _006_;
  wire _007_;
  wire _008_;
  wire _009_;
  wire _010_;
  wire _011_;
  wire _012_;
  wire _013_;
  wire _014_;
  wire _015_;
  wire [5:0] _016_;
  wire [4:0] _017_;
  wire [3:0] _018_;
  wire _019_;
  wire _020_;
  wire _021_;
  wire _022_;
  wire _023_;
  wire _024_;
  wire _025_;
  wire [4:0] _026_;
  wire _027_;
  wire _028_;
  wire _029_;
  wire _030_;
  wire _031_;
  wire _032_;
  wire _033_;
  wire _034_;
  wire [3:0] _035_;
  wire [3:0] _036_;
  wire [4:0] _037_;
  wire [4:0] _038_;
  wire active;
  reg active_1 = 1'h0;
  reg active_2 = 1'h0;
  reg active_3 = 1'h0;
  reg active_4 = 1'h0;
  reg active_5 = 1'h0;
  wire [10:0] aligned_0;
  wire [10:0] aligned_1;
  wire [10:0] aligned_11;
  wire [10:0] aligned_12;
  wire [10:0] aligned_13;
  wire [10:0] aligned_14;
  wire [10:0] aligned_15;
  wire [10:0] aligned_2;
  wire [10:0] aligned_4;
  wire [10:0] aligned_5;
  wire [10:0] aligned_6;
  wire [10:0] aligned_7;
  wire [10:0] aligned_8;
  wire [10:0] aligned_9;
  wire at_end;
  wire [11:0] biased;
  input clk;
  wire clk;
  output commit;
  reg commit = 1'h0;
  reg commit_0 = 1'h0;
  reg commit_1 = 1'h0;
  wire [6:0] count;
  wire [6:0] count_1;
  wire [5:0] count_10;
  wire [6:0] count_11;
  wire [6:0] count_12;
  wire [6:0] count_13;
  wire [6:0] count_14;
  wire [6:0] count_15;
  wire [6:0] count_2;
  wire [5:0] count_3;
  wire [6:0] count_4;
  wire [6:0] count_5;
  wire [6:0] count_6;
  wire [6:0] count_7;
  wire [6:0] count_8;
  wire [6:0] count_9;
  output [3:0] data;
  wire [3:0] data;
  input [255:0] elements;
  wire [255:0] elements;
  reg first = 1'h0;
  reg first_1 = 1'h0;
  reg first_2 = 1'h0;
  reg first_3 = 1'h0;
  reg first_4 = 1'h0;
  wire [10:0] first__129;
  wire first__147;
  input full;
  wire full;
  wire group_end;
  wire group_index;
  reg held = 1'h0;
  reg [4:0] index = 5'h00;
  reg [3:0] lane_index = 4'h0;
  wire last;
  reg last_1 = 1'h0;
  reg last_2 = 1'h0;
  reg last_3 = 1'h0;
  reg last_4 = 1'h0;
  reg last_5 = 1'h0;
  reg last_6 = 1'h0;
  output push;
  reg push = 1'h0;
  reg push_0 = 1'h0;
  reg push_1 = 1'h0;
  output reserve;
  wire reserve;
  input reserved;
  wire reserved;
  wire restart;
  input rst;
  wire rst;
  wire sample_end;
  reg sample_end_1 = 1'h0;
  wire shift;
  wire [9:0] total__107;
  wire [9:0] total__93;
  input vacant;
  wire vacant;
  output vacate;
  reg vacate = 1'h0;
  always @(posedge clk)
    held <= _019_;
  always @(posedge clk)
    push_0 <= _020_;
  always @(posedge clk)
    commit_0 <= _021_;
  always @(posedge clk)
    push_1 <= _022_;
  always @(posedge clk)
    commit_1 <= _023_;
  always @(posedge clk)
    push <= _024_;
  always @(posedge clk)
    commit <= _025_;
  assign _000_ = ~ active;
  assign restart = last | _000_;
  assign shift = held & reserved;
  assign at_end = index == 5'h1f;
  assign _009_ = lane_index == 4'hf;
  assign group_end = at_end | _009_;
  assign _016_ = { 1'h0, index } + 6'h01;
  assign _026_ = { 1'h0, lane_index } + 5'h01;
  assign _027_ = shift & at_end;
  always @(posedge clk)
    active_1 <= _028_;
  always @(posedge clk)
    active_2 <= _029_;
  always @(posedge clk)
    active_3 <= _030_;
  always @(posedge clk)
    active_4 <= _031_;
  always @(posedge clk)
    active_5 <= _001_;
  always @(posedge clk)
    first_1 <= _002_;
  always @(posedge clk)
    first_2 <= _003_;
  always @(posedge clk)
    first_3 <= _004_;
  always @(posedge clk)
    first_4 <= _005_;
  always @(posedge clk)
    first <= _006_;
  always @(posedge clk)
    last_1 <= _007_;
  always @(posedge clk)
    last_2 <= _008_;
  always @(posedge clk)
    last_3 <= _010_;
  always @(posedge clk)
    last_4 <= _011_;
  always @(posedge clk)
    last_5 <= _012_;
  always @(posedge clk)
    last_6 <= _013_;
  always @(posedge clk)
    sample_end_1 <= _014_;
  always @(posedge clk)
    vacate <= _015_;
  always @(posedge clk)
    index <= _017_;
  always @(posedge clk)
    lane_index <= _018_;
  assign _025_ = rst ? 1'h0 : commit_1;
  assign _024_ = rst ? 1'h0 : push_1;
  assign _023_ = rst ? 1'h0 : commit_0;
  assign _022_ = rst ? 1'h0 : push_0;
  assign _021_ = rst ? 1'h0 : _027_;
  assign _020_ = rst ? 1'h0 : shift;
  assign _032_ = group_end ? 1'h0 : held;
  assign _033_ = shift ? _032_ : held;
  assign _034_ = last_6 ? 1'h1 : _033_;
  assign _019_ = rst ? 1'h0 : _034_;
  assign _035_ = group_end ? 4'h0 : _026_[3:0];
  assign _036_ = shift ? _035_ : lane_index;
  assign _018_ = rst ? 4'h0 : _036_;
  assign _037_ = at_end ? 5'h00 : _016_[4:0];
  assign _038_ = shift ? _037_ : index;
  assign _017_ = rst ? 5'h00 : _038_;
  assign _015_ = rst ? 1'h0 : sample_end_1;
  assign _014_ = rst ? 1'h0 : sample_end;
  assign _013_ = rst ? 1'h0 : last_5;
  assign _012_ = rst ? 1'h0 : last_4;
  assign _011_ = rst ? 1'h0 : last_3;
  assign _010_ = rst ? 1'h0 : last_2;
  assign _008_ = rst ? 1'h0 : last_1;
  assign _007_ = rst ? 1'h0 : last;
  assign _006_ = rst ? 1'h0 : first_4;
  assign _005_ = rst ? 1'h0 : first_3;
  assign _004_ = rst ? 1'h0 : first_2;
  assign _003_ = rst ? 1'h0 : first_1;
  assign _002_ = rst ? 1'h0 : first__147;
  assign _001_ = rst ? 1'h0 : active_4;
  assign _031_ = rst ? 1'h0 : active_3;
  assign _030_ = rst ? 1'h0 : active_2;
  assign _029_ = rst ? 1'h0 : active_1;
  assign _028_ = rst ? 1'h0 : active;
  digits_layer0_accumulator_0 accumulator_0 (
    .clk(clk),
    .count(count),
    .first(first),
    .rst(rst),
    .total(aligned_0),
    .valid(active_5)
  );
  digits_layer0_accumulator_1 accumulator_1 (
    .clk(clk),
    .count(count_1),
    .first(first),
    .rst(rst),
    .total(aligned_1),
    .valid(active_5)
  );
  digits_layer0_accumulator_10 accumulator_10 (
    .clk(clk),
    .count(count_10),
    .first(first),
    .rst(rst),
    .total(total__107),
    .valid(active_5)
  );
  digits_layer0_accumulator_11 accumulator_11 (
    .clk(clk),
    .count(count_11),
    .first(first),
    .rst(rst),
    .total(aligned_11),
    .valid(active_5)
  );
  digits_layer0_accumulator_12 accumulator_12 (
    .clk(clk),
    .count(count_12),
    .first(first),
    .rst(rst),
    .total(aligned_12),
    .valid(active_5)
  );
  digits_layer0_accumulator_13 accumulator_13 (
    .clk(clk),
    .count(count_13),
    .first(first),
    .rst(rst),
    .total(aligned_13),
    .valid(active_5)
  );
  digits_layer0_accumulator_14 accumulator_14 (
    .clk(clk),
    .count(count_14),
    .first(first),
    .rst(rst),
    .total(aligned_14),
    .valid(active_5)
  );
  digits_layer0_accumulator_15 accumulator_15 (
    .clk(clk),
    .count(count_15),
    .first(first),
    .rst(rst),
    .total(aligned_15),
    .valid(active_5)
  );
  digits_layer0_accumulator_2 accumulator_2 (
    .clk(clk),
    .count(count_2),
    .first(first),
    .rst(rst),
    .total(aligned_2),
    .valid(active_5)
  );
  digits_layer0_accumulator_3 accumulator_3 (
    .clk(clk),
    .count(count_3),
    .first(first),
    .rst(rst),
    .total(total__93),
    .valid(active_5)
  );
  digits_layer0_accumulator_4 accumulator_4 (
    .clk(clk),
    .count(count_4),
    .first(first),
    .rst(rst),
    .total(aligned_4),
    .valid(active_5)
  );
  digits_layer0_accumulator_5 accumulator_5 (
    .clk(clk),
    .count(count_5),
    .first(first),
    .rst(rst),
    .total(aligned_5),
    .valid(active_5)
  );
  digits_layer0_accumulator_6 accumulator_6 (
    .clk(clk),
    .count(count_6),
    .first(first),
    .rst(rst),
    .total(aligned_6),
    .valid(active_5)
  );
  digits_layer0_accumulator_7 accumulator_7 (
    .clk(clk),
    .count(count_7),
    .first(first),
    .rst(rst),
    .total(aligned_7),
    .valid(active_5)
  );
  digits_layer0_accumulator_8 accumulator_8 (
    .clk(clk),
    .count(count_8),
    .first(first),
    .rst(rst),
    .total(aligned_8),
    .valid(active_5)
  );
  digits_layer0_accumulator_9 accumulator_9 (
    .clk(clk),
    .count(count_9),
    .first(first),
    .rst(rst),
    .total(aligned_9),
    .valid(active_5)
  );
  digits_layer0_bias bias (
    .biased(biased),
    .clk(clk),
    .port__addr(index),
    .rst(rst),
    .total(first__129)
  );
  digits_layer0_lanes lanes (
    .clk(clk),
    .codes(elements),
    .count_0(count),
    .count_1(count_1),
    .count_10(count_10),
    .count_11(count_11),
    .count_12(count_12),
    .count_13(count_13),
    .count_14(count_14),
    .count_15(count_15),
    .count_2(count_2),
    .count_3(count_3),
    .count_4(count_4),
    .count_5(count_5),
    .count_6(count_6),
    .count_7(count_7),
    .count_8(count_8),
    .count_9(count_9),
    .enable(active),
    .group_index(group_index),
    .restart(restart),
    .rst(rst)
  );
  digits_layer0_neuron neuron (
    .biased(biased),
    .clk(clk),
    .result(data),
    .rst(rst)
  );
  digits_layer0_sequencer sequencer (
    .active(active),
    .clk(clk),
    .current_group(group_index),
    .first(first__147),
    .full(full),
    .last(last),
    .reserve(reserve),
    .reserved(reserved),
    .rst(rst),
    .sample_end(sample_end),
    .vacant(vacant)
  );
  digits_layer0_shifter shifter (
    .clk(clk),
    .first(first__129),
    .load(last_6),
    .aligned_0(aligned_0),
    .aligned_1(aligned_1),
    .aligned_2(aligned_2),
    .operand(total__93),
    .aligned_4(aligned_4),
    .aligned_5(aligned_5),
    .aligned_6(aligned_6),
    .aligned_7(aligned_7),
    .aligned_8(aligned_8),
    .aligned_9(aligned_9),
    .operand_2(total__107),
    .aligned_11(aligned_11),
    .aligned_12(aligned_12),
    .aligned_13(aligned_13),
    .aligned_14(aligned_14),
    .aligned_15(aligned_15),
    .rst(rst),
    .shift(shift)
  );
endmodule

// Accumulator
// total = sum of the counts since the last first, that one included. It cannot wrap: its range holds full scale.
//
// Function    width bits (lanes) counted over length positions reach at most width*length, and as low as its
//             negative where the counts are signed: the register's range is derived from these two.
// Latency     1 clock from count to total.
// Throughput  one count per clock.
// Reset       none needed: first starts a new sum whatever the register held.
// Strobes     first counts only together with valid; without valid the sum stays.
//
// Ports
//     valid  in   1
//     first  in   1
//     count  in   as ParallelCounter of width
//     total  out  unsigned, 0 ... width*length; signed where the counts are
module digits_layer0_accumulator_0(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_1(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_10(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_11(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_12(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_13(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_14(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_15(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_2(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_3(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_4(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_5(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_6(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_7(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_8(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer0_accumulator_9(rst, valid, first, count, total, clk);
  wire [10:0] _0_;
  wire [11:0] _1_;
  wire [10:0] _2_;
  input clk;
  wire clk;
  input [6:0] count;
  wire [6:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [10:0] total;
  reg [10:0] total = 11'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 11'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[10:0] : total;
endmodule

// Bias
// biased = total * scale + offset[index].
//
// Function    the offset of a neuron is its bias plus whatever constant its products left to be added: -(negative
//             lanes)*L for AndProducts, -inputs*L (and scale 2) for XnorProducts, nothing for SignedProducts.
// Latency     1 clock.
// Throughput  one neuron per clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     total   in   as Accumulator
//     index   in   number of the neuron
//     biased  out  signed, wide enough for +-magnitude
module digits_layer0_bias(rst, port__addr, total, biased, clk);
  wire [13:0] _0_;
  output [11:0] biased;
  reg [11:0] biased = 12'h000;
  input clk;
  wire clk;
  input [4:0] port__addr;
  wire [4:0] port__addr;
  wire [10:0] port__data;
  input rst;
  wire rst;
  input [10:0] total;
  wire [10:0] total;
  reg [10:0] offsets [31:0];
  initial begin
    offsets[0] = 11'h54e;
    offsets[1] = 11'h642;
    offsets[2] = 11'h6b6;
    offsets[3] = 11'h61c;
    offsets[4] = 11'h62f;
    offsets[5] = 11'h624;
    offsets[6] = 11'h68a;
    offsets[7] = 11'h649;
    offsets[8] = 11'h5f0;
    offsets[9] = 11'h661;
    offsets[10] = 11'h5b8;
    offsets[11] = 11'h61e;
    offsets[12] = 11'h59b;
    offsets[13] = 11'h5cf;
    offsets[14] = 11'h64b;
    offsets[15] = 11'h652;
    offsets[16] = 11'h672;
    offsets[17] = 11'h58c;
    offsets[18] = 11'h697;
    offsets[19] = 11'h52f;
    offsets[20] = 11'h600;
    offsets[21] = 11'h5fe;
    offsets[22] = 11'h676;
    offsets[23] = 11'h62f;
    offsets[24] = 11'h6b9;
    offsets[25] = 11'h639;
    offsets[26] = 11'h65b;
    offsets[27] = 11'h6a1;
    offsets[28] = 11'h634;
    offsets[29] = 11'h665;
    offsets[30] = 11'h5ce;
    offsets[31] = 11'h66e;
  end
  assign port__data = offsets[port__addr];
  assign _0_ = { 3'h0, total } + { port__data[10], port__data[10], port__data[10], port__data };
  always @(posedge clk)
    biased <= _0_[11:0];
endmodule

// ParallelDatapath
// Processing elements of the accumulator parallel_counter: bits_per_clock positions of all streams per clock.
//
// Function    products by AND with complements for negative weights, by AND with signs beside them, or by XNOR; a
//             tree of adders counts those of each processing element. Where the stream does not fill the last clock,
//             its bits are 0.
// Pipeline    sources 0, streams 2, products 3, counts 3 + C clocks after a position (C: the counter's latency).
// Ports, throughput and reset as Datapath.
module digits_layer0_lanes(rst, restart, enable, group_index, count_0, count_1, count_2, count_3, count_4, count_5, count_6, count_7, count_8, count_9, count_10, count_11, count_12, count_13, count_14, count_15, codes
, clk);
  wire [63:0] bits;
  wire [63:0] bits_0;
  wire [63:0] bits_1;
  wire [62:0] bits_10;
  wire [63:0] bits_11;
  wire [63:0] bits_12;
  wire [63:0] bits_13;
  wire [63:0] bits_14;
  wire [63:0] bits_15;
  wire [63:0] bits_2;
  wire [62:0] bits_3;
  wire [63:0] bits_4;
  wire [63:0] bits_5;
  wire [63:0] bits_6;
  wire [63:0] bits_7;
  wire [63:0] bits_8;
  wire [63:0] bits_9;
  wire [63:0] bits__101;
  wire [62:0] bits__110;
  wire [63:0] bits__119;
  wire [63:0] bits__128;
  wire [63:0] bits__137;
  wire [63:0] bits__146;
  wire [63:0] bits__155;
  wire [63:0] bits__20;
  wire [63:0] bits__29;
  wire [63:0] bits__38;
  wire [62:0] bits__47;
  wire [63:0] bits__56;
  wire [63:0] bits__65;
  wire [63:0] bits__74;
  wire [63:0] bits__83;
  wire [63:0] bits__92;
  input clk;
  wire clk;
  input [255:0] codes;
  wire [255:0] codes;
  output [6:0] count_0;
  wire [6:0] count_0;
  output [6:0] count_1;
  wire [6:0] count_1;
  output [5:0] count_10;
  wire [5:0] count_10;
  output [6:0] count_11;
  wire [6:0] count_11;
  output [6:0] count_12;
  wire [6:0] count_12;
  output [6:0] count_13;
  wire [6:0] count_13;
  output [6:0] count_14;
  wire [6:0] count_14;
  output [6:0] count_15;
  wire [6:0] count_15;
  output [6:0] count_2;
  wire [6:0] count_2;
  output [5:0] count_3;
  wire [5:0] count_3;
  output [6:0] count_4;
  wire [6:0] count_4;
  output [6:0] count_5;
  wire [6:0] count_5;
  output [6:0] count_6;
  wire [6:0] count_6;
  output [6:0] count_7;
  wire [6:0] count_7;
  output [6:0] count_8;
  wire [6:0] count_8;
  output [6:0] count_9;
  wire [6:0] count_9;
  input enable;
  wire enable;
  input group_index;
  wire group_index;
  wire [63:0] negative;
  wire [63:0] negative_1;
  wire [62:0] negative_10;
  wire [63:0] negative_11;
  wire [63:0] negative_12;
  wire [63:0] negative_13;
  wire [63:0] negative_14;
  wire [63:0] negative_15;
  wire [63:0] negative_2;
  wire [62:0] negative_3;
  wire [63:0] negative_4;
  wire [63:0] negative_5;
  wire [63:0] negative_6;
  wire [63:0] negative_7;
  wire [63:0] negative_8;
  wire [63:0] negative_9;
  input restart;
  wire restart;
  input rst;
  wire rst;
  wire [3:0] word;
  wire [3:0] word__10;
  digits_layer0_lanes_counter_0 counter_0 (
    .bits(bits__20),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_0)
  );
  digits_layer0_lanes_counter_1 counter_1 (
    .bits(bits__29),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_1)
  );
  digits_layer0_lanes_counter_10 counter_10 (
    .bits(bits__110),
    .clk(clk),
    .count(count_10),
    .rst(rst)
  );
  digits_layer0_lanes_counter_11 counter_11 (
    .bits(bits__119),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_11)
  );
  digits_layer0_lanes_counter_12 counter_12 (
    .bits(bits__128),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_12)
  );
  digits_layer0_lanes_counter_13 counter_13 (
    .bits(bits__137),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_13)
  );
  digits_layer0_lanes_counter_14 counter_14 (
    .bits(bits__146),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_14)
  );
  digits_layer0_lanes_counter_15 counter_15 (
    .bits(bits__155),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_15)
  );
  digits_layer0_lanes_counter_2 counter_2 (
    .bits(bits__38),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_2)
  );
  digits_layer0_lanes_counter_3 counter_3 (
    .bits(bits__47),
    .clk(clk),
    .count(count_3),
    .rst(rst)
  );
  digits_layer0_lanes_counter_4 counter_4 (
    .bits(bits__56),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_4)
  );
  digits_layer0_lanes_counter_5 counter_5 (
    .bits(bits__65),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_5)
  );
  digits_layer0_lanes_counter_6 counter_6 (
    .bits(bits__74),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_6)
  );
  digits_layer0_lanes_counter_7 counter_7 (
    .bits(bits__83),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_7)
  );
  digits_layer0_lanes_counter_8 counter_8 (
    .bits(bits__92),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_8)
  );
  digits_layer0_lanes_counter_9 counter_9 (
    .bits(bits__101),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_9)
  );
  digits_layer0_lanes_input_generator input_generator (
    .clk(clk),
    .codes(codes),
    .held_bits(bits),
    .operand({ word[0], word[1], word[2], word[3] }),
    .rst(rst)
  );
  digits_layer0_lanes_input_source input_source (
    .clk(clk),
    .enable(enable),
    .position({ word[0], word[1], word[2], word[3] }),
    .restart(restart),
    .rst(rst)
  );
  digits_layer0_lanes_products_0 products_0 (
    .bits(bits__20),
    .clk(clk),
    .negative(negative),
    .rst(rst),
    .w(bits_0),
    .x(bits)
  );
  digits_layer0_lanes_products_1 products_1 (
    .bits(bits__29),
    .clk(clk),
    .negative(negative_1),
    .rst(rst),
    .w(bits_1),
    .x(bits)
  );
  digits_layer0_lanes_products_10 products_10 (
    .bits(bits__110),
    .clk(clk),
    .negative(negative_10),
    .operand(bits[10:0]),
    .operand_2(bits[63:12]),
    .rst(rst),
    .w(bits_10)
  );
  digits_layer0_lanes_products_11 products_11 (
    .bits(bits__119),
    .clk(clk),
    .negative(negative_11),
    .rst(rst),
    .w(bits_11),
    .x(bits)
  );
  digits_layer0_lanes_products_12 products_12 (
    .bits(bits__128),
    .clk(clk),
    .negative(negative_12),
    .rst(rst),
    .w(bits_12),
    .x(bits)
  );
  digits_layer0_lanes_products_13 products_13 (
    .bits(bits__137),
    .clk(clk),
    .negative(negative_13),
    .rst(rst),
    .w(bits_13),
    .x(bits)
  );
  digits_layer0_lanes_products_14 products_14 (
    .bits(bits__146),
    .clk(clk),
    .negative(negative_14),
    .rst(rst),
    .w(bits_14),
    .x(bits)
  );
  digits_layer0_lanes_products_15 products_15 (
    .bits(bits__155),
    .clk(clk),
    .negative(negative_15),
    .rst(rst),
    .w(bits_15),
    .x(bits)
  );
  digits_layer0_lanes_products_2 products_2 (
    .bits(bits__38),
    .clk(clk),
    .negative(negative_2),
    .rst(rst),
    .w(bits_2),
    .x(bits)
  );
  digits_layer0_lanes_products_3 products_3 (
    .bits(bits__47),
    .clk(clk),
    .negative(negative_3),
    .operand(bits[16:0]),
    .operand_2(bits[63:18]),
    .rst(rst),
    .w(bits_3)
  );
  digits_layer0_lanes_products_4 products_4 (
    .bits(bits__56),
    .clk(clk),
    .negative(negative_4),
    .rst(rst),
    .w(bits_4),
    .x(bits)
  );
  digits_layer0_lanes_products_5 products_5 (
    .bits(bits__65),
    .clk(clk),
    .negative(negative_5),
    .rst(rst),
    .w(bits_5),
    .x(bits)
  );
  digits_layer0_lanes_products_6 products_6 (
    .bits(bits__74),
    .clk(clk),
    .negative(negative_6),
    .rst(rst),
    .w(bits_6),
    .x(bits)
  );
  digits_layer0_lanes_products_7 products_7 (
    .bits(bits__83),
    .clk(clk),
    .negative(negative_7),
    .rst(rst),
    .w(bits_7),
    .x(bits)
  );
  digits_layer0_lanes_products_8 products_8 (
    .bits(bits__92),
    .clk(clk),
    .negative(negative_8),
    .rst(rst),
    .w(bits_8),
    .x(bits)
  );
  digits_layer0_lanes_products_9 products_9 (
    .bits(bits__101),
    .clk(clk),
    .negative(negative_9),
    .rst(rst),
    .w(bits_9),
    .x(bits)
  );
  digits_layer0_lanes_weight_source weight_source (
    .clk(clk),
    .enable(enable),
    .position(word__10),
    .restart(restart),
    .rst(rst)
  );
  digits_layer0_lanes_weights weights (
    .bits_0(bits_0),
    .bits_1(bits_1),
    .bits_10(bits_10),
    .bits_11(bits_11),
    .bits_12(bits_12),
    .bits_13(bits_13),
    .bits_14(bits_14),
    .bits_15(bits_15),
    .bits_2(bits_2),
    .bits_3(bits_3),
    .bits_4(bits_4),
    .bits_5(bits_5),
    .bits_6(bits_6),
    .bits_7(bits_7),
    .bits_8(bits_8),
    .bits_9(bits_9),
    .clk(clk),
    .group_index(group_index),
    .negative_0(negative),
    .negative_1(negative_1),
    .negative_10(negative_10),
    .negative_11(negative_11),
    .negative_12(negative_12),
    .negative_13(negative_13),
    .negative_14(negative_14),
    .negative_15(negative_15),
    .negative_2(negative_2),
    .negative_3(negative_3),
    .negative_4(negative_4),
    .negative_5(negative_5),
    .negative_6(negative_6),
    .negative_7(negative_7),
    .negative_8(negative_8),
    .negative_9(negative_9),
    .rst(rst),
    .word(word__10)
  );
endmodule

// ParallelCounter
// count = sum of all bits; with with_signs, bits whose negative is 1 count as -1. Nothing is approximated.
//
// Function    a balanced tree of two-input adders, each as wide as its sum needs.
// Latency     ceil(levels / levels_per_stage) clocks, levels = ceil(log2 width): latency. 0 for levels_per_stage
//             None, and for a single bit.
// Throughput  one count per clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     bits      in   width
//     negative  in   width                  only with with_signs
//     count     out  ceil(log2(width + 1))  two's complement and one bit wider with with_signs
module digits_layer0_lanes_counter_0(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_1(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_10(rst, bits, count, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [2:0] _049_;
  wire [3:0] _050_;
  wire [4:0] _051_;
  wire [4:0] _052_;
  wire [5:0] _053_;
  wire [4:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [5:0] _057_;
  wire [6:0] _058_;
  wire [3:0] _059_;
  wire [1:0] _060_;
  wire [1:0] _061_;
  input [62:0] bits;
  wire [62:0] bits;
  input clk;
  wire clk;
  output [5:0] count;
  wire [5:0] count;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  reg [6:0] stage2_0 = 7'h00;
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, _048_ } + { 2'h0, bits[62] };
  assign _050_ = { 1'h0, _047_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _052_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _053_ = { 1'h0, _051_ } + { 1'h0, _052_ };
  assign _054_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _056_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _057_ = { 1'h0, _054_ } + { 1'h0, _056_ };
  assign _058_ = { 1'h0, _053_ } + { 1'h0, _057_ };
  always @(posedge clk)
    stage1_0 <= _059_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _050_;
  always @(posedge clk)
    stage2_0 <= _058_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _059_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _060_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _061_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _060_ } + { 1'h0, _061_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign count = stage2_0[5:0];
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_11(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_12(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_13(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_14(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_15(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_2(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_3(rst, bits, count, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [2:0] _049_;
  wire [3:0] _050_;
  wire [4:0] _051_;
  wire [4:0] _052_;
  wire [5:0] _053_;
  wire [4:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [5:0] _057_;
  wire [6:0] _058_;
  wire [3:0] _059_;
  wire [1:0] _060_;
  wire [1:0] _061_;
  input [62:0] bits;
  wire [62:0] bits;
  input clk;
  wire clk;
  output [5:0] count;
  wire [5:0] count;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  reg [6:0] stage2_0 = 7'h00;
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, _048_ } + { 2'h0, bits[62] };
  assign _050_ = { 1'h0, _047_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _052_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _053_ = { 1'h0, _051_ } + { 1'h0, _052_ };
  assign _054_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _056_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _057_ = { 1'h0, _054_ } + { 1'h0, _056_ };
  assign _058_ = { 1'h0, _053_ } + { 1'h0, _057_ };
  always @(posedge clk)
    stage1_0 <= _059_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _050_;
  always @(posedge clk)
    stage2_0 <= _058_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _059_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _060_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _061_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _060_ } + { 1'h0, _061_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign count = stage2_0[5:0];
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_4(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_5(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_6(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_7(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_8(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer0_lanes_counter_9(rst, bits, stage2_0, clk);
  wire [1:0] _000_;
  wire [2:0] _001_;
  wire [1:0] _002_;
  wire [1:0] _003_;
  wire [2:0] _004_;
  wire [3:0] _005_;
  wire [1:0] _006_;
  wire [1:0] _007_;
  wire [2:0] _008_;
  wire [1:0] _009_;
  wire [1:0] _010_;
  wire [1:0] _011_;
  wire [2:0] _012_;
  wire [3:0] _013_;
  wire [1:0] _014_;
  wire [1:0] _015_;
  wire [2:0] _016_;
  wire [1:0] _017_;
  wire [1:0] _018_;
  wire [2:0] _019_;
  wire [3:0] _020_;
  wire [1:0] _021_;
  wire [2:0] _022_;
  wire [1:0] _023_;
  wire [2:0] _024_;
  wire [1:0] _025_;
  wire [1:0] _026_;
  wire [2:0] _027_;
  wire [3:0] _028_;
  wire [1:0] _029_;
  wire [1:0] _030_;
  wire [2:0] _031_;
  wire [1:0] _032_;
  wire [1:0] _033_;
  wire [1:0] _034_;
  wire [2:0] _035_;
  wire [3:0] _036_;
  wire [1:0] _037_;
  wire [1:0] _038_;
  wire [2:0] _039_;
  wire [1:0] _040_;
  wire [1:0] _041_;
  wire [2:0] _042_;
  wire [3:0] _043_;
  wire [1:0] _044_;
  wire [1:0] _045_;
  wire [1:0] _046_;
  wire [2:0] _047_;
  wire [1:0] _048_;
  wire [1:0] _049_;
  wire [2:0] _050_;
  wire [3:0] _051_;
  wire [4:0] _052_;
  wire [4:0] _053_;
  wire [5:0] _054_;
  wire [2:0] _055_;
  wire [4:0] _056_;
  wire [4:0] _057_;
  wire [5:0] _058_;
  wire [6:0] _059_;
  wire [3:0] _060_;
  wire [1:0] _061_;
  wire [1:0] _062_;
  input [63:0] bits;
  wire [63:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [3:0] stage1_4 = 4'h0;
  reg [3:0] stage1_5 = 4'h0;
  reg [3:0] stage1_6 = 4'h0;
  reg [3:0] stage1_7 = 4'h0;
  output [6:0] stage2_0;
  reg [6:0] stage2_0 = 7'h00;
  assign _030_ = { 1'h0, bits[42] } + { 1'h0, bits[43] };
  assign _031_ = { 1'h0, _029_ } + { 1'h0, _030_ };
  assign _032_ = { 1'h0, bits[44] } + { 1'h0, bits[45] };
  assign _034_ = { 1'h0, bits[46] } + { 1'h0, bits[47] };
  assign _035_ = { 1'h0, _032_ } + { 1'h0, _034_ };
  assign _036_ = { 1'h0, _031_ } + { 1'h0, _035_ };
  assign _037_ = { 1'h0, bits[48] } + { 1'h0, bits[49] };
  assign _038_ = { 1'h0, bits[50] } + { 1'h0, bits[51] };
  assign _039_ = { 1'h0, _037_ } + { 1'h0, _038_ };
  assign _040_ = { 1'h0, bits[52] } + { 1'h0, bits[53] };
  assign _041_ = { 1'h0, bits[54] } + { 1'h0, bits[55] };
  assign _042_ = { 1'h0, _040_ } + { 1'h0, _041_ };
  assign _043_ = { 1'h0, _039_ } + { 1'h0, _042_ };
  assign _045_ = { 1'h0, bits[56] } + { 1'h0, bits[57] };
  assign _046_ = { 1'h0, bits[58] } + { 1'h0, bits[59] };
  assign _047_ = { 1'h0, _045_ } + { 1'h0, _046_ };
  assign _048_ = { 1'h0, bits[60] } + { 1'h0, bits[61] };
  assign _049_ = { 1'h0, bits[62] } + { 1'h0, bits[63] };
  assign _050_ = { 1'h0, _048_ } + { 1'h0, _049_ };
  assign _051_ = { 1'h0, _047_ } + { 1'h0, _050_ };
  assign _052_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _053_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _054_ = { 1'h0, _052_ } + { 1'h0, _053_ };
  assign _056_ = { 1'h0, stage1_4 } + { 1'h0, stage1_5 };
  assign _057_ = { 1'h0, stage1_6 } + { 1'h0, stage1_7 };
  assign _058_ = { 1'h0, _056_ } + { 1'h0, _057_ };
  assign _059_ = { 1'h0, _054_ } + { 1'h0, _058_ };
  always @(posedge clk)
    stage1_0 <= _060_;
  always @(posedge clk)
    stage1_1 <= _005_;
  always @(posedge clk)
    stage1_2 <= _013_;
  always @(posedge clk)
    stage1_3 <= _020_;
  always @(posedge clk)
    stage1_4 <= _028_;
  always @(posedge clk)
    stage1_5 <= _036_;
  always @(posedge clk)
    stage1_6 <= _043_;
  always @(posedge clk)
    stage1_7 <= _051_;
  always @(posedge clk)
    stage2_0 <= _059_;
  assign _000_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _011_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _022_ = { 1'h0, _000_ } + { 1'h0, _011_ };
  assign _033_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _044_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _055_ = { 1'h0, _033_ } + { 1'h0, _044_ };
  assign _060_ = { 1'h0, _022_ } + { 1'h0, _055_ };
  assign _061_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _062_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _001_ = { 1'h0, _061_ } + { 1'h0, _062_ };
  assign _002_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _003_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _004_ = { 1'h0, _002_ } + { 1'h0, _003_ };
  assign _005_ = { 1'h0, _001_ } + { 1'h0, _004_ };
  assign _006_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _007_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _008_ = { 1'h0, _006_ } + { 1'h0, _007_ };
  assign _009_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _010_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _012_ = { 1'h0, _009_ } + { 1'h0, _010_ };
  assign _013_ = { 1'h0, _008_ } + { 1'h0, _012_ };
  assign _014_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _015_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _016_ = { 1'h0, _014_ } + { 1'h0, _015_ };
  assign _017_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _018_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _019_ = { 1'h0, _017_ } + { 1'h0, _018_ };
  assign _020_ = { 1'h0, _016_ } + { 1'h0, _019_ };
  assign _021_ = { 1'h0, bits[32] } + { 1'h0, bits[33] };
  assign _023_ = { 1'h0, bits[34] } + { 1'h0, bits[35] };
  assign _024_ = { 1'h0, _021_ } + { 1'h0, _023_ };
  assign _025_ = { 1'h0, bits[36] } + { 1'h0, bits[37] };
  assign _026_ = { 1'h0, bits[38] } + { 1'h0, bits[39] };
  assign _027_ = { 1'h0, _025_ } + { 1'h0, _026_ };
  assign _028_ = { 1'h0, _024_ } + { 1'h0, _027_ };
  assign _029_ = { 1'h0, bits[40] } + { 1'h0, bits[41] };
endmodule

// WeightedBinaryGenerator
// bit j of bits = the bit of code j at the place of the word's leading one; 0 where the word is 0.
//
// Function    one shared front end finds the leading one (one-hot); a lane is n ANDs and an OR. Codes come from the
//             port codes, or are the constants given as codes.
// Latency     2 clocks from word to bits; 1 clock from codes to bits: give a code one clock after its word.
// Throughput  one bit per lane and clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     word   in   n
//     codes  in   lanes*n   lane 0 in the low bits; absent where the codes are constant
//     bits   out  lanes
module digits_layer0_lanes_input_generator(rst, operand, held_bits, codes, clk);
  wire [3:0] _000_;
  wire _001_;
  wire _002_;
  wire [3:0] _003_;
  wire _004_;
  wire [3:0] _005_;
  wire _006_;
  wire [3:0] _007_;
  wire _008_;
  wire [3:0] _009_;
  wire _010_;
  wire [3:0] _011_;
  wire [3:0] _012_;
  wire _013_;
  wire [3:0] _014_;
  wire _015_;
  wire [3:0] _016_;
  wire _017_;
  wire [3:0] _018_;
  wire _019_;
  wire [3:0] _020_;
  wire _021_;
  wire [3:0] _022_;
  wire _023_;
  wire _024_;
  wire [3:0] _025_;
  wire _026_;
  wire [3:0] _027_;
  wire _028_;
  wire [3:0] _029_;
  wire _030_;
  wire [3:0] _031_;
  wire _032_;
  wire [3:0] _033_;
  wire [3:0] _034_;
  wire _035_;
  wire [3:0] _036_;
  wire _037_;
  wire _038_;
  wire [3:0] _039_;
  wire _040_;
  wire [3:0] _041_;
  wire _042_;
  wire [3:0] _043_;
  wire [3:0] _044_;
  wire _045_;
  wire [3:0] _046_;
  wire _047_;
  wire [3:0] _048_;
  wire _049_;
  wire [3:0] _050_;
  wire _051_;
  wire [3:0] _052_;
  wire _053_;
  wire [3:0] _054_;
  wire [3:0] _055_;
  wire _056_;
  wire [3:0] _057_;
  wire _058_;
  wire [3:0] _059_;
  wire _060_;
  wire [3:0] _061_;
  wire _062_;
  wire [3:0] _063_;
  wire _064_;
  wire [3:0] _065_;
  wire [3:0] _066_;
  wire _067_;
  wire [3:0] _068_;
  wire _069_;
  wire [3:0] _070_;
  wire _071_;
  wire [3:0] _072_;
  wire _073_;
  wire [3:0] _074_;
  wire _075_;
  wire [3:0] _076_;
  wire [3:0] _077_;
  wire _078_;
  wire [3:0] _079_;
  wire _080_;
  wire [3:0] _081_;
  wire _082_;
  wire [3:0] _083_;
  wire _084_;
  wire [3:0] _085_;
  wire _086_;
  wire [3:0] _087_;
  wire _088_;
  wire _089_;
  wire [3:0] _090_;
  wire _091_;
  wire [3:0] _092_;
  wire _093_;
  wire [3:0] _094_;
  wire _095_;
  wire [3:0] _096_;
  wire _097_;
  wire [3:0] _098_;
  wire [3:0] _099_;
  wire _100_;
  wire [3:0] _101_;
  wire _102_;
  wire [3:0] _103_;
  wire _104_;
  wire [3:0] _105_;
  wire _106_;
  wire [3:0] _107_;
  wire _108_;
  wire [3:0] _109_;
  wire _110_;
  wire _111_;
  wire [3:0] _112_;
  wire _113_;
  wire [3:0] _114_;
  wire _115_;
  wire [3:0] _116_;
  wire _117_;
  wire [3:0] _118_;
  wire _119_;
  wire [3:0] _120_;
  wire [3:0] _121_;
  wire _122_;
  wire [3:0] _123_;
  wire _124_;
  wire [3:0] _125_;
  wire _126_;
  wire [3:0] _127_;
  wire _128_;
  wire [3:0] _129_;
  wire _130_;
  wire [3:0] _131_;
  input clk;
  wire clk;
  input [255:0] codes;
  wire [255:0] codes;
  output [63:0] held_bits;
  reg [63:0] held_bits = 64'h0000000000000000;
  reg [3:0] leading = 4'h0;
  input [3:0] operand;
  wire [3:0] operand;
  input rst;
  wire rst;
  assign _000_ = operand[3] ? 4'h1 : 4'h0;
  assign _044_ = operand[2] ? 4'h2 : _000_;
  assign _055_ = operand[1] ? 4'h4 : _044_;
  assign _066_ = operand[0] ? 4'h8 : _055_;
  assign _077_ = leading & codes[3:0];
  assign _088_ = | _077_;
  assign _099_ = leading & codes[7:4];
  assign _110_ = | _099_;
  assign _121_ = leading & codes[11:8];
  assign _001_ = | _121_;
  assign _012_ = leading & codes[15:12];
  assign _023_ = | _012_;
  assign _034_ = leading & codes[19:16];
  assign _038_ = | _034_;
  assign _039_ = leading & codes[23:20];
  assign _040_ = | _039_;
  assign _041_ = leading & codes[27:24];
  assign _042_ = | _041_;
  assign _043_ = leading & codes[31:28];
  assign _045_ = | _043_;
  assign _046_ = leading & codes[35:32];
  assign _047_ = | _046_;
  assign _048_ = leading & codes[39:36];
  assign _049_ = | _048_;
  assign _050_ = leading & codes[43:40];
  assign _051_ = | _050_;
  assign _052_ = leading & codes[47:44];
  assign _053_ = | _052_;
  assign _054_ = leading & codes[51:48];
  assign _056_ = | _054_;
  assign _057_ = leading & codes[55:52];
  assign _058_ = | _057_;
  assign _059_ = leading & codes[59:56];
  assign _060_ = | _059_;
  assign _061_ = leading & codes[63:60];
  assign _062_ = | _061_;
  assign _063_ = leading & codes[67:64];
  assign _064_ = | _063_;
  assign _065_ = leading & codes[71:68];
  assign _067_ = | _065_;
  assign _068_ = leading & codes[75:72];
  assign _069_ = | _068_;
  assign _070_ = leading & codes[79:76];
  assign _071_ = | _070_;
  assign _072_ = leading & codes[83:80];
  assign _073_ = | _072_;
  assign _074_ = leading & codes[87:84];
  assign _075_ = | _074_;
  assign _076_ = leading & codes[91:88];
  assign _078_ = | _076_;
  assign _079_ = leading & codes[95:92];
  assign _080_ = | _079_;
  assign _081_ = leading & codes[99:96];
  assign _082_ = | _081_;
  assign _083_ = leading & codes[103:100];
  assign _084_ = | _083_;
  assign _085_ = leading & codes[107:104];
  assign _086_ = | _085_;
  assign _087_ = leading & codes[111:108];
  assign _089_ = | _087_;
  assign _090_ = leading & codes[115:112];
  assign _091_ = | _090_;
  assign _092_ = leading & codes[119:116];
  assign _093_ = | _092_;
  assign _094_ = leading & codes[123:120];
  assign _095_ = | _094_;
  assign _096_ = leading & codes[127:124];
  assign _097_ = | _096_;
  assign _098_ = leading & codes[131:128];
  assign _100_ = | _098_;
  assign _101_ = leading & codes[135:132];
  assign _102_ = | _101_;
  assign _103_ = leading & codes[139:136];
  assign _104_ = | _103_;
  assign _105_ = leading & codes[143:140];
  assign _106_ = | _105_;
  assign _107_ = leading & codes[147:144];
  assign _108_ = | _107_;
  assign _109_ = leading & codes[151:148];
  assign _111_ = | _109_;
  assign _112_ = leading & codes[155:152];
  assign _113_ = | _112_;
  assign _114_ = leading & codes[159:156];
  assign _115_ = | _114_;
  assign _116_ = leading & codes[163:160];
  assign _117_ = | _116_;
  assign _118_ = leading & codes[167:164];
  assign _119_ = | _118_;
  assign _120_ = leading & codes[171:168];
  assign _122_ = | _120_;
  assign _123_ = leading & codes[175:172];
  assign _124_ = | _123_;
  assign _125_ = leading & codes[179:176];
  assign _126_ = | _125_;
  assign _127_ = leading & codes[183:180];
  assign _128_ = | _127_;
  assign _129_ = leading & codes[187:184];
  assign _130_ = | _129_;
  assign _131_ = leading & codes[191:188];
  assign _002_ = | _131_;
  assign _003_ = leading & codes[195:192];
  assign _004_ = | _003_;
  assign _005_ = leading & codes[199:196];
  assign _006_ = | _005_;
  assign _007_ = leading & codes[203:200];
  assign _008_ = | _007_;
  assign _009_ = leading & codes[207:204];
  assign _010_ = | _009_;
  assign _011_ = leading & codes[211:208];
  assign _013_ = | _011_;
  assign _014_ = leading & codes[215:212];
  assign _015_ = | _014_;
  assign _016_ = leading & codes[219:216];
  assign _017_ = | _016_;
  assign _018_ = leading & codes[223:220];
  assign _019_ = | _018_;
  assign _020_ = leading & codes[227:224];
  assign _021_ = | _020_;
  assign _022_ = leading & codes[231:228];
  assign _024_ = | _022_;
  assign _025_ = leading & codes[235:232];
  assign _026_ = | _025_;
  assign _027_ = leading & codes[239:236];
  assign _028_ = | _027_;
  assign _029_ = leading & codes[243:240];
  assign _030_ = | _029_;
  assign _031_ = leading & codes[247:244];
  assign _032_ = | _031_;
  assign _033_ = leading & codes[251:248];
  assign _035_ = | _033_;
  assign _036_ = leading & codes[255:252];
  assign _037_ = | _036_;
  always @(posedge clk)
    leading <= _066_;
  always @(posedge clk)
    held_bits <= { _037_, _035_, _032_, _030_, _028_, _026_, _024_, _021_, _019_, _017_, _015_, _013_, _010_, _008_, _006_, _004_, _002_, _130_, _128_, _126_, _124_, _122_, _119_, _117_, _115_, _113_, _111_, _108_, _106_, _104_, _102_, _100_, _097_, _095_, _093_, _091_, _089_, _086_, _084_, _082_, _080_, _078_, _075_, _073_, _071_, _069_, _067_, _064_, _062_, _060_, _058_, _056_, _053_, _051_, _049_, _047_, _045_, _042_, _040_, _038_, _023_, _001_, _110_, _088_ };
endmodule

// VanDerCorputSource
// u(t) = the n bits of t mod 2^n, reversed; ports, timing and restart as SequenceSource. Cost: as a counter.
module digits_layer0_lanes_input_source(rst, restart, enable, position, clk);
  wire [4:0] _0_;
  wire [3:0] _1_;
  wire [3:0] _2_;
  input clk;
  wire clk;
  input enable;
  wire enable;
  output [3:0] position;
  reg [3:0] position = 4'h0;
  input restart;
  wire restart;
  input rst;
  wire rst;
  assign _0_ = { 1'h0, position } + 5'h01;
  always @(posedge clk)
    position <= _1_;
  assign _2_ = enable ? _0_[3:0] : position;
  assign _1_ = restart ? 4'h1 : _2_;
endmodule

// AndProducts
// bits = (x AND w) XOR negative, lane by lane.
//
// Function    a product of sign - counts as -p = (NOT p) - 1: complementing its bit and subtracting 1 from the sum
//             at every position is the same as subtracting the bit. So an unsigned counter does signed sums; whoever
//             adds the offset later subtracts (number of negative lanes)*L, a constant of the neuron.
// Latency     1 clock.
// Throughput  one bit per lane and clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     x, w      in   width   stream bits of inputs and weights
//     negative  in   width   sign of each weight
//     bits      out  width
module digits_layer0_lanes_products_0(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_1(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_10(rst, negative, w, operand, operand_2, bits, clk);
  wire [62:0] _0_;
  wire [62:0] _1_;
  output [62:0] bits;
  reg [62:0] bits = 63'h0000000000000000;
  input clk;
  wire clk;
  input [62:0] negative;
  wire [62:0] negative;
  input [10:0] operand;
  wire [10:0] operand;
  input [51:0] operand_2;
  wire [51:0] operand_2;
  input rst;
  wire rst;
  input [62:0] w;
  wire [62:0] w;
  assign _0_ = { operand_2, operand } & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_11(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_12(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_13(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_14(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_15(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_2(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_3(rst, negative, w, operand, operand_2, bits, clk);
  wire [62:0] _0_;
  wire [62:0] _1_;
  output [62:0] bits;
  reg [62:0] bits = 63'h0000000000000000;
  input clk;
  wire clk;
  input [62:0] negative;
  wire [62:0] negative;
  input [16:0] operand;
  wire [16:0] operand;
  input [45:0] operand_2;
  wire [45:0] operand_2;
  input rst;
  wire rst;
  input [62:0] w;
  wire [62:0] w;
  assign _0_ = { operand_2, operand } & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_4(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_5(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_6(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_7(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_8(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer0_lanes_products_9(rst, negative, w, x, bits, clk);
  wire [63:0] _0_;
  wire [63:0] _1_;
  output [63:0] bits;
  reg [63:0] bits = 64'h0000000000000000;
  input clk;
  wire clk;
  input [63:0] negative;
  wire [63:0] negative;
  input rst;
  wire rst;
  input [63:0] w;
  wire [63:0] w;
  input [63:0] x;
  wire [63:0] x;
  assign _0_ = x & w;
  assign _1_ = _0_ ^ negative;
  always @(posedge clk)
    bits <= _1_;
endmodule

// CounterSource
// u(t) = t mod 2^n; ports, timing and restart as SequenceSource. Cost: n flip-flops and an incrementer.
module digits_layer0_lanes_weight_source(rst, restart, enable, position, clk);
  wire [4:0] _0_;
  wire [3:0] _1_;
  wire [3:0] _2_;
  input clk;
  wire clk;
  input enable;
  wire enable;
  output [3:0] position;
  reg [3:0] position = 4'h0;
  input restart;
  wire restart;
  input rst;
  wire rst;
  assign _0_ = { 1'h0, position } + 5'h01;
  always @(posedge clk)
    position <= _1_;
  assign _2_ = enable ? _0_[3:0] : position;
  assign _1_ = restart ? 4'h0 : _2_;
endmodule

// SharedWeights
// The weight streams of all processing elements: one stream per distinct magnitude, and a choice by group for each.
//
// Function    all weights of a layer read one source, so equal codes have equal streams; at most 2^n - 1 of them
//             exist.
// Latency     2 clocks from word and group_index to the bits and signs.
// Throughput  words bits per processing element, input and clock; group_index may change at any clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     word        in   n * words
//     group_index in   bits for the number of groups
//     bits_P      out  stream bits of the inputs of processing element P (Folding.active_inputs), word after word;
//                      of several groups
//     streams     out  streams of the distinct magnitudes, word after word; of a single group
//     negative_P  out  signs of the same weights
module digits_layer0_lanes_weights(rst, negative_0, bits_0, negative_1, bits_1, negative_2, bits_2, negative_3, bits_3, negative_4, bits_4, negative_5, bits_5, negative_6, bits_6, negative_7, bits_7, negative_8, bits_8, negative_9, bits_9
, negative_10, bits_10, negative_11, bits_11, negative_12, bits_12, negative_13, bits_13, negative_14, bits_14, negative_15, bits_15, group_index, word, clk);
  wire [14:0] bits;
  output [63:0] bits_0;
  wire [63:0] bits_0;
  output [63:0] bits_1;
  wire [63:0] bits_1;
  output [62:0] bits_10;
  wire [62:0] bits_10;
  output [63:0] bits_11;
  wire [63:0] bits_11;
  output [63:0] bits_12;
  wire [63:0] bits_12;
  output [63:0] bits_13;
  wire [63:0] bits_13;
  output [63:0] bits_14;
  wire [63:0] bits_14;
  output [63:0] bits_15;
  wire [63:0] bits_15;
  output [63:0] bits_2;
  wire [63:0] bits_2;
  output [62:0] bits_3;
  wire [62:0] bits_3;
  output [63:0] bits_4;
  wire [63:0] bits_4;
  output [63:0] bits_5;
  wire [63:0] bits_5;
  output [63:0] bits_6;
  wire [63:0] bits_6;
  output [63:0] bits_7;
  wire [63:0] bits_7;
  output [63:0] bits_8;
  wire [63:0] bits_8;
  output [63:0] bits_9;
  wire [63:0] bits_9;
  input clk;
  wire clk;
  reg group1 = 1'h0;
  reg group2 = 1'h0;
  input group_index;
  wire group_index;
  output [63:0] negative_0;
  wire [63:0] negative_0;
  output [63:0] negative_1;
  wire [63:0] negative_1;
  output [62:0] negative_10;
  wire [62:0] negative_10;
  output [63:0] negative_11;
  wire [63:0] negative_11;
  output [63:0] negative_12;
  wire [63:0] negative_12;
  output [63:0] negative_13;
  wire [63:0] negative_13;
  output [63:0] negative_14;
  wire [63:0] negative_14;
  output [63:0] negative_15;
  wire [63:0] negative_15;
  output [63:0] negative_2;
  wire [63:0] negative_2;
  output [62:0] negative_3;
  wire [62:0] negative_3;
  output [63:0] negative_4;
  wire [63:0] negative_4;
  output [63:0] negative_5;
  wire [63:0] negative_5;
  output [63:0] negative_6;
  wire [63:0] negative_6;
  output [63:0] negative_7;
  wire [63:0] negative_7;
  output [63:0] negative_8;
  wire [63:0] negative_8;
  output [63:0] negative_9;
  wire [63:0] negative_9;
  input rst;
  wire rst;
  input [3:0] word;
  wire [3:0] word;
  assign negative_0 = group2 ? 64'h797cc402a1e01498 : 64'hff7333fb3de913f5;
  assign bits_4 = group2 ? { bits[7:6], bits[6], bits[1], bits[7], bits[7], bits[2], bits[2], bits[3], 1'h0, bits[8], bits[3], bits[0], bits[7], bits[0], bits[0], bits[1], 1'h0, bits[8], bits[14], bits[14], bits[14], bits[14], bits[2], bits[2], bits[5], bits[3], bits[14], bits[6], bits[2], bits[2:1], bits[3], bits[3], bits[14], bits[6], bits[2], bits[14], bits[8], bits[1], bits[1], 1'h0, bits[12], bits[14], bits[1], bits[12], bits[6], bits[1], bits[1], bits[14], bits[1], bits[9], bits[10], bits[5], bits[5], bits[1:0], bits[14], bits[2], bits[2], bits[6], bits[7], bits[1:0] } : { bits[12], bits[7], bits[10], bits[12], bits[8], bits[5:4], bits[0], bits[10], bits[3], bits[4], bits[14], bits[7], bits[10], bits[6], 2'h0, bits[5], bits[13], bits[9], bits[14], bits[7], bits[13], bits[0], bits[2:1], bits[6], bits[14], bits[2], bits[2], bits[5], bits[0], 1'h0, bits[2], bits[0], bits[1], bits[7], bits[12], bits[5], bits[2], bits[3], bits[3], bits[14], bits[14], bits[8], bits[2], bits[8], bits[1], bits[4], 1'h0, bits[14], bits[14], bits[6], 1'h0, bits[14], bits[1], bits[9], bits[14], bits[2], bits[4], bits[8], bits[4], bits[0], bits[5] };
  assign negative_5 = group2 ? 64'h0e12f36654a0cfde : 64'h808ddf3d6c6ea081;
  assign bits_5 = group2 ? { bits[14], bits[14], bits[14], bits[11], bits[3], bits[12], bits[2], 1'h0, bits[7], bits[14], bits[11], bits[0], bits[10], bits[11], bits[2], 1'h0, bits[1], bits[13], bits[10], bits[2], bits[14], bits[10], bits[14], bits[1], bits[2], bits[14], bits[12], bits[4], bits[10], bits[7], bits[2], 1'h0, bits[1], bits[13], bits[7], bits[4], bits[0], bits[9], bits[1:0], bits[2], bits[8], bits[1], bits[4], bits[7], bits[13], bits[8], bits[4], bits[6:5], bits[11], 1'h0, bits[6], bits[3], bits[8], bits[0], bits[4], bits[11], bits[3], bits[9], bits[11], bits[6], bits[6], 1'h0 } : { bits[14], 1'h0, bits[6], 1'h0, bits[12], bits[14], bits[0], bits[2], bits[2], bits[4], bits[6], bits[14], bits[4], bits[2], bits[2], bits[3:1], bits[5], bits[14], bits[14], bits[14], bits[8], bits[0], bits[0], bits[14], bits[14], bits[5:4], bits[6], 1'h0, bits[1], bits[1:0], bits[9], bits[6], bits[12:11], bits[5], bits[0], bits[2], bits[8], bits[14], 1'h0, bits[13], bits[1], bits[5], bits[0], bits[1], 1'h0, bits[5], bits[5], bits[7], bits[12], bits[2], 1'h0, bits[1], bits[3], bits[12], bits[14], bits[10], bits[10], bits[4], bits[0] };
  assign negative_6 = group2 ? 64'h98a0754c2e3c2103 : 64'hf0b60018187e7208;
  assign bits_6 = group2 ? { bits[0], bits[5], bits[0], bits[3], bits[5], bits[6], bits[6], bits[2], bits[2], bits[2], bits[5], bits[3], bits[10], bits[4], bits[8], bits[2:1], bits[5], bits[9], bits[5], bits[3], bits[6], bits[11], bits[0], bits[2], bits[3], bits[7], bits[10], bits[3], bits[12], 1'h0, bits[3], bits[0], bits[1], bits[5], bits[0], bits[14], bits[14], bits[9], bits[2:1], bits[1], bits[6], bits[0], bits[14], bits[10], bits[1], bits[3], bits[4], bits[8], bits[5], bits[14], bits[3], bits[14], bits[14], bits[0], bits[5], bits[14], bits[0], bits[12], bits[3], bits[3], bits[0], bits[0] } : { bits[6], bits[0], bits[4], bits[0], bits[3], bits[0], bits[5], bits[5], bits[5], bits[1], bits[8], bits[0], bits[4], bits[4], bits[1], bits[3], bits[4], bits[9], bits[14], bits[14], bits[0], bits[14], 1'h0, bits[2], bits[0], bits[14], bits[14], bits[5], bits[13:12], bits[13], bits[2], 1'h0, bits[10], bits[1], bits[14], bits[14], bits[5], bits[7], bits[3], bits[3], bits[14], bits[14], bits[14], bits[5], bits[5], bits[2], bits[3], bits[0], bits[5], bits[10], bits[0], bits[7], bits[0], bits[2], bits[2], bits[2], bits[14], bits[2], bits[7], bits[1], bits[4:3], bits[1] };
  assign negative_7 = group2 ? 64'hf9fc374301187818 : 64'he69b1a3274581245;
  assign bits_7 = group2 ? { bits[1], bits[14], bits[5], bits[6], bits[1], bits[3], bits[0], bits[3], bits[1], bits[4], bits[6], bits[14], bits[7], bits[4], bits[14], bits[0], bits[2], 1'h0, bits[4], bits[2], bits[13], bits[14], bits[14], bits[0], bits[1:0], bits[0], bits[10], bits[14], bits[1], bits[11], bits[2], bits[0], bits[14], bits[14], bits[2], bits[4], bits[14], bits[4], bits[0], bits[2], bits[7], bits[8], bits[10], bits[14], bits[14], bits[3:1], bits[5], bits[6], bits[4], bits[0], bits[14], bits[14], 1'h0, bits[0], bits[10], bits[3], bits[5], bits[0], 1'h0, bits[0], bits[2] } : { bits[6], bits[14], bits[6:5], bits[13], bits[1], bits[1], bits[2], bits[8], bits[1], bits[12], bits[2], bits[6], bits[13], bits[11], bits[0], bits[3], bits[14], bits[14], bits[6], bits[14], bits[7], bits[14], bits[3:2], bits[5:4], bits[10], bits[12], 1'h0, bits[4], bits[2], bits[4], bits[14], bits[14], bits[8], bits[2], bits[3], bits[7], bits[1], 1'h0, bits[7:6], bits[13], bits[14], 2'h0, bits[2], bits[3], 1'h0, bits[13], bits[2], bits[5:4], bits[2], bits[5], 1'h0, bits[5], bits[0], bits[14], bits[4], bits[5], bits[3], bits[1] };
  assign negative_8 = group2 ? 64'h989202443e3e0060 : 64'h3a0c0075eebdbb2e;
  assign bits_8 = group2 ? { bits[13], bits[5:4], bits[14], bits[11], bits[8], bits[3], bits[6], bits[14], bits[14], bits[8], bits[14], bits[5], bits[11], bits[8], bits[3:2], bits[7], bits[7], bits[1], bits[10:9], bits[14], bits[2:1], bits[5], bits[1], bits[12], bits[8], bits[8], bits[14], bits[3], bits[0], bits[3], bits[8], bits[8], bits[10], bits[14], bits[14], bits[1], bits[3], bits[11], bits[2], bits[11], bits[14], bits[14], bits[10], 1'h0, bits[10], bits[14], bits[7], bits[4], bits[6], 1'h0, bits[6], bits[2:1], bits[3], bits[0], bits[14], bits[5], bits[1], bits[3], bits[0] } : { bits[1], 1'h0, bits[1], bits[3], bits[0], bits[0], bits[1], bits[2], bits[0], bits[0], bits[0], 1'h0, bits[1:0], 1'h0, bits[1], 1'h0, bits[3], bits[3], bits[0], 2'h0, bits[0], bits[2], bits[4], bits[1:0], bits[1], bits[1], bits[3], bits[1], bits[1], bits[2], bits[3], bits[3], 1'h0, bits[3], bits[1], bits[3], 1'h0, bits[3], bits[0], bits[0], bits[3], bits[1], bits[3], bits[0], bits[3], bits[0], bits[0], bits[1], bits[3], bits[0], bits[1], bits[4], bits[0], bits[3:1], 1'h0, bits[3], bits[1:0], bits[0] };
  assign negative_9 = group2 ? 64'he343068861f37611 : 64'h82f979300050f2f0;
  assign bits_0 = group2 ? { bits[11], bits[9], bits[5:4], bits[1], bits[7], bits[3], bits[1], bits[13], bits[9], bits[6], bits[3], bits[11], bits[9], bits[12], bits[2], bits[0], bits[2], bits[2], bits[14], bits[6], bits[14], bits[7], bits[0], bits[1], bits[1], 1'h0, bits[10], 1'h0, bits[3], bits[7], bits[1:0], 1'h0, bits[2], bits[9], bits[10], bits[14], bits[7], bits[0], bits[1], bits[1], bits[13:12], bits[12], bits[0], bits[5], 1'h0, bits[0], bits[12], bits[0], bits[0], bits[1], bits[4], 1'h0, bits[1], bits[2], bits[14], bits[14], bits[2], bits[14], bits[5:4], bits[6] } : { bits[0], bits[4], bits[4], bits[1], bits[4], bits[4], bits[2], bits[2], bits[2], bits[0], bits[2], bits[4], bits[1], 1'h0, bits[4], bits[1], 2'h0, bits[1], bits[1], bits[2:1], bits[4], bits[2], bits[0], bits[0], bits[0], bits[0], bits[2:1], bits[4:3], bits[1:0], bits[2:0], bits[2:1], bits[2], bits[5], bits[0], bits[3], 1'h0, bits[1], bits[2:1], bits[1], bits[2], 1'h0, bits[1], bits[3], 2'h0, bits[3], bits[3], bits[0], bits[3], bits[5], bits[2:1], bits[1:0], bits[3] };
  assign bits_9 = group2 ? { bits[1], bits[5], bits[2:1], bits[6], 1'h0, bits[0], bits[2], bits[0], bits[4], bits[5], bits[0], bits[7], bits[0], bits[13], bits[0], bits[1], bits[4], bits[1], bits[1], 1'h0, bits[8], bits[14], bits[5], bits[0], bits[13], bits[4], bits[2:1], bits[8], bits[8], bits[6], 1'h0, bits[14], bits[14], bits[4], bits[12], bits[13], bits[1], bits[4], bits[1], bits[14], bits[14], bits[14], bits[5], bits[9], bits[0], bits[1], bits[2], bits[6:5], bits[9], bits[7], bits[1], bits[13], bits[1], bits[6], bits[1], 1'h0, bits[9], bits[0], bits[1], bits[3:2] } : { bits[11], bits[3], 2'h0, bits[0], bits[9], bits[0], bits[0], bits[4], bits[14], bits[11], bits[9], bits[6], bits[4:3], bits[0], 1'h0, bits[4], bits[4], bits[9], bits[10], bits[14], bits[12], bits[2], 1'h0, bits[6], bits[6], bits[14], bits[1], bits[14], bits[14], bits[3], bits[3], bits[13], bits[6], bits[8], bits[14], bits[14], bits[4], bits[2], bits[3], bits[8], bits[8], bits[8], bits[14], bits[14], bits[4], bits[2], bits[0], bits[5], bits[8], bits[12], bits[7], bits[8], bits[4], bits[2], bits[9], bits[1], bits[2], bits[3], bits[3], bits[13], 1'h0, bits[1] };
  assign negative_10 = group2 ? 63'h0f1e73414000b337 : 63'h60c5eff9f270ed91;
  assign bits_10 = group2 ? { bits[14], bits[14], 1'h0, bits[6:5], bits[5], bits[3], 1'h0, bits[10], bits[6], bits[11], bits[11], bits[4], bits[7], bits[7], bits[2], bits[0], bits[14], bits[14], bits[2], 1'h0, bits[14], bits[12], bits[2], bits[2], bits[0], bits[12], bits[5], bits[14], bits[9], bits[5], bits[0], bits[1], bits[14], bits[14], bits[3], bits[6], bits[2], 1'h0, bits[2:1], bits[8], bits[13], bits[9:8], bits[0], bits[6], bits[0], bits[3], bits[3], bits[5], bits[3], 1'h0, bits[12], bits[0], bits[5], bits[5], bits[0], bits[12:11], bits[1], bits[7], bits[2] } : { bits[14], bits[12], bits[14], bits[10], bits[12], bits[1], bits[6], bits[1], bits[7], bits[0], bits[14], bits[2], bits[5], bits[1], bits[14], bits[2], bits[2], bits[14], bits[2], bits[0], bits[2], bits[0], bits[14], bits[0], bits[1], bits[14], bits[4], bits[7], bits[10], bits[0], bits[12], bits[2:1], bits[14], bits[1], bits[1], bits[14], bits[2:1], 1'h0, bits[3], bits[13], bits[14], bits[6], bits[14], bits[3], bits[14], bits[0], bits[6], bits[1], bits[2], bits[2], bits[4], bits[0], bits[2], bits[8], bits[10], bits[14], bits[3:2], bits[4], bits[4], bits[0] };
  assign negative_11 = group2 ? 64'h060060613c025c7b : 64'h2113f263ffbe0101;
  assign bits_11 = group2 ? { bits[7:6], bits[2], bits[5], bits[5], bits[10], bits[8], 1'h0, bits[8], bits[6], bits[2], bits[13], bits[9], bits[14], bits[3], bits[1], bits[2:1], bits[5], bits[6], bits[14], bits[14], bits[14], 1'h0, bits[2], bits[14], bits[9], bits[4], bits[5], bits[8], bits[6], bits[1], bits[3], bits[13], bits[2], bits[14], bits[1:0], 1'h0, bits[2:1], bits[13], bits[1], bits[2], bits[3], bits[11], bits[4], bits[1], bits[4], bits[6], bits[0], bits[11], bits[4], bits[2], 1'h0, bits[1], bits[3], bits[14], bits[14], bits[11], bits[7], 1'h0, bits[7], bits[1] } : { bits[14], bits[6], bits[6], bits[6], bits[6], bits[4], bits[5], bits[1], bits[3:2], bits[3:2], bits[3], bits[8], bits[4], bits[0], bits[2], bits[2], bits[2:1], bits[14], bits[9], bits[11], bits[0], bits[0], bits[14], bits[5], bits[9], bits[12], bits[0], bits[1], bits[2], bits[0], bits[13], bits[0], bits[4], bits[4], bits[13], bits[14], bits[0], bits[1], bits[3], bits[14], bits[9], bits[14], bits[14:13], bits[1], bits[3], bits[4], bits[0], bits[14], bits[10], bits[4], bits[2], bits[0], bits[2], bits[14], bits[12], bits[2], bits[4], bits[6:5], bits[3] };
  assign negative_12 = group2 ? 64'hee88009839307e7e : 64'h0743f3fd9e83cdd7;
  assign bits_12 = group2 ? { bits[3], bits[6], bits[0], bits[0], bits[4], bits[7], bits[3:2], bits[12], bits[4], bits[1], bits[8], bits[0], bits[11], bits[3], bits[0], bits[0], bits[14], bits[10], bits[8], bits[3], bits[14], bits[11], 1'h0, bits[1], bits[14], bits[14], bits[8], bits[11:10], bits[14], bits[0], bits[2], bits[14], bits[4], bits[14], bits[11], bits[7], bits[14], bits[1], bits[3], bits[4], bits[10], bits[13], bits[14], bits[5], bits[1:0], bits[0], bits[5], bits[6], bits[3], bits[0], bits[14], bits[9], bits[1], bits[14], bits[14], bits[14], bits[1], bits[6], bits[12], bits[1], bits[2] } : { bits[13], bits[5], bits[14], bits[5], bits[5], bits[10], bits[3], bits[1], bits[2], bits[5], bits[9], bits[14], bits[14], bits[2], bits[13], bits[4:3], bits[14], bits[14], bits[12], bits[8], bits[1], bits[12], bits[1], bits[2], bits[14], bits[12], bits[14], bits[4:2], bits[4], bits[1], bits[5:4], bits[14], bits[0], bits[1], bits[8], bits[2], bits[4], bits[6], bits[13], bits[14], bits[14], bits[4], bits[2], bits[2], bits[2], bits[14], bits[6], bits[14], bits[12], bits[10], bits[5], bits[2], bits[0], bits[14], 1'h0, bits[0], bits[9], bits[3], bits[5], bits[1] };
  assign negative_13 = group2 ? 64'hf83c0d074e0e8884 : 64'he59d8de7e78c11e4;
  assign bits_13 = group2 ? { bits[11], bits[9], bits[1], bits[8], bits[9], bits[3:2], 2'h0, bits[13], bits[6], bits[7], bits[4], bits[7], bits[9], 1'h0, bits[2], bits[6], bits[1], bits[2], bits[14], bits[14], 1'h0, bits[0], bits[2], bits[3], bits[7], bits[2:1], bits[10], bits[14], bits[0], bits[2], bits[7:6], bits[2], bits[0], bits[7], bits[4], 1'h0, bits[1], bits[13], bits[14], bits[14:13], bits[13], bits[0], bits[2:1], bits[11], bits[8], bits[14], bits[4], bits[1], bits[12], bits[0], bits[0], bits[7], bits[4], bits[14], bits[11], bits[14], bits[1], bits[2] } : { bits[4], bits[5], bits[6], bits[7], bits[8], bits[11], bits[2], bits[2], bits[3], bits[7], bits[2], bits[8], bits[14], bits[6], bits[7], bits[0], bits[5], bits[11], bits[14], bits[0], bits[14], bits[11], bits[8], bits[2], bits[0], bits[6], bits[2], bits[2], bits[14], bits[4], bits[14], bits[1:0], bits[12], bits[6], bits[14], bits[14], bits[4], bits[14], bits[2], bits[2], bits[7], bits[14], 1'h0, bits[5], bits[5], bits[2], 1'h0, bits[0], bits[13], bits[5], bits[13], bits[6:5], bits[1], bits[2:1], bits[1], bits[10], bits[4], bits[2], bits[5], bits[2], bits[0] };
  assign negative_14 = group2 ? 64'h48bcfeffb44ac318 : 64'h3666000023377e76;
  assign negative_1 = group2 ? 64'hcfbb8f0be123ef6e : 64'hefb88061300c5e78;
  assign bits_14 = group2 ? { bits[0], bits[1], 1'h0, bits[2], bits[5], bits[0], bits[1], bits[1:0], bits[0], bits[1], bits[2], bits[4], bits[2], 1'h0, bits[1:0], bits[4:3], bits[0], bits[4], bits[0], bits[1:0], bits[4], bits[1:0], bits[4], bits[2], bits[0], bits[5:4], bits[4], bits[1], bits[4], bits[1:0], bits[3], 1'h0, bits[2], 1'h0, bits[3], bits[1:0], bits[5], 1'h0, bits[3], bits[1], bits[4], bits[1], bits[2], bits[0], bits[0], bits[1], bits[3], bits[4], bits[0], bits[0], 1'h0, bits[2], bits[2], bits[0], bits[0], bits[1] } : { bits[14], bits[0], bits[0], bits[8], bits[2], bits[6], bits[2], bits[0], bits[6], bits[3], bits[12], bits[1], bits[14], bits[7], bits[3:2], 1'h0, bits[1], bits[1], bits[14], bits[14], bits[6], bits[8], bits[1], 1'h0, bits[14], bits[14], bits[14], bits[2], bits[14], bits[14], 1'h0, bits[0], bits[14], bits[6], bits[10], bits[2], bits[7], bits[4], bits[2:1], 1'h0, bits[14], bits[2], bits[8:7], bits[8], bits[1], bits[3], bits[6], bits[3], bits[9:8], bits[13], bits[14], 1'h0, bits[1], bits[3], bits[0], bits[14], bits[3], bits[5], bits[3:2] };
  assign negative_15 = group2 ? 64'hb6dc0c1634040a7c : 64'heef870461300086f;
  assign bits_15 = group2 ? { bits[14], bits[3], bits[0], bits[2], 1'h0, bits[8], bits[0], bits[1], bits[6], bits[1], 1'h0, bits[2], bits[14], bits[5], bits[2], bits[4], bits[1], bits[2], bits[14], bits[11], bits[14], bits[1], bits[1], bits[2], bits[3:2], bits[8], bits[8], bits[0], bits[4], bits[7], bits[3:2], bits[10], bits[1], bits[9], bits[5:4], bits[4], bits[2], bits[5], bits[11], bits[14:13], bits[7], bits[2], bits[14], bits[3], bits[0], bits[11], bits[14], bits[4:3], bits[8], bits[1], bits[5], bits[3], bits[5], bits[5], bits[1], bits[1], bits[4], 1'h0, bits[5] } : { bits[11], bits[14], bits[4], 1'h0, bits[7], bits[12], bits[2], 1'h0, bits[10], bits[14:12], bits[9], bits[7], bits[14], bits[0], bits[2], bits[8], bits[4], bits[0], bits[7], bits[14], bits[14], bits[3], bits[1:0], bits[6], bits[4], bits[6], bits[1], bits[6], bits[3], bits[1], bits[14], bits[14], bits[9], bits[1], bits[7], bits[5], bits[1:0], bits[14], bits[14], bits[6], bits[7:6], bits[4], bits[2], bits[2], bits[3], bits[14], bits[3], bits[3], 1'h0, bits[3:1], bits[11], bits[3], bits[6:4], bits[4], bits[2] };
  always @(posedge clk)
    group1 <= group_index;
  always @(posedge clk)
    group2 <= group1;
  assign bits_1 = group2 ? { bits[4], bits[0], bits[9], bits[14], bits[8:7], bits[8], bits[1], bits[11], bits[11], bits[6], bits[0], bits[0], bits[8], bits[4], bits[1], bits[2], bits[14], bits[10], bits[4], bits[14], bits[5], bits[6], bits[2], bits[2], bits[10], bits[4], 1'h0, bits[0], bits[11], bits[8], bits[0], bits[0], bits[4], bits[1], bits[4], bits[13:12], bits[2], bits[2], bits[2:0], bits[13], bits[14], bits[0], bits[2], bits[2], bits[0], bits[0], bits[1], bits[1], bits[6], bits[14:13], bits[2], bits[2], bits[4], bits[5], bits[2], bits[6:5], bits[2], 1'h0 } : { bits[4], bits[13], bits[8], bits[0], bits[8], bits[12], bits[1:0], bits[4], 1'h0, bits[14], bits[14], bits[0], bits[0], bits[0], bits[1], bits[2], bits[0], bits[10], bits[14], bits[14], bits[12], bits[14], 1'h0, bits[1], bits[2], bits[2], bits[10], bits[14], bits[9], bits[2], bits[2:1], bits[14], bits[10], bits[0], bits[14], bits[0], bits[0], bits[0], bits[4], bits[4], bits[11], bits[14], bits[2], bits[5], bits[0], bits[2], bits[4], bits[9], bits[7], bits[3], bits[8], bits[0], bits[3], bits[0], bits[3], bits[14], bits[12], bits[1], bits[6], 1'h0, bits[0], bits[2] };
  assign negative_2 = group2 ? 64'h904570bc1c186070 : 64'h0804044c6e2c2ccc;
  assign bits_2 = group2 ? { bits[1:0], bits[1], bits[8], bits[9], bits[3], bits[6], 1'h0, bits[3], bits[0], bits[5], bits[7], bits[14], bits[5], bits[5], bits[1], bits[4:3], bits[12], bits[14], bits[14], bits[1], bits[14], bits[0], bits[1], bits[6], bits[13], bits[10], bits[6], bits[13], 1'h0, bits[2], bits[5], bits[14], bits[14:13], bits[14], bits[4], 2'h0, bits[2], bits[14], bits[14], bits[5], bits[8], bits[11], 1'h0, bits[0], bits[2], bits[9], bits[5], bits[11], bits[2:1], bits[12], 1'h0, bits[6], bits[14], bits[14], bits[4], bits[12], bits[0], bits[6], 1'h0 } : { bits[10], bits[13], bits[11:10], bits[0], bits[9], bits[3], bits[0], bits[1], bits[10], bits[14], bits[14], bits[4], bits[4], bits[14], bits[1], bits[2:1], 1'h0, bits[9], bits[12], bits[10], bits[14], bits[4], bits[0], bits[1], 1'h0, bits[1], bits[9], bits[4], bits[11], 1'h0, bits[3], bits[5], bits[13], bits[2], bits[11], bits[14], bits[1], bits[4], bits[1], bits[2], bits[9], bits[14], bits[3], bits[14], bits[4], bits[2:1], 1'h0, bits[3], bits[10], bits[7], bits[14], bits[14], bits[0], bits[0], bits[4], bits[1], bits[8], bits[9], bits[4], bits[6], bits[3] };
  assign negative_3 = group2 ? 63'h7d666fd4bff77e37 : 63'h7c73a3c544136718;
  assign bits_3 = group2 ? { bits[2:1], bits[2], bits[4], bits[5], bits[2], bits[3:2], bits[3], bits[0], bits[2:1], bits[1], bits[4], bits[1], bits[1], bits[4], bits[4], bits[1], bits[2], bits[3], bits[4], bits[0], bits[1], bits[3], bits[0], bits[0], bits[1], bits[2], 1'h0, bits[3], bits[0], bits[1], bits[1], bits[3], bits[4], bits[0], bits[3], bits[1], bits[1], bits[4], bits[0], bits[2], bits[0], bits[1], bits[3], bits[1], bits[2], bits[2], bits[0], bits[4], bits[0], bits[2], bits[5], bits[2], bits[2], bits[2], bits[3], bits[4], 1'h0, bits[1], bits[3], bits[0] } : { bits[11], bits[9], bits[14], bits[4], bits[10], bits[8], bits[3], bits[0], bits[9], bits[14], bits[14], bits[2], bits[2], bits[11], bits[6], bits[0], 1'h0, bits[6], bits[9], bits[5], bits[11], bits[5], bits[7], bits[0], bits[2], bits[14], bits[14], bits[5], bits[9], bits[11], bits[4], bits[1:0], bits[6], 1'h0, bits[14], bits[10], bits[10], bits[0], bits[0], bits[1], bits[6], bits[7], bits[8], bits[14], bits[6], bits[2], 1'h0, bits[2:1], bits[14], bits[0], bits[7], bits[0], bits[0], bits[0], bits[14], bits[10], bits[10], bits[2], bits[8], bits[10], bits[0] };
  assign negative_4 = group2 ? 64'hb0bcbfba99918132 : 64'hcdd401cd1238386f;
  digits_layer0_lanes_weights_bank bank (
    .clk(clk),
    .held_bits(bits),
    .rst(rst),
    .word(word)
  );
endmodule

// ComparatorGenerator
// bit j of bits = [word < code j], or [word <= code j] if inclusive (for a source that never emits 0).
//
// Function    one comparator per lane; the word is shared by all lanes. Codes come from the port codes, or are the
//             constants given as codes.
// Latency     2 clocks from word to bits; 1 clock from codes to bits: give a code one clock after its word.
// Throughput  one bit per lane and clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     word   in   n
//     codes  in   lanes*n   lane 0 in the low bits; absent where the codes are constant
//     bits   out  lanes
module digits_layer0_lanes_weights_bank(rst, word, held_bits, clk);
  wire _00_;
  wire _01_;
  wire _02_;
  wire _03_;
  wire _04_;
  wire _05_;
  wire _06_;
  wire _07_;
  wire _08_;
  wire _09_;
  wire _10_;
  wire _11_;
  wire _12_;
  wire _13_;
  wire _14_;
  input clk;
  wire clk;
  output [14:0] held_bits;
  reg [14:0] held_bits = 15'h0000;
  reg [3:0] held_word = 4'h0;
  input rst;
  wire rst;
  input [3:0] word;
  wire [3:0] word;
  assign _00_ = held_word < 4'h1;
  assign _07_ = held_word < 4'h2;
  assign _08_ = held_word < 4'h3;
  assign _09_ = held_word < 4'h4;
  assign _10_ = held_word < 4'h5;
  assign _11_ = held_word < 4'h6;
  assign _12_ = held_word < 4'h7;
  assign _13_ = held_word < 4'h8;
  assign _14_ = held_word < 4'h9;
  assign _01_ = held_word < 4'ha;
  assign _02_ = held_word < 4'hb;
  assign _03_ = held_word < 4'hc;
  assign _04_ = held_word < 4'hd;
  assign _05_ = held_word < 4'he;
  assign _06_ = held_word < 4'hf;
  always @(posedge clk)
    held_word <= word;
  always @(posedge clk)
    held_bits <= { _06_, _05_, _04_, _03_, _02_, _01_, _14_, _13_, _12_, _11_, _10_, _09_, _08_, _07_, _00_ };
endmodule

// ClampNeuron
// result = clip(y, 0, 2^bits - 1) as unipolar (relu), clip(y, -(2^bits - 1), 2^bits - 1) as sign_magnitude, or
// clip(y + 2^(bits - 1), 0, 2^bits - 1) as bipolar; y from Requantizer.
//
// Latency     the requantizer's and 1 clock.
// Throughput  one value per clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     biased  in   signed, +-magnitude
//     setting in   as Requantizer, where shift is None
//     result  out  bits + 1, two's complement (sign_magnitude) | bits (unipolar, bipolar)
module digits_layer0_neuron(rst, biased, result, clk);
  wire _0_;
  wire _1_;
  wire [3:0] _2_;
  wire [3:0] _3_;
  input [11:0] biased;
  wire [11:0] biased;
  input clk;
  wire clk;
  output [3:0] result;
  reg [3:0] result = 4'h0;
  input rst;
  wire rst;
  wire [10:0] scaled;
  assign _0_ = $signed(scaled) < $signed(11'h000);
  assign _1_ = $signed(scaled) > $signed(11'h00f);
  always @(posedge clk)
    result <= _2_;
  assign _3_ = _1_ ? 4'hf : scaled[3:0];
  assign _2_ = _0_ ? 4'h0 : _3_;
  digits_layer0_neuron_requantizer requantizer (
    .biased(biased),
    .clk(clk),
    .rst(rst),
    .scaled(scaled)
  );
endmodule

// Requantizer
// scaled = (biased * multiplier + r) >> shift, with r = 2^(shift - 1), or 0 where shift is 0; >> floors.
//
// Latency     latency: 1 clock for the shift, 1 more where it comes from a port, 2 more for a multiplier other than
//             1 (a register on either side of the product's second half, so that synthesis may pipeline it).
// Throughput  one value per clock.
// Reset       none: nothing but the pipeline holds state.
//
// Ports
//     biased   in   signed, +-magnitude
//     setting  in   6   the shift, 0 ... 46, where shift is None; it stays while values are on their way
//     scaled   out  signed, as wide as the largest result needs
module digits_layer0_neuron_requantizer(rst, biased, scaled, clk);
  wire [12:0] _0_;
  input [11:0] biased;
  wire [11:0] biased;
  input clk;
  wire clk;
  input rst;
  wire rst;
  output [10:0] scaled;
  reg [10:0] scaled = 11'h000;
  assign _0_ = { biased[11], biased } + 13'h0001;
  always @(posedge clk)
    scaled <= _0_[11:1];
endmodule

// RowSequencer
// Runs groups times through a stream of length positions for every sample.
//
// Function    a sample begins when the elements are there (full) and the sink does not still wait for results of
//             the sample before (reserved). The first group may run while the sink holds older results; as soon as
//             it is free it is reserved, and only then the next group begins: one group of results at most waits in
//             the result shifter.
// Timing      a group takes max(length, processing_elements) clocks and begins with the idle ones, if any: so the
//             results of one group have been handed on, one per clock, before the next group's are ready. active
//             and the rest follow full by 1 clock.
// Throughput  groups follow each other without a gap once the sink is reserved.
// Halvings    with halvings = h > 0 a stream may be stopped early: it has length / 2^k positions, k from the port,
//             which stays while a sample is in work.
// Reset       to idle.
//
// Ports
//     full, reserved, vacant  in   1   elements are there; sink waits for results; sink is neither full nor reserved
//     reserve                 out  1   strobe: the sink is to wait for this sample's results
//     active                  out  1   this clock is a position of the stream
//     first, last             out  1   the first, the last position of a group
//     group_index             out      number of the group
//     sample_end              out  1   last of the last group
//     halvings                in       0 ... h, where h > 0
module digits_layer0_sequencer(rst, first, last, sample_end, reserve, vacant, active, current_group, full, reserved, clk);
  wire _00_;
  wire [4:0] _01_;
  wire _02_;
  wire _03_;
  wire [3:0] _04_;
  wire _05_;
  wire _06_;
  wire _07_;
  wire _08_;
  wire _09_;
  wire [1:0] _10_;
  wire _11_;
  wire _12_;
  wire _13_;
  wire _14_;
  wire _15_;
  wire [3:0] _16_;
  wire [3:0] _17_;
  wire [3:0] _18_;
  wire _19_;
  wire _20_;
  wire _21_;
  wire _22_;
  wire _23_;
  wire _24_;
  wire _25_;
  wire _26_;
  wire _27_;
  wire _28_;
  output active;
  reg active = 1'h0;
  reg busy = 1'h0;
  input clk;
  wire clk;
  output current_group;
  reg current_group = 1'h0;
  output first;
  wire first;
  input full;
  wire full;
  wire granted;
  output last;
  wire last;
  wire over;
  output reserve;
  wire reserve;
  input reserved;
  wire reserved;
  input rst;
  wire rst;
  output sample_end;
  wire sample_end;
  reg [3:0] tick = 4'h0;
  input vacant;
  wire vacant;
  assign _00_ = tick == 4'h0;
  assign first = active & _00_;
  assign _06_ = tick == 4'hf;
  assign last = active & _06_;
  assign sample_end = last & current_group;
  assign reserve = busy & vacant;
  assign granted = reserved | vacant;
  assign _07_ = ~ active;
  assign over = last | _07_;
  assign _08_ = ~ reserved;
  assign _09_ = full & _08_;
  assign _10_ = { 1'h0, current_group } + 2'h1;
  assign _01_ = { 1'h0, tick } + 5'h01;
  always @(posedge clk)
    busy <= _02_;
  always @(posedge clk)
    active <= _03_;
  always @(posedge clk)
    tick <= _04_;
  always @(posedge clk)
    current_group <= _05_;
  assign _11_ = current_group ? current_group : _10_[0];
  assign _12_ = granted ? _11_ : current_group;
  assign _13_ = over ? _12_ : current_group;
  assign _14_ = _09_ ? 1'h0 : current_group;
  assign _15_ = busy ? _13_ : _14_;
  assign _05_ = rst ? 1'h0 : _15_;
  assign _16_ = over ? 4'h0 : _01_[3:0];
  assign _17_ = _09_ ? 4'h0 : tick;
  assign _18_ = busy ? _16_ : _17_;
  assign _04_ = rst ? 4'h0 : _18_;
  assign _19_ = current_group ? 1'h0 : 1'h1;
  assign _20_ = granted ? _19_ : 1'h0;
  assign _21_ = over ? _20_ : active;
  assign _22_ = _09_ ? 1'h1 : active;
  assign _23_ = busy ? _21_ : _22_;
  assign _03_ = rst ? 1'h0 : _23_;
  assign _24_ = current_group ? 1'h0 : busy;
  assign _25_ = granted ? _24_ : busy;
  assign _26_ = over ? _25_ : busy;
  assign _27_ = _09_ ? 1'h1 : busy;
  assign _28_ = busy ? _26_ : _27_;
  assign _02_ = rst ? 1'h0 : _28_;
endmodule

// ResultShifter
// Takes the totals of all lanes at once and hands them on one per clock, lane 0 first.
//
// Latency     1 clock from load to lane 0 on first.
// Throughput  one total for each clock of shift.
// Reset       none: it holds data only; whoever strobes it knows what is in it.
// Strobes     load wins over shift.
//
// Ports
//     load    in   1
//     shift   in   1
//     totals  in   lanes*width   lane 0 in the low bits
//     first   out  shape of a total
module digits_layer0_shifter(rst, shift, load, aligned_0, aligned_1, aligned_2, operand, aligned_4, aligned_5, aligned_6, aligned_7, aligned_8, aligned_9, operand_2, aligned_11, aligned_12, aligned_13, aligned_14, aligned_15, first, clk
);
  wire [175:0] _0_;
  wire [175:0] _1_;
  input clk;
  wire clk;
  output [10:0] first;
  wire [10:0] first;
  reg [175:0] held = 176'h00000000000000000000000000000000000000000000;
  input load;
  wire load;
  input [10:0] aligned_0;
  wire [10:0] aligned_0;
  input [10:0] aligned_1;
  wire [10:0] aligned_1;
  input [10:0] aligned_2;
  wire [10:0] aligned_2;
  input [9:0] operand;
  wire [9:0] operand;
  input [10:0] aligned_4;
  wire [10:0] aligned_4;
  input [10:0] aligned_5;
  wire [10:0] aligned_5;
  input [10:0] aligned_6;
  wire [10:0] aligned_6;
  input [10:0] aligned_7;
  wire [10:0] aligned_7;
  input [10:0] aligned_8;
  wire [10:0] aligned_8;
  input [10:0] aligned_9;
  wire [10:0] aligned_9;
  input [9:0] operand_2;
  wire [9:0] operand_2;
  input [10:0] aligned_11;
  wire [10:0] aligned_11;
  input [10:0] aligned_12;
  wire [10:0] aligned_12;
  input [10:0] aligned_13;
  wire [10:0] aligned_13;
  input [10:0] aligned_14;
  wire [10:0] aligned_14;
  input [10:0] aligned_15;
  wire [10:0] aligned_15;
  input rst;
  wire rst;
  input shift;
  wire shift;
  always @(posedge clk)
    held <= _0_;
  assign _1_ = shift ? { 11'h000, held[175:11] } : held;
  assign _0_ = load ? { aligned_15, aligned_14, aligned_13, aligned_12, aligned_11, 1'h0, operand_2, aligned_9, aligned_8, aligned_7, aligned_6, aligned_5, aligned_4, 1'h0, operand, aligned_2, aligned_1, aligned_0 } : _1_;
  assign first = held[10:0];
endmodule

// FoldedLayer, as digits_layer0
module digits_layer1(rst, reserve, vacant, vacate, push, commit, biased, elements, full, reserved, clk);
  wire _00_;
  wire _01_;
  wire _02_;
  wire _03_;
  wire _04_;
  wire _05_;
  wire _06_;
  wire _07_;
  wire _08_;
  wire _09_;
  wire _10_;
  wire _11_;
  wire _12_;
  wire _13_;
  wire _14_;
  wire _15_;
  wire [4:0] _16_;
  wire [3:0] _17_;
  wire [3:0] _18_;
  wire _19_;
  wire _20_;
  wire _21_;
  wire [4:0] _22_;
  wire _23_;
  wire _24_;
  wire _25_;
  wire _26_;
  wire _27_;
  wire _28_;
  wire _29_;
  wire _30_;
  wire [3:0] _31_;
  wire [3:0] _32_;
  wire [3:0] _33_;
  wire [3:0] _34_;
  wire active;
  reg active_1 = 1'h0;
  reg active_2 = 1'h0;
  reg active_3 = 1'h0;
  reg active_4 = 1'h0;
  reg active_5 = 1'h0;
  wire [9:0] aligned_0;
  wire [9:0] aligned_1;
  wire [9:0] aligned_2;
  wire [9:0] aligned_5;
  wire [9:0] aligned_7;
  wire [9:0] aligned_8;
  wire [9:0] aligned_9;
  wire at_end;
  output [10:0] biased;
  wire [10:0] biased;
  input clk;
  wire clk;
  output commit;
  reg commit = 1'h0;
  wire [5:0] count;
  wire [5:0] count_1;
  wire [5:0] count_2;
  wire [4:0] count_3;
  wire [4:0] count_4;
  wire [5:0] count_5;
  wire [4:0] count_6;
  wire [5:0] count_7;
  wire [5:0] count_8;
  wire [5:0] count_9;
  input [127:0] elements;
  wire [127:0] elements;
  reg first = 1'h0;
  reg first_1 = 1'h0;
  reg first_2 = 1'h0;
  reg first_3 = 1'h0;
  reg first_4 = 1'h0;
  wire first__111;
  wire [9:0] first__93;
  input full;
  wire full;
  wire group_end;
  wire group_index;
  reg held = 1'h0;
  reg [3:0] index = 4'h0;
  reg [3:0] lane_index = 4'h0;
  wire last;
  reg last_1 = 1'h0;
  reg last_2 = 1'h0;
  reg last_3 = 1'h0;
  reg last_4 = 1'h0;
  reg last_5 = 1'h0;
  reg last_6 = 1'h0;
  output push;
  reg push = 1'h0;
  output reserve;
  wire reserve;
  input reserved;
  wire reserved;
  wire restart;
  input rst;
  wire rst;
  wire sample_end;
  reg sample_end_1 = 1'h0;
  wire shift;
  wire [8:0] total__69;
  wire [8:0] total__71;
  wire [8:0] total__75;
  input vacant;
  wire vacant;
  output vacate;
  reg vacate = 1'h0;
  always @(posedge clk)
    commit <= _21_;
  assign _00_ = ~ active;
  assign restart = last | _00_;
  assign shift = held & reserved;
  assign at_end = index == 4'h9;
  assign _09_ = lane_index == 4'h9;
  assign group_end = at_end | _09_;
  assign _16_ = { 1'h0, index } + 5'h01;
  assign _22_ = { 1'h0, lane_index } + 5'h01;
  assign _23_ = shift & at_end;
  always @(posedge clk)
    active_1 <= _24_;
  always @(posedge clk)
    active_2 <= _25_;
  always @(posedge clk)
    active_3 <= _26_;
  always @(posedge clk)
    active_4 <= _27_;
  always @(posedge clk)
    active_5 <= _01_;
  always @(posedge clk)
    first_1 <= _02_;
  always @(posedge clk)
    first_2 <= _03_;
  always @(posedge clk)
    first_3 <= _04_;
  always @(posedge clk)
    first_4 <= _05_;
  always @(posedge clk)
    first <= _06_;
  always @(posedge clk)
    last_1 <= _07_;
  always @(posedge clk)
    last_2 <= _08_;
  always @(posedge clk)
    last_3 <= _10_;
  always @(posedge clk)
    last_4 <= _11_;
  always @(posedge clk)
    last_5 <= _12_;
  always @(posedge clk)
    last_6 <= _13_;
  always @(posedge clk)
    sample_end_1 <= _14_;
  always @(posedge clk)
    vacate <= _15_;
  always @(posedge clk)
    index <= _17_;
  always @(posedge clk)
    lane_index <= _18_;
  always @(posedge clk)
    held <= _19_;
  always @(posedge clk)
    push <= _20_;
  assign _21_ = rst ? 1'h0 : _23_;
  assign _20_ = rst ? 1'h0 : shift;
  assign _28_ = group_end ? 1'h0 : held;
  assign _29_ = shift ? _28_ : held;
  assign _30_ = last_6 ? 1'h1 : _29_;
  assign _19_ = rst ? 1'h0 : _30_;
  assign _31_ = group_end ? 4'h0 : _22_[3:0];
  assign _32_ = shift ? _31_ : lane_index;
  assign _18_ = rst ? 4'h0 : _32_;
  assign _33_ = at_end ? 4'h0 : _16_[3:0];
  assign _34_ = shift ? _33_ : index;
  assign _17_ = rst ? 4'h0 : _34_;
  assign _15_ = rst ? 1'h0 : sample_end_1;
  assign _14_ = rst ? 1'h0 : sample_end;
  assign _13_ = rst ? 1'h0 : last_5;
  assign _12_ = rst ? 1'h0 : last_4;
  assign _11_ = rst ? 1'h0 : last_3;
  assign _10_ = rst ? 1'h0 : last_2;
  assign _08_ = rst ? 1'h0 : last_1;
  assign _07_ = rst ? 1'h0 : last;
  assign _06_ = rst ? 1'h0 : first_4;
  assign _05_ = rst ? 1'h0 : first_3;
  assign _04_ = rst ? 1'h0 : first_2;
  assign _03_ = rst ? 1'h0 : first_1;
  assign _02_ = rst ? 1'h0 : first__111;
  assign _01_ = rst ? 1'h0 : active_4;
  assign _27_ = rst ? 1'h0 : active_3;
  assign _26_ = rst ? 1'h0 : active_2;
  assign _25_ = rst ? 1'h0 : active_1;
  assign _24_ = rst ? 1'h0 : active;
  digits_layer1_accumulator_0 accumulator_0 (
    .clk(clk),
    .count(count),
    .first(first),
    .rst(rst),
    .total(aligned_0),
    .valid(active_5)
  );
  digits_layer1_accumulator_1 accumulator_1 (
    .clk(clk),
    .count(count_1),
    .first(first),
    .rst(rst),
    .total(aligned_1),
    .valid(active_5)
  );
  digits_layer1_accumulator_2 accumulator_2 (
    .clk(clk),
    .count(count_2),
    .first(first),
    .rst(rst),
    .total(aligned_2),
    .valid(active_5)
  );
  digits_layer1_accumulator_3 accumulator_3 (
    .clk(clk),
    .count(count_3),
    .first(first),
    .rst(rst),
    .total(total__69),
    .valid(active_5)
  );
  digits_layer1_accumulator_4 accumulator_4 (
    .clk(clk),
    .count(count_4),
    .first(first),
    .rst(rst),
    .total(total__71),
    .valid(active_5)
  );
  digits_layer1_accumulator_5 accumulator_5 (
    .clk(clk),
    .count(count_5),
    .first(first),
    .rst(rst),
    .total(aligned_5),
    .valid(active_5)
  );
  digits_layer1_accumulator_6 accumulator_6 (
    .clk(clk),
    .count(count_6),
    .first(first),
    .rst(rst),
    .total(total__75),
    .valid(active_5)
  );
  digits_layer1_accumulator_7 accumulator_7 (
    .clk(clk),
    .count(count_7),
    .first(first),
    .rst(rst),
    .total(aligned_7),
    .valid(active_5)
  );
  digits_layer1_accumulator_8 accumulator_8 (
    .clk(clk),
    .count(count_8),
    .first(first),
    .rst(rst),
    .total(aligned_8),
    .valid(active_5)
  );
  digits_layer1_accumulator_9 accumulator_9 (
    .clk(clk),
    .count(count_9),
    .first(first),
    .rst(rst),
    .total(aligned_9),
    .valid(active_5)
  );
  digits_layer1_bias bias (
    .biased(biased),
    .clk(clk),
    .port__addr(index),
    .rst(rst),
    .total(first__93)
  );
  digits_layer1_lanes lanes (
    .clk(clk),
    .codes(elements),
    .count_0(count),
    .count_1(count_1),
    .count_2(count_2),
    .count_3(count_3),
    .count_4(count_4),
    .count_5(count_5),
    .count_6(count_6),
    .count_7(count_7),
    .count_8(count_8),
    .count_9(count_9),
    .enable(active),
    .group_index(group_index),
    .restart(restart),
    .rst(rst)
  );
  digits_layer1_sequencer sequencer (
    .active(active),
    .clk(clk),
    .current_group(group_index),
    .first(first__111),
    .full(full),
    .last(last),
    .reserve(reserve),
    .reserved(reserved),
    .rst(rst),
    .sample_end(sample_end),
    .vacant(vacant)
  );
  digits_layer1_shifter shifter (
    .clk(clk),
    .first(first__93),
    .load(last_6),
    .aligned_0(aligned_0),
    .aligned_1(aligned_1),
    .aligned_2(aligned_2),
    .operand(total__69),
    .operand_2(total__71),
    .aligned_5(aligned_5),
    .operand_3(total__75),
    .aligned_7(aligned_7),
    .aligned_8(aligned_8),
    .aligned_9(aligned_9),
    .rst(rst),
    .shift(shift)
  );
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_0(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_1(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_2(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_3(rst, valid, first, count, total, clk);
  wire [8:0] _0_;
  wire [9:0] _1_;
  wire [8:0] _2_;
  input clk;
  wire clk;
  input [4:0] count;
  wire [4:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [8:0] total;
  reg [8:0] total = 9'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 9'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[8:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_4(rst, valid, first, count, total, clk);
  wire [8:0] _0_;
  wire [9:0] _1_;
  wire [8:0] _2_;
  input clk;
  wire clk;
  input [4:0] count;
  wire [4:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [8:0] total;
  reg [8:0] total = 9'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 9'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[8:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_5(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_6(rst, valid, first, count, total, clk);
  wire [8:0] _0_;
  wire [9:0] _1_;
  wire [8:0] _2_;
  input clk;
  wire clk;
  input [4:0] count;
  wire [4:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [8:0] total;
  reg [8:0] total = 9'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 9'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[8:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_7(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_8(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Accumulator, as digits_layer0_accumulator_0
module digits_layer1_accumulator_9(rst, valid, first, count, total, clk);
  wire [9:0] _0_;
  wire [10:0] _1_;
  wire [9:0] _2_;
  input clk;
  wire clk;
  input [5:0] count;
  wire [5:0] count;
  input first;
  wire first;
  input rst;
  wire rst;
  output [9:0] total;
  reg [9:0] total = 10'h000;
  input valid;
  wire valid;
  assign _0_ = first ? 10'h000 : total;
  assign _1_ = { 1'h0, _0_ } + { 5'h00, count };
  always @(posedge clk)
    total <= _2_;
  assign _2_ = valid ? _1_[9:0] : total;
endmodule

// Bias, as digits_layer0_bias
module digits_layer1_bias(rst, port__addr, total, biased, clk);
  wire [12:0] _0_;
  output [10:0] biased;
  reg [10:0] biased = 11'h000;
  input clk;
  wire clk;
  input [3:0] port__addr;
  wire [3:0] port__addr;
  wire [9:0] port__data;
  input rst;
  wire rst;
  input [9:0] total;
  wire [9:0] total;
  reg [9:0] offsets [9:0];
  initial begin
    offsets[0] = 10'h2bb;
    offsets[1] = 10'h2ec;
    offsets[2] = 10'h2c3;
    offsets[3] = 10'h2f3;
    offsets[4] = 10'h310;
    offsets[5] = 10'h2d5;
    offsets[6] = 10'h2da;
    offsets[7] = 10'h2df;
    offsets[8] = 10'h2f0;
    offsets[9] = 10'h2e2;
  end
  assign port__data = offsets[port__addr];
  assign _0_ = { 3'h0, total } + { port__data[9], port__data[9], port__data[9], port__data };
  always @(posedge clk)
    biased <= _0_[10:0];
endmodule

// ParallelDatapath, as digits_layer0_lanes
module digits_layer1_lanes(rst, restart, enable, group_index, count_0, count_1, count_2, count_3, count_4, count_5, count_6, count_7, count_8, count_9, codes, clk);
  wire [31:0] bits;
  wire [31:0] bits__20;
  wire [31:0] bits__28;
  wire [31:0] bits__36;
  wire [30:0] bits__44;
  wire [29:0] bits__52;
  wire [31:0] bits__60;
  wire [30:0] bits__68;
  wire [31:0] bits__76;
  wire [31:0] bits__84;
  wire [31:0] bits__92;
  input clk;
  wire clk;
  input [127:0] codes;
  wire [127:0] codes;
  output [5:0] count_0;
  wire [5:0] count_0;
  output [5:0] count_1;
  wire [5:0] count_1;
  output [5:0] count_2;
  wire [5:0] count_2;
  output [4:0] count_3;
  wire [4:0] count_3;
  output [4:0] count_4;
  wire [4:0] count_4;
  output [5:0] count_5;
  wire [5:0] count_5;
  output [4:0] count_6;
  wire [4:0] count_6;
  output [5:0] count_7;
  wire [5:0] count_7;
  output [5:0] count_8;
  wire [5:0] count_8;
  output [5:0] count_9;
  wire [5:0] count_9;
  input enable;
  wire enable;
  input group_index;
  wire group_index;
  input restart;
  wire restart;
  input rst;
  wire rst;
  wire [14:0] streams;
  wire [3:0] word;
  wire [3:0] word__10;
  digits_layer1_lanes_counter_0 counter_0 (
    .bits(bits__20),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_0)
  );
  digits_layer1_lanes_counter_1 counter_1 (
    .bits(bits__28),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_1)
  );
  digits_layer1_lanes_counter_2 counter_2 (
    .bits(bits__36),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_2)
  );
  digits_layer1_lanes_counter_3 counter_3 (
    .bits(bits__44),
    .clk(clk),
    .count(count_3),
    .rst(rst)
  );
  digits_layer1_lanes_counter_4 counter_4 (
    .bits(bits__52),
    .clk(clk),
    .count(count_4),
    .rst(rst)
  );
  digits_layer1_lanes_counter_5 counter_5 (
    .bits(bits__60),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_5)
  );
  digits_layer1_lanes_counter_6 counter_6 (
    .bits(bits__68),
    .clk(clk),
    .count(count_6),
    .rst(rst)
  );
  digits_layer1_lanes_counter_7 counter_7 (
    .bits(bits__76),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_7)
  );
  digits_layer1_lanes_counter_8 counter_8 (
    .bits(bits__84),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_8)
  );
  digits_layer1_lanes_counter_9 counter_9 (
    .bits(bits__92),
    .clk(clk),
    .rst(rst),
    .stage2_0(count_9)
  );
  digits_layer1_lanes_input_generator input_generator (
    .clk(clk),
    .codes(codes),
    .held_bits(bits),
    .operand({ word[0], word[1], word[2], word[3] }),
    .rst(rst)
  );
  digits_layer1_lanes_input_source input_source (
    .clk(clk),
    .enable(enable),
    .position({ word[0], word[1], word[2], word[3] }),
    .restart(restart),
    .rst(rst)
  );
  digits_layer1_lanes_products_0 products_0 (
    .bits(bits__20),
    .clk(clk),
    .operand(streams[6:0]),
    .operand_2(streams[12]),
    .operand_3(streams[14]),
    .rst(rst),
    .x(bits)
  );
  digits_layer1_lanes_products_1 products_1 (
    .bits(bits__28),
    .clk(clk),
    .operand(streams[1:0]),
    .operand_5(streams[14]),
    .operand_2(streams[4]),
    .operand_3(streams[6]),
    .operand_4(streams[9:8]),
    .rst(rst),
    .x(bits)
  );
  digits_layer1_lanes_products_2 products_2 (
    .bits(bits__36),
    .clk(clk),
    .operand(streams[2:0]),
    .operand_3(streams[14:10]),
    .operand_2(streams[5:4]),
    .rst(rst),
    .x(bits)
  );
  digits_layer1_lanes_products_3 products_3 (
    .bits(bits__44),
    .clk(clk),
    .operand(bits[2:0]),
    .operand_2(bits[31:4]),
    .operand_3(streams[1:0]),
    .operand_7(streams[12]),
    .operand_8(streams[14]),
    .operand_4(streams[3]),
    .operand_5(streams[7:6]),
    .operand_6(streams[9]),
    .rst(rst)
  );
  digits_layer1_lanes_products_4 products_4 (
    .bits(bits__52),
    .clk(clk),
    .operand(bits[24:0]),
    .operand_2(bits[30:26]),
    .operand_3(streams[2:0]),
    .operand_6(streams[12:10]),
    .operand_7(streams[14]),
    .operand_4(streams[5]),
    .operand_5(streams[7]),
    .rst(rst)
  );
  digits_layer1_lanes_products_5 products_5 (
    .bits(bits__60),
    .clk(clk),
    .operand(streams[1:0]),
    .operand_5(streams[14]),
    .operand_2(streams[4:3]),
    .operand_3(streams[6]),
    .operand_4(streams[9]),
    .rst(rst),
    .x(bits)
  );
  digits_layer1_lanes_products_6 products_6 (
    .bits(bits__68),
    .clk(clk),
    .operand(bits[10:0]),
    .operand_2(bits[31:12]),
    .operand_3(streams[3:0]),
    .operand_5(streams[14:13]),
    .operand_4(streams[5]),
    .rst(rst)
  );
  digits_layer1_lanes_products_7 products_7 (
    .bits(bits__76),
    .clk(clk),
    .operand(streams[0]),
    .operand_4(streams[12:11]),
    .operand_5(streams[14]),
    .operand_2(streams[4:2]),
    .operand_3(streams[7]),
    .rst(rst),
    .x(bits)
  );
  digits_layer1_lanes_products_8 products_8 (
    .bits(bits__84),
    .clk(clk),
    .operand(streams[2:0]),
    .operand_5(streams[11]),
    .operand_6(streams[14]),
    .operand_2(streams[4]),
    .operand_3(streams[7]),
    .operand_4(streams[9]),
    .rst(rst),
    .x(bits)
  );
  digits_layer1_lanes_products_9 products_9 (
    .bits(bits__92),
    .clk(clk),
    .operand(streams[4:0]),
    .operand_3(streams[12]),
    .operand_4(streams[14]),
    .operand_2(streams[7]),
    .rst(rst),
    .x(bits)
  );
  digits_layer1_lanes_weight_source weight_source (
    .clk(clk),
    .enable(enable),
    .position(word__10),
    .restart(restart),
    .rst(rst)
  );
  digits_layer1_lanes_weights weights (
    .clk(clk),
    .group_index(group_index),
    .rst(rst),
    .streams(streams),
    .word(word__10)
  );
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_0(rst, bits, stage2_0, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [1:0] _18_;
  wire [2:0] _19_;
  wire [3:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [4:0] _23_;
  wire [5:0] _24_;
  wire [1:0] _25_;
  wire [1:0] _26_;
  wire [2:0] _27_;
  wire [3:0] _28_;
  wire [1:0] _29_;
  wire [1:0] _30_;
  input [31:0] bits;
  wire [31:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  output [5:0] stage2_0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _25_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _26_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _27_ = { 1'h0, _25_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, _22_ } + { 1'h0, _27_ };
  assign _29_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _30_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _29_ } + { 1'h0, _30_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _19_ = { 1'h0, _17_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, _16_ } + { 1'h0, _19_ };
  assign _21_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _23_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _24_ = { 1'h0, _21_ } + { 1'h0, _23_ };
  always @(posedge clk)
    stage1_0 <= _28_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _20_;
  always @(posedge clk)
    stage2_0 <= _24_;
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_1(rst, bits, stage2_0, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [1:0] _18_;
  wire [2:0] _19_;
  wire [3:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [4:0] _23_;
  wire [5:0] _24_;
  wire [1:0] _25_;
  wire [1:0] _26_;
  wire [2:0] _27_;
  wire [3:0] _28_;
  wire [1:0] _29_;
  wire [1:0] _30_;
  input [31:0] bits;
  wire [31:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  output [5:0] stage2_0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _25_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _26_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _27_ = { 1'h0, _25_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, _22_ } + { 1'h0, _27_ };
  assign _29_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _30_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _29_ } + { 1'h0, _30_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _19_ = { 1'h0, _17_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, _16_ } + { 1'h0, _19_ };
  assign _21_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _23_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _24_ = { 1'h0, _21_ } + { 1'h0, _23_ };
  always @(posedge clk)
    stage1_0 <= _28_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _20_;
  always @(posedge clk)
    stage2_0 <= _24_;
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_2(rst, bits, stage2_0, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [1:0] _18_;
  wire [2:0] _19_;
  wire [3:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [4:0] _23_;
  wire [5:0] _24_;
  wire [1:0] _25_;
  wire [1:0] _26_;
  wire [2:0] _27_;
  wire [3:0] _28_;
  wire [1:0] _29_;
  wire [1:0] _30_;
  input [31:0] bits;
  wire [31:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  output [5:0] stage2_0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _25_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _26_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _27_ = { 1'h0, _25_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, _22_ } + { 1'h0, _27_ };
  assign _29_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _30_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _29_ } + { 1'h0, _30_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _19_ = { 1'h0, _17_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, _16_ } + { 1'h0, _19_ };
  assign _21_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _23_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _24_ = { 1'h0, _21_ } + { 1'h0, _23_ };
  always @(posedge clk)
    stage1_0 <= _28_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _20_;
  always @(posedge clk)
    stage2_0 <= _24_;
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_3(rst, bits, count, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [2:0] _18_;
  wire [3:0] _19_;
  wire [4:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [5:0] _23_;
  wire [1:0] _24_;
  wire [1:0] _25_;
  wire [2:0] _26_;
  wire [3:0] _27_;
  wire [1:0] _28_;
  wire [1:0] _29_;
  input [30:0] bits;
  wire [30:0] bits;
  input clk;
  wire clk;
  output [4:0] count;
  wire [4:0] count;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _24_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _25_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _26_ = { 1'h0, _24_ } + { 1'h0, _25_ };
  assign _27_ = { 1'h0, _22_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _29_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _28_ } + { 1'h0, _29_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, _17_ } + { 2'h0, bits[30] };
  assign _19_ = { 1'h0, _16_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _21_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _23_ = { 1'h0, _20_ } + { 1'h0, _21_ };
  always @(posedge clk)
    stage1_0 <= _27_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _19_;
  always @(posedge clk)
    stage2_0 <= _23_;
  assign count = stage2_0[4:0];
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_4(rst, bits, count, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [3:0] _18_;
  wire [4:0] _19_;
  wire [4:0] _20_;
  wire [5:0] _21_;
  wire [2:0] _22_;
  wire [1:0] _23_;
  wire [1:0] _24_;
  wire [2:0] _25_;
  wire [3:0] _26_;
  wire [1:0] _27_;
  wire [1:0] _28_;
  input [29:0] bits;
  wire [29:0] bits;
  input clk;
  wire clk;
  output [4:0] count;
  wire [4:0] count;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _23_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _24_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _25_ = { 1'h0, _23_ } + { 1'h0, _24_ };
  assign _26_ = { 1'h0, _22_ } + { 1'h0, _25_ };
  assign _27_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _28_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _27_ } + { 1'h0, _28_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, _16_ } + { 2'h0, _17_ };
  assign _19_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _20_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _21_ = { 1'h0, _19_ } + { 1'h0, _20_ };
  always @(posedge clk)
    stage1_0 <= _26_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _18_;
  always @(posedge clk)
    stage2_0 <= _21_;
  assign count = stage2_0[4:0];
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_5(rst, bits, stage2_0, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [1:0] _18_;
  wire [2:0] _19_;
  wire [3:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [4:0] _23_;
  wire [5:0] _24_;
  wire [1:0] _25_;
  wire [1:0] _26_;
  wire [2:0] _27_;
  wire [3:0] _28_;
  wire [1:0] _29_;
  wire [1:0] _30_;
  input [31:0] bits;
  wire [31:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  output [5:0] stage2_0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _25_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _26_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _27_ = { 1'h0, _25_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, _22_ } + { 1'h0, _27_ };
  assign _29_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _30_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _29_ } + { 1'h0, _30_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _19_ = { 1'h0, _17_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, _16_ } + { 1'h0, _19_ };
  assign _21_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _23_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _24_ = { 1'h0, _21_ } + { 1'h0, _23_ };
  always @(posedge clk)
    stage1_0 <= _28_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _20_;
  always @(posedge clk)
    stage2_0 <= _24_;
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_6(rst, bits, count, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [2:0] _18_;
  wire [3:0] _19_;
  wire [4:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [5:0] _23_;
  wire [1:0] _24_;
  wire [1:0] _25_;
  wire [2:0] _26_;
  wire [3:0] _27_;
  wire [1:0] _28_;
  wire [1:0] _29_;
  input [30:0] bits;
  wire [30:0] bits;
  input clk;
  wire clk;
  output [4:0] count;
  wire [4:0] count;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _24_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _25_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _26_ = { 1'h0, _24_ } + { 1'h0, _25_ };
  assign _27_ = { 1'h0, _22_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _29_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _28_ } + { 1'h0, _29_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, _17_ } + { 2'h0, bits[30] };
  assign _19_ = { 1'h0, _16_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _21_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _23_ = { 1'h0, _20_ } + { 1'h0, _21_ };
  always @(posedge clk)
    stage1_0 <= _27_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _19_;
  always @(posedge clk)
    stage2_0 <= _23_;
  assign count = stage2_0[4:0];
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_7(rst, bits, stage2_0, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [1:0] _18_;
  wire [2:0] _19_;
  wire [3:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [4:0] _23_;
  wire [5:0] _24_;
  wire [1:0] _25_;
  wire [1:0] _26_;
  wire [2:0] _27_;
  wire [3:0] _28_;
  wire [1:0] _29_;
  wire [1:0] _30_;
  input [31:0] bits;
  wire [31:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  output [5:0] stage2_0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _25_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _26_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _27_ = { 1'h0, _25_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, _22_ } + { 1'h0, _27_ };
  assign _29_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _30_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _29_ } + { 1'h0, _30_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _19_ = { 1'h0, _17_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, _16_ } + { 1'h0, _19_ };
  assign _21_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _23_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _24_ = { 1'h0, _21_ } + { 1'h0, _23_ };
  always @(posedge clk)
    stage1_0 <= _28_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _20_;
  always @(posedge clk)
    stage2_0 <= _24_;
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_8(rst, bits, stage2_0, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [1:0] _18_;
  wire [2:0] _19_;
  wire [3:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [4:0] _23_;
  wire [5:0] _24_;
  wire [1:0] _25_;
  wire [1:0] _26_;
  wire [2:0] _27_;
  wire [3:0] _28_;
  wire [1:0] _29_;
  wire [1:0] _30_;
  input [31:0] bits;
  wire [31:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  output [5:0] stage2_0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _25_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _26_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _27_ = { 1'h0, _25_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, _22_ } + { 1'h0, _27_ };
  assign _29_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _30_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _29_ } + { 1'h0, _30_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _19_ = { 1'h0, _17_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, _16_ } + { 1'h0, _19_ };
  assign _21_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _23_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _24_ = { 1'h0, _21_ } + { 1'h0, _23_ };
  always @(posedge clk)
    stage1_0 <= _28_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _20_;
  always @(posedge clk)
    stage2_0 <= _24_;
endmodule

// ParallelCounter, as digits_layer0_lanes_counter_0
module digits_layer1_lanes_counter_9(rst, bits, stage2_0, clk);
  wire [1:0] _00_;
  wire [2:0] _01_;
  wire [1:0] _02_;
  wire [1:0] _03_;
  wire [2:0] _04_;
  wire [3:0] _05_;
  wire [1:0] _06_;
  wire [1:0] _07_;
  wire [2:0] _08_;
  wire [1:0] _09_;
  wire [1:0] _10_;
  wire [1:0] _11_;
  wire [2:0] _12_;
  wire [3:0] _13_;
  wire [1:0] _14_;
  wire [1:0] _15_;
  wire [2:0] _16_;
  wire [1:0] _17_;
  wire [1:0] _18_;
  wire [2:0] _19_;
  wire [3:0] _20_;
  wire [4:0] _21_;
  wire [2:0] _22_;
  wire [4:0] _23_;
  wire [5:0] _24_;
  wire [1:0] _25_;
  wire [1:0] _26_;
  wire [2:0] _27_;
  wire [3:0] _28_;
  wire [1:0] _29_;
  wire [1:0] _30_;
  input [31:0] bits;
  wire [31:0] bits;
  input clk;
  wire clk;
  input rst;
  wire rst;
  reg [3:0] stage1_0 = 4'h0;
  reg [3:0] stage1_1 = 4'h0;
  reg [3:0] stage1_2 = 4'h0;
  reg [3:0] stage1_3 = 4'h0;
  output [5:0] stage2_0;
  reg [5:0] stage2_0 = 6'h00;
  assign _00_ = { 1'h0, bits[0] } + { 1'h0, bits[1] };
  assign _11_ = { 1'h0, bits[2] } + { 1'h0, bits[3] };
  assign _22_ = { 1'h0, _00_ } + { 1'h0, _11_ };
  assign _25_ = { 1'h0, bits[4] } + { 1'h0, bits[5] };
  assign _26_ = { 1'h0, bits[6] } + { 1'h0, bits[7] };
  assign _27_ = { 1'h0, _25_ } + { 1'h0, _26_ };
  assign _28_ = { 1'h0, _22_ } + { 1'h0, _27_ };
  assign _29_ = { 1'h0, bits[8] } + { 1'h0, bits[9] };
  assign _30_ = { 1'h0, bits[10] } + { 1'h0, bits[11] };
  assign _01_ = { 1'h0, _29_ } + { 1'h0, _30_ };
  assign _02_ = { 1'h0, bits[12] } + { 1'h0, bits[13] };
  assign _03_ = { 1'h0, bits[14] } + { 1'h0, bits[15] };
  assign _04_ = { 1'h0, _02_ } + { 1'h0, _03_ };
  assign _05_ = { 1'h0, _01_ } + { 1'h0, _04_ };
  assign _06_ = { 1'h0, bits[16] } + { 1'h0, bits[17] };
  assign _07_ = { 1'h0, bits[18] } + { 1'h0, bits[19] };
  assign _08_ = { 1'h0, _06_ } + { 1'h0, _07_ };
  assign _09_ = { 1'h0, bits[20] } + { 1'h0, bits[21] };
  assign _10_ = { 1'h0, bits[22] } + { 1'h0, bits[23] };
  assign _12_ = { 1'h0, _09_ } + { 1'h0, _10_ };
  assign _13_ = { 1'h0, _08_ } + { 1'h0, _12_ };
  assign _14_ = { 1'h0, bits[24] } + { 1'h0, bits[25] };
  assign _15_ = { 1'h0, bits[26] } + { 1'h0, bits[27] };
  assign _16_ = { 1'h0, _14_ } + { 1'h0, _15_ };
  assign _17_ = { 1'h0, bits[28] } + { 1'h0, bits[29] };
  assign _18_ = { 1'h0, bits[30] } + { 1'h0, bits[31] };
  assign _19_ = { 1'h0, _17_ } + { 1'h0, _18_ };
  assign _20_ = { 1'h0, _16_ } + { 1'h0, _19_ };
  assign _21_ = { 1'h0, stage1_0 } + { 1'h0, stage1_1 };
  assign _23_ = { 1'h0, stage1_2 } + { 1'h0, stage1_3 };
  assign _24_ = { 1'h0, _21_ } + { 1'h0, _23_ };
  always @(posedge clk)
    stage1_0 <= _28_;
  always @(posedge clk)
    stage1_1 <= _05_;
  always @(posedge clk)
    stage1_2 <= _13_;
  always @(posedge clk)
    stage1_3 <= _20_;
  always @(posedge clk)
    stage2_0 <= _24_;
endmodule

// WeightedBinaryGenerator, as digits_layer0_lanes_input_generator
module digits_layer1_lanes_input_generator(rst, operand, held_bits, codes, clk);
  wire [3:0] _000_;
  wire _001_;
  wire [3:0] _002_;
  wire _003_;
  wire [3:0] _004_;
  wire _005_;
  wire [3:0] _006_;
  wire _007_;
  wire [3:0] _008_;
  wire _009_;
  wire [3:0] _010_;
  wire [3:0] _011_;
  wire _012_;
  wire [3:0] _013_;
  wire _014_;
  wire [3:0] _015_;
  wire _016_;
  wire [3:0] _017_;
  wire _018_;
  wire [3:0] _019_;
  wire _020_;
  wire [3:0] _021_;
  wire [3:0] _022_;
  wire _023_;
  wire [3:0] _024_;
  wire _025_;
  wire [3:0] _026_;
  wire _027_;
  wire [3:0] _028_;
  wire _029_;
  wire [3:0] _030_;
  wire _031_;
  wire [3:0] _032_;
  wire [3:0] _033_;
  wire _034_;
  wire [3:0] _035_;
  wire _036_;
  wire [3:0] _037_;
  wire _038_;
  wire [3:0] _039_;
  wire _040_;
  wire [3:0] _041_;
  wire _042_;
  wire [3:0] _043_;
  wire [3:0] _044_;
  wire _045_;
  wire [3:0] _046_;
  wire _047_;
  wire [3:0] _048_;
  wire _049_;
  wire [3:0] _050_;
  wire _051_;
  wire [3:0] _052_;
  wire _053_;
  wire [3:0] _054_;
  wire _055_;
  wire _056_;
  wire [3:0] _057_;
  wire _058_;
  wire [3:0] _059_;
  wire _060_;
  wire [3:0] _061_;
  wire _062_;
  wire [3:0] _063_;
  wire _064_;
  wire [3:0] _065_;
  wire _066_;
  wire [3:0] _067_;
  input clk;
  wire clk;
  input [127:0] codes;
  wire [127:0] codes;
  output [31:0] held_bits;
  reg [31:0] held_bits = 32'd0;
  reg [3:0] leading = 4'h0;
  input [3:0] operand;
  wire [3:0] operand;
  input rst;
  wire rst;
  assign _025_ = | _024_;
  assign _026_ = leading & codes[59:56];
  assign _027_ = | _026_;
  assign _028_ = leading & codes[63:60];
  assign _029_ = | _028_;
  assign _030_ = leading & codes[67:64];
  assign _031_ = | _030_;
  assign _032_ = leading & codes[71:68];
  assign _034_ = | _032_;
  assign _035_ = leading & codes[75:72];
  assign _036_ = | _035_;
  assign _037_ = leading & codes[79:76];
  assign _038_ = | _037_;
  assign _039_ = leading & codes[83:80];
  assign _040_ = | _039_;
  assign _041_ = leading & codes[87:84];
  assign _042_ = | _041_;
  assign _043_ = leading & codes[91:88];
  assign _045_ = | _043_;
  assign _046_ = leading & codes[95:92];
  assign _047_ = | _046_;
  assign _048_ = leading & codes[99:96];
  assign _049_ = | _048_;
  assign _050_ = leading & codes[103:100];
  assign _051_ = | _050_;
  assign _052_ = leading & codes[107:104];
  assign _053_ = | _052_;
  assign _054_ = leading & codes[111:108];
  assign _056_ = | _054_;
  assign _057_ = leading & codes[115:112];
  assign _058_ = | _057_;
  assign _059_ = leading & codes[119:116];
  assign _060_ = | _059_;
  assign _061_ = leading & codes[123:120];
  assign _062_ = | _061_;
  assign _063_ = leading & codes[127:124];
  assign _064_ = | _063_;
  always @(posedge clk)
    leading <= _033_;
  always @(posedge clk)
    held_bits <= { _064_, _062_, _060_, _058_, _056_, _053_, _051_, _049_, _047_, _045_, _042_, _040_, _038_, _036_, _034_, _031_, _029_, _027_, _025_, _023_, _020_, _018_, _016_, _014_, _012_, _009_, _007_, _005_, _003_, _001_, _066_, _055_ };
  assign _000_ = operand[3] ? 4'h1 : 4'h0;
  assign _011_ = operand[2] ? 4'h2 : _000_;
  assign _022_ = operand[1] ? 4'h4 : _011_;
  assign _033_ = operand[0] ? 4'h8 : _022_;
  assign _044_ = leading & codes[3:0];
  assign _055_ = | _044_;
  assign _065_ = leading & codes[7:4];
  assign _066_ = | _065_;
  assign _067_ = leading & codes[11:8];
  assign _001_ = | _067_;
  assign _002_ = leading & codes[15:12];
  assign _003_ = | _002_;
  assign _004_ = leading & codes[19:16];
  assign _005_ = | _004_;
  assign _006_ = leading & codes[23:20];
  assign _007_ = | _006_;
  assign _008_ = leading & codes[27:24];
  assign _009_ = | _008_;
  assign _010_ = leading & codes[31:28];
  assign _012_ = | _010_;
  assign _013_ = leading & codes[35:32];
  assign _014_ = | _013_;
  assign _015_ = leading & codes[39:36];
  assign _016_ = | _015_;
  assign _017_ = leading & codes[43:40];
  assign _018_ = | _017_;
  assign _019_ = leading & codes[47:44];
  assign _020_ = | _019_;
  assign _021_ = leading & codes[51:48];
  assign _023_ = | _021_;
  assign _024_ = leading & codes[55:52];
endmodule

// VanDerCorputSource, as digits_layer0_lanes_input_source
module digits_layer1_lanes_input_source(rst, restart, enable, position, clk);
  wire [4:0] _0_;
  wire [3:0] _1_;
  wire [3:0] _2_;
  input clk;
  wire clk;
  input enable;
  wire enable;
  output [3:0] position;
  reg [3:0] position = 4'h0;
  input restart;
  wire restart;
  input rst;
  wire rst;
  assign _0_ = { 1'h0, position } + 5'h01;
  always @(posedge clk)
    position <= _1_;
  assign _2_ = enable ? _0_[3:0] : position;
  assign _1_ = restart ? 4'h1 : _2_;
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_0(rst, x, operand, operand_2, operand_3, bits, clk);
  wire [31:0] _0_;
  wire [31:0] _1_;
  output [31:0] bits;
  reg [31:0] bits = 32'd0;
  input clk;
  wire clk;
  input [6:0] operand;
  wire [6:0] operand;
  input operand_2;
  wire operand_2;
  input operand_3;
  wire operand_3;
  input rst;
  wire rst;
  input [31:0] x;
  wire [31:0] x;
  assign _0_ = x & { operand_3, operand[0], operand_3, operand_3, operand_3, operand_3, operand[6], operand[2], operand_3, operand_3, operand_3, operand_3, operand[1], operand_3, operand[4], operand_3, operand_2, operand_3, operand_3, operand_3, operand_3, operand_3, operand_3, operand[4], operand_3, operand_3, operand[5], operand_3, operand[4], operand_3, operand_3, operand[3] };
  always @(posedge clk)
    bits <= { _0_[31:30], _1_[29], _0_[28:27], _1_[26:25], _0_[24], _1_[23:21], _0_[20], _1_[19], _0_[18], _1_[17:16], _0_[15], _1_[14:13], _0_[12], _1_[11:10], _0_[9], _1_[8], _0_[7:6], _1_[5:0] };
  assign { _1_[29], _1_[26:25], _1_[23:21], _1_[19], _1_[17:16], _1_[14:13], _1_[11:10], _1_[8], _1_[5:0] } = ~ { _0_[29], _0_[26:25], _0_[23:21], _0_[19], _0_[17:16], _0_[14:13], _0_[11:10], _0_[8], _0_[5:0] };
  assign { _1_[31:30], _1_[28:27], _1_[24], _1_[20], _1_[18], _1_[15], _1_[12], _1_[9], _1_[7:6] } = { _0_[31:30], _0_[28:27], _0_[24], _0_[20], _0_[18], _0_[15], _0_[12], _0_[9], _0_[7:6] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_1(rst, x, operand, operand_2, operand_3, operand_4, operand_5, bits, clk);
  wire [31:0] _0_;
  wire [31:0] _1_;
  output [31:0] bits;
  reg [31:0] bits = 32'd0;
  input clk;
  wire clk;
  input [1:0] operand;
  wire [1:0] operand;
  input operand_5;
  wire operand_5;
  input operand_2;
  wire operand_2;
  input operand_3;
  wire operand_3;
  input [1:0] operand_4;
  wire [1:0] operand_4;
  input rst;
  wire rst;
  input [31:0] x;
  wire [31:0] x;
  assign _0_ = x & { operand_5, operand[1], operand_5, operand_5, operand_3, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_3, operand_5, operand_5, operand_5, operand_4[1], operand_5, operand_5, operand_5, operand_4[0], operand_5, operand_5, operand_2, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand };
  always @(posedge clk)
    bits <= { _1_[31], _0_[30:29], _1_[28:27], _0_[26:25], _1_[24:22], _0_[21], _1_[20:18], _0_[17:14], _1_[13], _0_[12:10], _1_[9], _0_[8], _1_[7:4], _0_[3:2], _1_[1:0] };
  assign { _1_[31], _1_[28:27], _1_[24:22], _1_[20:18], _1_[13], _1_[9], _1_[7:4], _1_[1:0] } = ~ { _0_[31], _0_[28:27], _0_[24:22], _0_[20:18], _0_[13], _0_[9], _0_[7:4], _0_[1:0] };
  assign { _1_[30:29], _1_[26:25], _1_[21], _1_[17:14], _1_[12:10], _1_[8], _1_[3:2] } = { _0_[30:29], _0_[26:25], _0_[21], _0_[17:14], _0_[12:10], _0_[8], _0_[3:2] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_2(rst, x, operand, operand_2, operand_3, bits, clk);
  wire [31:0] _0_;
  wire [31:0] _1_;
  output [31:0] bits;
  reg [31:0] bits = 32'd0;
  input clk;
  wire clk;
  input [2:0] operand;
  wire [2:0] operand;
  input [4:0] operand_3;
  wire [4:0] operand_3;
  input [1:0] operand_2;
  wire [1:0] operand_2;
  input rst;
  wire rst;
  input [31:0] x;
  wire [31:0] x;
  assign _0_ = x & { operand_3[4], operand_2[0], operand_2[0], operand_3[4], operand_3[4], operand_3[0], operand_3[1], operand_3[4], operand_3[0], operand_3[4], operand_3[4], operand_3[4], operand[1], operand_3[4], operand_3[4], operand_3[4], operand_3[2], operand_3[4], operand_3[4], operand_3[4], operand_3[4], operand_2[1], operand_3[4], operand[0], operand_3[3], operand_3[4], operand_3[4], operand_3[4], operand_3[4], operand_3[4], operand_3[4], operand[2] };
  always @(posedge clk)
    bits <= { _1_[31:28], _0_[27], _1_[26:25], _0_[24], _1_[23], _0_[22:21], _1_[20:19], _0_[18], _1_[17:13], _0_[12:11], _1_[10:9], _0_[8], _1_[7:6], _0_[5], _1_[4:3], _0_[2], _1_[1], _0_[0] };
  assign { _1_[31:28], _1_[26:25], _1_[23], _1_[20:19], _1_[17:13], _1_[10:9], _1_[7:6], _1_[4:3], _1_[1] } = ~ { _0_[31:28], _0_[26:25], _0_[23], _0_[20:19], _0_[17:13], _0_[10:9], _0_[7:6], _0_[4:3], _0_[1] };
  assign { _1_[27], _1_[24], _1_[22:21], _1_[18], _1_[12:11], _1_[8], _1_[5], _1_[2], _1_[0] } = { _0_[27], _0_[24], _0_[22:21], _0_[18], _0_[12:11], _0_[8], _0_[5], _0_[2], _0_[0] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_3(rst, operand, operand_2, operand_3, operand_4, operand_5, operand_6, operand_7, operand_8, bits, clk);
  wire [30:0] _0_;
  wire [30:0] _1_;
  output [30:0] bits;
  reg [30:0] bits = 31'h00000000;
  input clk;
  wire clk;
  input [2:0] operand;
  wire [2:0] operand;
  input [27:0] operand_2;
  wire [27:0] operand_2;
  input [1:0] operand_3;
  wire [1:0] operand_3;
  input operand_7;
  wire operand_7;
  input operand_8;
  wire operand_8;
  input operand_4;
  wire operand_4;
  input [1:0] operand_5;
  wire [1:0] operand_5;
  input operand_6;
  wire operand_6;
  input rst;
  wire rst;
  assign _0_ = { operand_2, operand } & { operand_8, operand_4, operand_8, operand_5[1], operand_8, operand_8, operand_4, operand_8, operand_8, operand_8, operand_8, operand_8, operand_3[0], operand_8, operand_6, operand_5[1], operand_8, operand_8, operand_8, operand_8, operand_5[0], operand_3[0], operand_8, operand_3[0], operand_8, operand_7, operand_8, operand_8, operand_8, operand_5[1], operand_3[1] };
  always @(posedge clk)
    bits <= { _0_[30], _1_[29], _0_[28:27], _1_[26:24], _0_[23], _1_[22], _0_[21], _1_[20:19], _0_[18], _1_[17], _0_[16], _1_[15:13], _0_[12], _1_[11], _0_[10:9], _1_[8], _0_[7:6], _1_[5], _0_[4], _1_[3], _0_[2], _1_[1:0] };
  assign { _1_[29], _1_[26:24], _1_[22], _1_[20:19], _1_[17], _1_[15:13], _1_[11], _1_[8], _1_[5], _1_[3], _1_[1:0] } = ~ { _0_[29], _0_[26:24], _0_[22], _0_[20:19], _0_[17], _0_[15:13], _0_[11], _0_[8], _0_[5], _0_[3], _0_[1:0] };
  assign { _1_[30], _1_[28:27], _1_[23], _1_[21], _1_[18], _1_[16], _1_[12], _1_[10:9], _1_[7:6], _1_[4], _1_[2] } = { _0_[30], _0_[28:27], _0_[23], _0_[21], _0_[18], _0_[16], _0_[12], _0_[10:9], _0_[7:6], _0_[4], _0_[2] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_4(rst, operand, operand_2, operand_3, operand_4, operand_5, operand_6, operand_7, bits, clk);
  wire [29:0] _0_;
  wire [29:0] _1_;
  output [29:0] bits;
  reg [29:0] bits = 30'h00000000;
  input clk;
  wire clk;
  input [24:0] operand;
  wire [24:0] operand;
  input [4:0] operand_2;
  wire [4:0] operand_2;
  input [2:0] operand_3;
  wire [2:0] operand_3;
  input [2:0] operand_6;
  wire [2:0] operand_6;
  input operand_7;
  wire operand_7;
  input operand_4;
  wire operand_4;
  input operand_5;
  wire operand_5;
  input rst;
  wire rst;
  assign _0_ = { operand_2, operand } & { operand_3[0], operand_7, operand_7, operand_7, operand_3[0], operand_7, operand_6[1], operand_7, operand_7, operand_6[0], operand_3[0], operand_6[2], operand_6[0], operand_7, operand_7, operand_7, operand_5, operand_7, operand_7, operand_7, operand_4, operand_3[1], operand_7, operand_6[2], operand_7, operand_7, operand_7, operand_7, operand_7, operand_3[2] };
  always @(posedge clk)
    bits <= { _0_[29], _1_[28], _0_[27:26], _1_[25:24], _0_[23], _1_[22:19], _0_[18], _1_[17], _0_[16:14], _1_[13:10], _0_[9:8], _1_[7], _0_[6], _1_[5], _0_[4:0] };
  assign { _1_[28], _1_[25:24], _1_[22:19], _1_[17], _1_[13:10], _1_[7], _1_[5] } = ~ { _0_[28], _0_[25:24], _0_[22:19], _0_[17], _0_[13:10], _0_[7], _0_[5] };
  assign { _1_[29], _1_[27:26], _1_[23], _1_[18], _1_[16:14], _1_[9:8], _1_[6], _1_[4:0] } = { _0_[29], _0_[27:26], _0_[23], _0_[18], _0_[16:14], _0_[9:8], _0_[6], _0_[4:0] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_5(rst, x, operand, operand_2, operand_3, operand_4, operand_5, bits, clk);
  wire [31:0] _0_;
  wire [31:0] _1_;
  output [31:0] bits;
  reg [31:0] bits = 32'd0;
  input clk;
  wire clk;
  input [1:0] operand;
  wire [1:0] operand;
  input operand_5;
  wire operand_5;
  input [1:0] operand_2;
  wire [1:0] operand_2;
  input operand_3;
  wire operand_3;
  input operand_4;
  wire operand_4;
  input rst;
  wire rst;
  input [31:0] x;
  wire [31:0] x;
  assign _0_ = x & { operand_5, operand[0], operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_4, operand[1], operand_5, operand_5, operand_2[0], operand_5, operand_2[1], operand_5, operand_5, operand_5, operand_5, operand_5, operand_3, operand_5, operand_5, operand_2[0], operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_2[1] };
  always @(posedge clk)
    bits <= { _1_[31:26], _0_[25], _1_[24], _0_[23], _1_[22:21], _0_[20], _1_[19:17], _0_[16], _1_[15:12], _0_[11:9], _1_[8], _0_[7:3], _1_[2:1], _0_[0] };
  assign { _1_[31:26], _1_[24], _1_[22:21], _1_[19:17], _1_[15:12], _1_[8], _1_[2:1] } = ~ { _0_[31:26], _0_[24], _0_[22:21], _0_[19:17], _0_[15:12], _0_[8], _0_[2:1] };
  assign { _1_[25], _1_[23], _1_[20], _1_[16], _1_[11:9], _1_[7:3], _1_[0] } = { _0_[25], _0_[23], _0_[20], _0_[16], _0_[11:9], _0_[7:3], _0_[0] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_6(rst, operand, operand_2, operand_3, operand_4, operand_5, bits, clk);
  wire [30:0] _0_;
  wire [30:0] _1_;
  output [30:0] bits;
  reg [30:0] bits = 31'h00000000;
  input clk;
  wire clk;
  input [10:0] operand;
  wire [10:0] operand;
  input [19:0] operand_2;
  wire [19:0] operand_2;
  input [3:0] operand_3;
  wire [3:0] operand_3;
  input [1:0] operand_5;
  wire [1:0] operand_5;
  input operand_4;
  wire operand_4;
  input rst;
  wire rst;
  assign _0_ = { operand_2, operand } & { operand_5[1], operand_3[0], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_4, operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5, operand_4, operand_3[2], operand_5[0], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_5[1], operand_3[3], operand_3[1] };
  always @(posedge clk)
    bits <= { _1_[30], _0_[29], _1_[28], _0_[27:26], _1_[25], _0_[24:23], _1_[22:21], _0_[20], _1_[19:17], _0_[16], _1_[15:14], _0_[13], _1_[12:11], _0_[10], _1_[9:8], _0_[7:6], _1_[5], _0_[4], _1_[3:1], _0_[0] };
  assign { _1_[30], _1_[28], _1_[25], _1_[22:21], _1_[19:17], _1_[15:14], _1_[12:11], _1_[9:8], _1_[5], _1_[3:1] } = ~ { _0_[30], _0_[28], _0_[25], _0_[22:21], _0_[19:17], _0_[15:14], _0_[12:11], _0_[9:8], _0_[5], _0_[3:1] };
  assign { _1_[29], _1_[27:26], _1_[24:23], _1_[20], _1_[16], _1_[13], _1_[10], _1_[7:6], _1_[4], _1_[0] } = { _0_[29], _0_[27:26], _0_[24:23], _0_[20], _0_[16], _0_[13], _0_[10], _0_[7:6], _0_[4], _0_[0] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_7(rst, x, operand, operand_2, operand_3, operand_4, operand_5, bits, clk);
  wire [31:0] _0_;
  wire [31:0] _1_;
  output [31:0] bits;
  reg [31:0] bits = 32'd0;
  input clk;
  wire clk;
  input operand;
  wire operand;
  input [1:0] operand_4;
  wire [1:0] operand_4;
  input operand_5;
  wire operand_5;
  input [2:0] operand_2;
  wire [2:0] operand_2;
  input operand_3;
  wire operand_3;
  input rst;
  wire rst;
  input [31:0] x;
  wire [31:0] x;
  assign _0_ = x & { operand_4[0], operand_2[1], operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_2[2], operand_2[0], operand_5, operand_3, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_5, operand_2[1], operand, operand_5, operand_5, operand_5, operand_5, operand_5, operand_4[1], operand };
  always @(posedge clk)
    bits <= { _1_[31:30], _0_[29], _1_[28:27], _0_[26], _1_[25], _0_[24:22], _1_[21:17], _0_[16:14], _1_[13:12], _0_[11], _1_[10:9], _0_[8:6], _1_[5:4], _0_[3], _1_[2], _0_[1], _1_[0] };
  assign { _1_[31:30], _1_[28:27], _1_[25], _1_[21:17], _1_[13:12], _1_[10:9], _1_[5:4], _1_[2], _1_[0] } = ~ { _0_[31:30], _0_[28:27], _0_[25], _0_[21:17], _0_[13:12], _0_[10:9], _0_[5:4], _0_[2], _0_[0] };
  assign { _1_[29], _1_[26], _1_[24:22], _1_[16:14], _1_[11], _1_[8:6], _1_[3], _1_[1] } = { _0_[29], _0_[26], _0_[24:22], _0_[16:14], _0_[11], _0_[8:6], _0_[3], _0_[1] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_8(rst, x, operand, operand_2, operand_3, operand_4, operand_5, operand_6, bits, clk);
  wire [31:0] _0_;
  wire [31:0] _1_;
  output [31:0] bits;
  reg [31:0] bits = 32'd0;
  input clk;
  wire clk;
  input [2:0] operand;
  wire [2:0] operand;
  input operand_5;
  wire operand_5;
  input operand_6;
  wire operand_6;
  input operand_2;
  wire operand_2;
  input operand_3;
  wire operand_3;
  input operand_4;
  wire operand_4;
  input rst;
  wire rst;
  input [31:0] x;
  wire [31:0] x;
  assign _0_ = x & { operand_6, operand[1], operand_6, operand_6, operand_6, operand_4, operand_6, operand[1], operand_6, operand_6, operand_6, operand_6, operand[0], operand_6, operand_5, operand_2, operand_6, operand_6, operand_5, operand_3, operand_6, operand_6, operand_2, operand[2], operand_6, operand_6, operand_6, operand_6, operand_6, operand_6, operand_6, operand[0] };
  always @(posedge clk)
    bits <= { _0_[31:30], _1_[29:28], _0_[27], _1_[26:25], _0_[24:23], _1_[22], _0_[21], _1_[20], _0_[19], _1_[18:17], _0_[16:15], _1_[14], _0_[13], _1_[12], _0_[11:10], _1_[9:8], _0_[7], _1_[6:5], _0_[4], _1_[3:2], _0_[1], _1_[0] };
  assign { _1_[29:28], _1_[26:25], _1_[22], _1_[20], _1_[18:17], _1_[14], _1_[12], _1_[9:8], _1_[6:5], _1_[3:2], _1_[0] } = ~ { _0_[29:28], _0_[26:25], _0_[22], _0_[20], _0_[18:17], _0_[14], _0_[12], _0_[9:8], _0_[6:5], _0_[3:2], _0_[0] };
  assign { _1_[31:30], _1_[27], _1_[24:23], _1_[21], _1_[19], _1_[16:15], _1_[13], _1_[11:10], _1_[7], _1_[4], _1_[1] } = { _0_[31:30], _0_[27], _0_[24:23], _0_[21], _0_[19], _0_[16:15], _0_[13], _0_[11:10], _0_[7], _0_[4], _0_[1] };
endmodule

// AndProducts, as digits_layer0_lanes_products_0
module digits_layer1_lanes_products_9(rst, x, operand, operand_2, operand_3, operand_4, bits, clk);
  wire [31:0] _0_;
  wire [31:0] _1_;
  output [31:0] bits;
  reg [31:0] bits = 32'd0;
  input clk;
  wire clk;
  input [4:0] operand;
  wire [4:0] operand;
  input operand_3;
  wire operand_3;
  input operand_4;
  wire operand_4;
  input operand_2;
  wire operand_2;
  input rst;
  wire rst;
  input [31:0] x;
  wire [31:0] x;
  assign _0_ = x & { operand_4, operand[3], operand_4, operand_4, operand_4, operand_4, operand_4, operand_4, operand_4, operand_4, operand_3, operand_4, operand[3], operand_2, operand_3, operand_4, operand_4, operand_4, operand_4, operand_3, operand_4, operand[0], operand_4, operand[1], operand[2], operand_4, operand[2], operand_4, operand_4, operand_4, operand_4, operand[4] };
  always @(posedge clk)
    bits <= { _0_[31], _1_[30], _0_[29], _1_[28:27], _0_[26], _1_[25:24], _0_[23], _1_[22:21], _0_[20], _1_[19], _0_[18:17], _1_[16], _0_[15], _1_[14], _0_[13:12], _1_[11], _0_[10:9], _1_[8:6], _0_[5], _1_[4:1], _0_[0] };
  assign { _1_[30], _1_[28:27], _1_[25:24], _1_[22:21], _1_[19], _1_[16], _1_[14], _1_[11], _1_[8:6], _1_[4:1] } = ~ { _0_[30], _0_[28:27], _0_[25:24], _0_[22:21], _0_[19], _0_[16], _0_[14], _0_[11], _0_[8:6], _0_[4:1] };
  assign { _1_[31], _1_[29], _1_[26], _1_[23], _1_[20], _1_[18:17], _1_[15], _1_[13:12], _1_[10:9], _1_[5], _1_[0] } = { _0_[31], _0_[29], _0_[26], _0_[23], _0_[20], _0_[18:17], _0_[15], _0_[13:12], _0_[10:9], _0_[5], _0_[0] };
endmodule

// CounterSource, as digits_layer0_lanes_weight_source
module digits_layer1_lanes_weight_source(rst, restart, enable, position, clk);
  wire [4:0] _0_;
  wire [3:0] _1_;
  wire [3:0] _2_;
  input clk;
  wire clk;
  input enable;
  wire enable;
  output [3:0] position;
  reg [3:0] position = 4'h0;
  input restart;
  wire restart;
  input rst;
  wire rst;
  assign _0_ = { 1'h0, position } + 5'h01;
  always @(posedge clk)
    position <= _1_;
  assign _2_ = enable ? _0_[3:0] : position;
  assign _1_ = restart ? 4'h0 : _2_;
endmodule

// SharedWeights, as digits_layer0_lanes_weights
module digits_layer1_lanes_weights(rst, group_index, word, streams, clk);
  input clk;
  wire clk;
  input group_index;
  wire group_index;
  input rst;
  wire rst;
  output [14:0] streams;
  wire [14:0] streams;
  input [3:0] word;
  wire [3:0] word;
  digits_layer1_lanes_weights_bank bank (
    .clk(clk),
    .held_bits(streams),
    .rst(rst),
    .word(word)
  );
endmodule

// ComparatorGenerator, as digits_layer0_lanes_weights_bank
module digits_layer1_lanes_weights_bank(rst, word, held_bits, clk);
  wire _00_;
  wire _01_;
  wire _02_;
  wire _03_;
  wire _04_;
  wire _05_;
  wire _06_;
  wire _07_;
  wire _08_;
  wire _09_;
  wire _10_;
  wire _11_;
  wire _12_;
  wire _13_;
  wire _14_;
  input clk;
  wire clk;
  output [14:0] held_bits;
  reg [14:0] held_bits = 15'h0000;
  reg [3:0] held_word = 4'h0;
  input rst;
  wire rst;
  input [3:0] word;
  wire [3:0] word;
  assign _00_ = held_word < 4'h1;
  assign _07_ = held_word < 4'h2;
  assign _08_ = held_word < 4'h3;
  assign _09_ = held_word < 4'h4;
  assign _10_ = held_word < 4'h5;
  assign _11_ = held_word < 4'h6;
  assign _12_ = held_word < 4'h7;
  assign _13_ = held_word < 4'h8;
  assign _14_ = held_word < 4'h9;
  assign _01_ = held_word < 4'ha;
  assign _02_ = held_word < 4'hb;
  assign _03_ = held_word < 4'hc;
  assign _04_ = held_word < 4'hd;
  assign _05_ = held_word < 4'he;
  assign _06_ = held_word < 4'hf;
  always @(posedge clk)
    held_word <= word;
  always @(posedge clk)
    held_bits <= { _06_, _05_, _04_, _03_, _02_, _01_, _14_, _13_, _12_, _11_, _10_, _09_, _08_, _07_, _00_ };
endmodule

// RowSequencer, as digits_layer0_sequencer
module digits_layer1_sequencer(rst, first, last, sample_end, reserve, vacant, active, current_group, full, reserved, clk);
  wire _00_;
  wire [4:0] _01_;
  wire _02_;
  wire _03_;
  wire [3:0] _04_;
  wire _05_;
  wire _06_;
  wire _07_;
  wire _08_;
  wire _09_;
  wire _10_;
  wire [1:0] _11_;
  wire _12_;
  wire _13_;
  wire _14_;
  wire _15_;
  wire _16_;
  wire _17_;
  wire _18_;
  wire _19_;
  wire _20_;
  wire _21_;
  wire _22_;
  wire [3:0] _23_;
  wire [3:0] _24_;
  wire [3:0] _25_;
  wire _26_;
  wire _27_;
  wire _28_;
  wire _29_;
  output active;
  reg active = 1'h0;
  reg busy = 1'h0;
  input clk;
  wire clk;
  output current_group;
  reg current_group = 1'h0;
  output first;
  wire first;
  input full;
  wire full;
  wire granted;
  output last;
  wire last;
  wire over;
  output reserve;
  wire reserve;
  input reserved;
  wire reserved;
  input rst;
  wire rst;
  output sample_end;
  wire sample_end;
  reg [3:0] tick = 4'h0;
  input vacant;
  wire vacant;
  assign _00_ = tick == 4'h0;
  assign first = active & _00_;
  assign _06_ = tick == 4'hf;
  assign last = active & _06_;
  assign _07_ = ~ current_group;
  assign sample_end = last & _07_;
  assign reserve = busy & vacant;
  assign granted = reserved | vacant;
  assign _08_ = ~ active;
  assign over = last | _08_;
  assign _09_ = ~ reserved;
  assign _10_ = full & _09_;
  assign _11_ = { 1'h0, current_group } + 2'h1;
  assign _01_ = { 1'h0, tick } + 5'h01;
  always @(posedge clk)
    busy <= _02_;
  always @(posedge clk)
    active <= _03_;
  always @(posedge clk)
    tick <= _04_;
  always @(posedge clk)
    current_group <= _05_;
  assign _12_ = busy ? _28_ : _29_;
  assign _03_ = rst ? 1'h0 : _12_;
  assign _13_ = current_group ? busy : 1'h0;
  assign _14_ = granted ? _13_ : busy;
  assign _15_ = over ? _14_ : busy;
  assign _16_ = _10_ ? 1'h1 : busy;
  assign _17_ = busy ? _15_ : _16_;
  assign _02_ = rst ? 1'h0 : _17_;
  assign _18_ = current_group ? _11_[0] : current_group;
  assign _19_ = granted ? _18_ : current_group;
  assign _20_ = over ? _19_ : current_group;
  assign _21_ = _10_ ? 1'h0 : current_group;
  assign _22_ = busy ? _20_ : _21_;
  assign _05_ = rst ? 1'h0 : _22_;
  assign _23_ = over ? 4'h0 : _01_[3:0];
  assign _24_ = _10_ ? 4'h0 : tick;
  assign _25_ = busy ? _23_ : _24_;
  assign _04_ = rst ? 4'h0 : _25_;
  assign _26_ = current_group ? 1'h1 : 1'h0;
  assign _27_ = granted ? _26_ : 1'h0;
  assign _28_ = over ? _27_ : active;
  assign _29_ = _10_ ? 1'h1 : active;
endmodule

// ResultShifter, as digits_layer0_shifter
module digits_layer1_shifter(rst, shift, load, aligned_0, aligned_1, aligned_2, operand, operand_2, aligned_5, operand_3, aligned_7, aligned_8, aligned_9, first, clk);
  wire [99:0] _0_;
  wire [99:0] _1_;
  input clk;
  wire clk;
  output [9:0] first;
  wire [9:0] first;
  reg [99:0] held = 100'h0000000000000000000000000;
  input load;
  wire load;
  input [9:0] aligned_0;
  wire [9:0] aligned_0;
  input [9:0] aligned_1;
  wire [9:0] aligned_1;
  input [9:0] aligned_2;
  wire [9:0] aligned_2;
  input [8:0] operand;
  wire [8:0] operand;
  input [8:0] operand_2;
  wire [8:0] operand_2;
  input [9:0] aligned_5;
  wire [9:0] aligned_5;
  input [8:0] operand_3;
  wire [8:0] operand_3;
  input [9:0] aligned_7;
  wire [9:0] aligned_7;
  input [9:0] aligned_8;
  wire [9:0] aligned_8;
  input [9:0] aligned_9;
  wire [9:0] aligned_9;
  input rst;
  wire rst;
  input shift;
  wire shift;
  always @(posedge clk)
    held <= _0_;
  assign _1_ = shift ? { 10'h000, held[99:10] } : held;
  assign _0_ = load ? { aligned_9, aligned_8, aligned_7, 1'h0, operand_3, aligned_5, 1'h0, operand_2, 1'h0, operand, aligned_2, aligned_1, aligned_0 } : _1_;
  assign first = held[9:0];
endmodule

// FrameReader
// Takes AXI4-Stream frames of length beats and hands their elements on.
//
// Function    the element is in the low bits of tdata; the bits above it are ignored. A frame whose tlast comes
//             early or late is not committed: error goes high until reset, beats up to and with its tlast are
//             swallowed, and the next frame begins with element 0.
// Latency     0 clocks from an accepted beat to push.
// Throughput  one beat per clock while ready.
// Reset       to the first element of a frame, error low; tready is low under reset.
//
// Ports
//     tdata, tvalid, tlast  in   element bits rounded up to 8, 1, 1
//     tready                out  1
//     ready                 in   1      whoever takes the elements has room
//     push, data            out  1, width
//     commit                out  1      the element pushed with it completes a frame
//     error                 out  1
//     drop, at_start        out  1, 1   only where observed: the elements pushed since the last commit are void; the
//                                       next beat is a frame's first
module digits_reader(tvalid, tlast, clk, rst, ready, tready, push, commit, error, tdata);
  wire _00_;
  wire _01_;
  wire _02_;
  wire [6:0] _03_;
  wire _04_;
  wire [5:0] _05_;
  wire _06_;
  wire _07_;
  wire _08_;
  wire _09_;
  wire _10_;
  wire _11_;
  wire _12_;
  wire _13_;
  wire _14_;
  wire _15_;
  wire [5:0] _16_;
  wire [5:0] _17_;
  wire _18_;
  wire accepted;
  wire at_end;
  input clk;
  wire clk;
  output commit;
  wire commit;
  reg discarding = 1'h0;
  output error;
  reg error = 1'h0;
  reg [5:0] index = 6'h00;
  output push;
  wire push;
  input ready;
  wire ready;
  input rst;
  wire rst;
  input [7:0] tdata;
  wire [7:0] tdata;
  input tlast;
  wire tlast;
  output tready;
  wire tready;
  input tvalid;
  wire tvalid;
  wire wrong;
  assign _00_ = ~ rst;
  assign tready = ready & _00_;
  assign accepted = tvalid & tready;
  assign at_end = index == 6'h3f;
  assign _07_ = ~ discarding;
  assign _08_ = accepted & _07_;
  assign _09_ = at_end != tlast;
  assign wrong = _08_ & _09_;
  assign _10_ = ~ discarding;
  assign push = accepted & _10_;
  assign _11_ = push & at_end;
  assign commit = _11_ & tlast;
  assign _12_ = discarding | at_end;
  assign _13_ = ~ tlast;
  assign _14_ = _12_ & _13_;
  assign _01_ = tlast | at_end;
  assign _02_ = _01_ | discarding;
  assign _03_ = { 1'h0, index } + 7'h01;
  always @(posedge clk)
    discarding <= _04_;
  always @(posedge clk)
    index <= _05_;
  always @(posedge clk)
    error <= _06_;
  assign _15_ = wrong ? 1'h1 : error;
  assign _06_ = rst ? 1'h0 : _15_;
  assign _16_ = _02_ ? 6'h00 : _03_[5:0];
  assign _17_ = accepted ? _16_ : index;
  assign _05_ = rst ? 6'h00 : _17_;
  assign _18_ = accepted ? _14_ : discarding;
  assign _04_ = rst ? 1'h0 : _18_;
endmodule

// FrameWriter
// Collects length results and sends them as one AXI4-Stream frame, result 0 first, tlast on the last.
//
// Function    a shift register that is filled at one end and sent from the other. tdata is the result,
//             sign-extended if it is signed, zero-extended else.
// Latency     1 clock from commit to tvalid.
// Throughput  one beat per clock; it takes results again in the clock after the last beat was accepted.
// Reset       to vacant; tvalid is low under reset.
// Strobes     as ElementBuffer.
//
// Ports
//     push, data              in   1, shape of a result
//     commit, reserve         in   1
//     vacant, reserved        out  1
//     tdata, tvalid, tlast    out  result bits rounded up to 8, 1, 1
//     tready                  in   1
module digits_writer(clk, rst, reserve, tvalid, tlast, vacant, push, commit, data, result, reserved, tready);
  wire _00_;
  wire _01_;
  wire _02_;
  wire _03_;
  wire _04_;
  wire [137:0] _05_;
  wire [4:0] _06_;
  wire [109:0] _07_;
  wire [3:0] _08_;
  wire _09_;
  wire [3:0] _10_;
  wire [3:0] _11_;
  wire _12_;
  wire _13_;
  wire _14_;
  wire _15_;
  wire accepted;
  input clk;
  wire clk;
  input commit;
  wire commit;
  input [10:0] data;
  wire [10:0] data;
  reg full = 1'h0;
  reg [3:0] index = 4'h0;
  output [10:0] result;
  wire [10:0] result;
  input push;
  wire push;
  input reserve;
  wire reserve;
  output reserved;
  reg reserved = 1'h0;
  reg [109:0] results = 110'h0000000000000000000000000000;
  input rst;
  wire rst;
  output tlast;
  wire tlast;
  input tready;
  wire tready;
  output tvalid;
  wire tvalid;
  output vacant;
  wire vacant;
  assign _00_ = ~ rst;
  assign tvalid = full & _00_;
  assign tlast = index == 4'h9;
  assign _03_ = full | reserved;
  assign vacant = ~ _03_;
  assign accepted = tvalid & tready;
  assign _04_ = push | accepted;
  assign _05_ = { 39'h0000000000, results[109:11] } | { 28'h0000000, data, 99'h0000000000000000000000000 };
  assign _06_ = { 1'h0, index } + 5'h01;
  always @(posedge clk)
    results <= _07_;
  always @(posedge clk)
    index <= _08_;
  always @(posedge clk)
    full <= _01_;
  always @(posedge clk)
    reserved <= _02_;
  assign _12_ = reserve ? 1'h1 : reserved;
  assign _09_ = commit ? 1'h1 : _15_;
  assign _01_ = rst ? 1'h0 : _09_;
  assign _10_ = tlast ? 4'h0 : _06_[3:0];
  assign _11_ = accepted ? _10_ : index;
  assign _08_ = rst ? 4'h0 : _11_;
  assign _07_ = _04_ ? _05_[109:0] : results;
  assign _13_ = commit ? 1'h0 : _12_;
  assign _02_ = rst ? 1'h0 : _13_;
  assign _14_ = tlast ? 1'h0 : full;
  assign _15_ = accepted ? _14_ : full;
  assign result = results[10:0];
endmodule

`default_nettype wire
