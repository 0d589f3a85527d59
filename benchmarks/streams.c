/* The rival of the bit-making engine: AND and count of packed streams, 512 bits an instruction.
 *
 * out[b][m] = number of ones in (x[b] AND w[m]), each a row of `vectors` 512-bit words. This is the work of a unipolar
 * layer with a parallel counter whose streams are ready: no signs, no stream generation, no borders.
 *
 * A block of sums stays in registers, a tile of `w` in the second-level cache. On cores with one popcount and two vector
 * units, AND, popcount and addition take one and a half cycles, so 341 bits a cycle are the most this can reach.
 */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define SAMPLES 4
#define NEURONS 6
#define TILE_VECTORS 98 /* at most: with 132 neurons 0.8 MB */
#define TILE_NEURONS 132

static inline int min(int a, int b) { return a < b ? a : b; }

/* rows x columns sums over `vectors` words; constant bounds let the compiler unroll and keep them in registers. */
static inline __attribute__((always_inline)) void block(const __m512i *x, const __m512i *w, int stride, int vectors,
                                                        int rows, int columns, int32_t *out, int out_stride) {
    __m512i sums[SAMPLES][NEURONS];
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) sums[r][c] = _mm512_setzero_si512();
    for (int v = 0; v < vectors; v++)
        for (int c = 0; c < columns; c++) {
            const __m512i word = _mm512_load_si512(w + (long)c * stride + v);
            for (int r = 0; r < rows; r++) {
                const __m512i both = _mm512_and_si512(_mm512_load_si512(x + (long)r * stride + v), word);
                sums[r][c] = _mm512_add_epi64(sums[r][c], _mm512_popcnt_epi64(both));
            }
        }
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) out[(long)r * out_stride + c] += (int32_t)_mm512_reduce_add_epi64(sums[r][c]);
}

/* x: samples x vectors, w: neurons x vectors, both 64-byte aligned; out: samples x neurons, overwritten. */
void count_streams(const __m512i *x, const __m512i *w, int samples, int neurons, int vectors, int32_t *out) {
    const int tiles = (vectors + TILE_VECTORS - 1) / TILE_VECTORS;
    memset(out, 0, (size_t)samples * neurons * sizeof(int32_t));
    const int tile = (vectors + tiles - 1) / tiles;
    for (int v = 0; v < vectors; v += tile)
        for (int n = 0; n < neurons; n += TILE_NEURONS)
            for (int b = 0; b < samples; b += SAMPLES) {
                const int here = min(tile, vectors - v), rows = min(SAMPLES, samples - b);
                const int last = min(n + TILE_NEURONS, neurons);
                for (int m = n; m < last; m += NEURONS) {
                    const int columns = min(NEURONS, last - m);
                    const __m512i *xs = x + (long)b * vectors + v, *ws = w + (long)m * vectors + v;
                    int32_t *to = out + (long)b * neurons + m;
                    if (rows == SAMPLES && columns == NEURONS)
                        block(xs, ws, vectors, here, SAMPLES, NEURONS, to, neurons);
                    else if (rows == 1 && columns == NEURONS)
                        block(xs, ws, vectors, here, 1, NEURONS, to, neurons);
                    else
                        for (int r = 0; r < rows; r++)
                            for (int c = 0; c < columns; c++)
                                block(xs + (long)r * vectors, ws + (long)c * vectors, vectors, here, 1, 1,
                                      to + (long)r * neurons + c, neurons);
                }
            }
}
