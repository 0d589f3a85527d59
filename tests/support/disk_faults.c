/* Counts writes and flushes of regular files below a folder, and spoils one of them: loaded before the C library.

   The harness arms it in a forked child. Python's own audit events (openings, renamings, removals) count in the same row:
   disk_faults_next(). A spoiled write has written half of its bytes before it fails, dies, is interrupted or ends short. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NONE, KILL, ERROR_IO, ERROR_FULL, SHORT, INTERRUPT };
enum { KILLED = 99 };

static char below[4096];
static int armed, fault, at, seen, full, slow;

void disk_faults_arm(const char *folder, int kind, int number) {
    snprintf(below, sizeof below, "%s", folder);
    fault = kind, at = number, seen = 0, full = 0, armed = 1;
}

void disk_faults_slow(int milliseconds) { slow = milliseconds; }
int disk_faults_next(void) { return ++seen; }
int disk_faults_seen(void) { return seen; }

static int is_ours(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (!armed || size < 0) return 0;
    path[size] = 0;
    return strncmp(path, below, strlen(below)) == 0;
}

/* What becomes of the next operation: 0 it is done; 1 it is spoiled, and errno says how. */
static int spoiled(void) {
    if (slow) usleep(1000 * slow);
    if (full) return errno = ENOSPC, 1;
    if (++seen != at) return 0;
    switch (fault) {
    case KILL: _exit(KILLED);
    case ERROR_IO: return errno = EIO, 1;
    case ERROR_FULL: return full = 1, errno = ENOSPC, 1;
    case INTERRUPT: raise(SIGINT); return 0;
    default: return 0;
    }
}

ssize_t write(int file, const void *bytes, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    if (!is_ours(file)) return real(file, bytes, size);
    if (seen + 1 == at && !full && size > 1) {
        ssize_t half = real(file, bytes, size / 2);
        if (half < 0) return half;
        if (fault == SHORT) return ++seen, half;
        if (!spoiled()) return half;
        lseek(file, -half, SEEK_CUR); /* as the system does it: an error tells of no progress */
        return -1;
    }
    return spoiled() ? -1 : real(file, bytes, size);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    if (!is_ours(file)) return real(file, bytes, size, offset);
    return spoiled() ? -1 : real(file, bytes, size, offset);
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    return is_ours(file) && spoiled() ? -1 : real(file);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    static int (*real)(int, const char *, int, const char *, unsigned);
    if (!real) real = dlsym(RTLD_NEXT, "renameat2");
    if (armed && strncmp(old, below, strlen(below)) == 0 && spoiled()) return -1;
    return real(from, old, to, new, flags);
}
