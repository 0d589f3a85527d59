// What contract section 9 says of the two streams of a core, held against them in every clock.
//
// Nothing is assumed of the inputs: tvalid may fall again, data may change while they wait, a reset may come at any
// time. A frame of the right length is drawn by `watch`; its codes are kept, and when its results come, `word` names
// the sample that a table (written from the contract by a program that shares nothing with the gates) must know.
module core_monitor #(
    parameter FEATURES = 1,       // beats of an input frame
    parameter CODE = 1,           // bits of a code
    parameter RESULTS = 1,        // beats of an output frame
    parameter STEPS = 1,          // input frames of a sample
    parameter SUMMED = 0,         // whether a sample of several steps has one output frame
    parameter IN = 8,             // bits of s_axis_tdata
    parameter OUT = 8,            // bits of m_axis_tdata
    parameter PATIENCE = 100,     // clocks in which something must happen
    parameter LOADS = 0           // whether frames that `marked` begins are no codes
) (
    input clk,
    input rst,
    input [IN-1:0] s_tdata,
    input s_tvalid,
    input s_tready,
    input s_tlast,
    input [OUT-1:0] m_tdata,
    input m_tvalid,
    input m_tready,
    input m_tlast,
    input frame_error,
    input watch,                  // free: the frame that is complete now is the one that is watched
    input load,                   // this beat is of a load, not of a frame of codes
    input swallowed,              // frames of codes are dropped, and each of their beats is an error
    output [STEPS*FEATURES*CODE-1:0] word,
    output [15:0] place,          // number of the result that is shown now, over all steps of a sample
    output compared,              // the result that is shown now is one of the watched frame
    output reg bad_reset,
    output reg bad_stable,
    output reg bad_last,
    output reg bad_beat,
    output reg bad_error,
    output reg bad_wait,
    output idle,
    output reg cover_reset,
    output reg cover_stable,
    output reg cover_last,
    output reg cover_beat,
    output reg cover_error,
    output reg cover_value,
    output reg cover_wait
);
    localparam FRAMES = SUMMED ? 1 : STEPS;  // output frames of a sample
    localparam SAMPLE = FEATURES * CODE;

    // Frames in.
    reg [2:0] beat;
    reg discarding, error;
    reg [1:0] step;
    reg [STEPS*SAMPLE-1:0] coming;    // codes of the steps so far, the first in the low bits
    wire accepted = s_tvalid && s_tready && !load;
    wire at_end = beat == FEATURES - 1;
    wire dropped = swallowed;
    wire wrong = accepted && !discarding && (at_end != s_tlast);
    wire complete = accepted && !discarding && at_end && s_tlast && !dropped;
    wire [STEPS*SAMPLE-1:0] with_beat =
        (coming & ~(({STEPS*SAMPLE{1'b0}} | {CODE{1'b1}}) << (step * SAMPLE + beat * CODE)))
        | (({STEPS*SAMPLE{1'b0}} | s_tdata[CODE-1:0]) << (step * SAMPLE + beat * CODE));
    wire last_step = step == STEPS - 1;
    wire gives = complete && (!SUMMED || last_step);

    // Frames out: how many are to come, and how many before the watched one.
    reg [2:0] owed, ahead;
    reg watched, watched_step_known;
    reg [1:0] watched_step;
    reg [STEPS*SAMPLE-1:0] kept;
    reg [2:0] result;
    wire taken = m_tvalid && m_tready;
    wire leaves = taken && result == RESULTS - 1;
    wire begins = gives && watch && !watched;

    assign word = kept;
    assign place = watched_step * RESULTS + result;
    assign compared = m_tvalid && watched && ahead == 0 && !rst;
    assign idle = owed == 0 && step == 0 && beat == 0 && !discarding;

    // Of the clock before.
    reg before_rst, before_valid, before_ready, before_last;
    reg [OUT-1:0] before_data;
    reg [7:0] waiting, refused;
    reg had_bad, had_reset, had_result, had_error, had_stall;

    initial begin
        beat = 0; discarding = 0; error = 0; step = 0; coming = 0; owed = 0; ahead = 0; watched = 0; kept = 0;
        watched_step = 0; result = 0; before_rst = 1; before_valid = 0; before_ready = 0; before_last = 0;
        before_data = 0; waiting = 0; refused = 0; had_bad = 0; had_reset = 0; had_result = 0; had_error = 0;
        had_stall = 0;
    end

    always @(posedge clk) begin
        before_rst <= rst;
        before_valid <= m_tvalid;
        before_ready <= m_tready;
        before_data <= m_tdata;
        before_last <= m_tlast;
        if (rst) begin
            beat <= 0; discarding <= 0; error <= 0; step <= 0; owed <= 0; ahead <= 0; watched <= 0; result <= 0;
            waiting <= 0; refused <= 0; coming <= 0;
        end else begin
            if (accepted) begin
                beat <= (s_tlast || at_end || discarding) ? 0 : beat + 1;
                discarding <= (discarding || at_end) && !s_tlast;
                if (wrong || dropped) error <= 1;
                if (!discarding) coming <= with_beat;
                if (complete) begin
                    step <= last_step ? 0 : step + 1;
                    if (last_step) coming <= 0;
                end
            end
            if (taken) result <= leaves ? 0 : result + 1;
            owed <= owed + gives - leaves;
            if (begins) begin
                watched <= 1;
                kept <= with_beat;
                watched_step <= SUMMED ? 0 : step;
                ahead <= owed - leaves;
            end else if (leaves) begin
                if (watched && ahead == 0) watched <= 0;
                if (ahead != 0) ahead <= ahead - 1;
            end
            waiting <= (owed == 0 || taken || !m_tready) ? 0 : waiting + 1;
            refused <= (s_tready || !m_tready || taken || !s_tvalid) ? 0 : refused + 1;
        end
        had_bad <= had_bad || wrong;
        had_result <= !rst && (had_result || (leaves && had_bad));
        had_error <= had_error || error;
        had_reset <= had_reset || (rst && had_result);
        had_stall <= !rst && m_tvalid && !m_tready;
    end

    always @* begin
        bad_reset = rst && m_tvalid;
        bad_stable = !rst && !before_rst && before_valid && !before_ready
            && !(m_tvalid && m_tdata == before_data && m_tlast == before_last);
        bad_last = !rst && m_tvalid && m_tlast != (result == RESULTS - 1);
        bad_beat = !rst && m_tvalid && owed == 0;
        bad_error = !before_rst && !rst && frame_error != error;
        bad_wait = waiting >= PATIENCE || refused >= PATIENCE;
        // Each situation is one in which the property could have failed, late in a run.
        cover_reset = rst && before_valid && !before_ready && had_bad;
        cover_stable = had_stall && before_valid && !before_ready && m_tvalid && m_tready && had_bad;
        cover_last = leaves && had_bad;
        cover_beat = leaves && owed == 1 && had_bad;
        cover_error = had_reset && had_error && !error && leaves;
        cover_value = compared && leaves && had_bad;
        cover_wait = waiting > 2 && had_bad;
    end
endmodule
