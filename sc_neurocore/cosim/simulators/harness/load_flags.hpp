// What `loaded` and `load_error` of a core that is loaded over the input stream must show: `load_flags.py` once more.
#pragma once

namespace sc {

class LoadFlags {
  public:
    static constexpr const char* NOT_WHOLE = "loaded and load_error must be 1 and 0 after a whole load";
    static constexpr const char* NOT_REFUSED = "loaded and load_error must be 0 and 1 after a load that was cut short";
    static constexpr const char* NO_WORD = "loaded must stay and load_error be 1 after a load of less than a word";
    static constexpr const char* NOT_KEPT = "loaded must stay as the last load left it, over resets, too";
    static constexpr const char* BEGUN = "loaded must be 0 from the first word of a load to its end";
    static constexpr const char* STAYS =
        "load_error must stay as the last load left it, until a whole load or a reset";
    static constexpr const char* CLEARED = "load_error must be 0 after a reset";

    // A clock under reset: the flags are not looked at.
    void reset() {
        m_error = m_beats = 0;
        m_ended = nullptr;
        m_if_error = CLEARED;
    }

    // A beat of a load is taken; `good`: it ends a whole one.
    void accept(bool last, bool good) {
        if (m_beats < WORD) ++m_beats;
        if (m_beats == WORD) m_loaded = 0;
        if (!last) return;
        if (m_beats == WORD) m_loaded = good;
        m_error = !good;
        m_ended = good ? NOT_WHOLE : m_beats == WORD ? NOT_REFUSED : NO_WORD;
        m_beats = 0;
        m_if_error = STAYS;
    }

    // What is wrong with the flags in this clock, or nothing.
    const char* observe(bool loaded, bool error) {
        const char* ended = m_ended;
        m_ended = nullptr;
        const bool is_kept = m_loaded == UNKNOWN || m_loaded == int(loaded);
        if (is_kept && (m_error == UNKNOWN || m_error == int(error))) return nullptr;
        const char* within = m_beats == WORD ? BEGUN : NOT_KEPT;
        m_loaded = m_error = UNKNOWN;
        return ended ? ended : is_kept ? m_if_error : within;
    }

  private:
    static constexpr int UNKNOWN = -1, WORD = 4;
    int m_loaded = UNKNOWN, m_error = UNKNOWN;
    int m_beats = 0;  // of the load that comes in, not counted beyond a word
    const char *m_ended = nullptr, *m_if_error = STAYS;
};

}  // namespace sc
