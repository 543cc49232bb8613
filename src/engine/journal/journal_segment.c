/* SPDX-License-Identifier: MIT */
#include "journal_private.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/hash.h"

/*
 * A segment's life: a spare file (new, or let go by the reader) is zeroed, gets its head, is synced, and only then
 * takes the name under which it is read; so a half-made segment never has that name. fallocate(2) is called itself and
 * not posix_fallocate, whose emulation in glibc writes into every block and promises nothing on such file systems.
 *
 * One that was filled is not zeroed as a whole, for its pages would leave memory and each come back by a fault, which
 * costs more than all that is written into them; the lane zeroes each page as it begins it. Until then the page begins
 * with a record of the segment the file was before, which the head names and the reader takes for the end.
 *
 * Records prove themselves with the segment's number as seed. The number is also in the file's name, so a damaged head
 * costs nothing but a line in the log; only a file that is certainly not ours (another node's, a copy under another
 * name, a newer format, nothing readable in it) is set aside.
 */
#define HEAD_VERSION 1
static const char head_magic[8] = {'L', 'P', 'C', 'L', 'I', 'C', 'K', 'S'};
struct segment_head {
    char magic[8];
    uint32_t version; /* little endian, as all that follows */
    uint32_t node;
    uint64_t number;
    int64_t created_ms;
    uint32_t bytes;
    uint32_t zero;
    uint64_t previous; /* 0 = none */
    uint32_t zeros[2];
    uint64_t check; /* XXH3 of what is before */
};
_Static_assert(sizeof(struct segment_head) == SEGMENT_HEAD_BYTES, "the head's size is promised");

static const char *const suffixes[] = {".clk", ".spare", ".clk.bad"};

const char *segment_name(uint64_t number, enum segment_suffix suffix, char out[SEGMENT_NAME_MAX])
{
    snprintf(out, SEGMENT_NAME_MAX, "%011" PRIu64 "%s", number, suffixes[suffix]);
    return out;
}

bool segment_name_parse(str name, uint64_t *number, enum segment_suffix *suffix)
{
    str rest = str_from(name, 11);

    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (str_eq(rest, str_from_c(suffixes[i])) && str_to_u64(str_slice(name, 0, 11), number)) {
            *suffix = (enum segment_suffix)i;
            return *number > 0 && *number <= (uint64_t)CLICK_ID_SEGMENT_MAX;
        }
    }
    return false;
}

static enum err err_of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : errno == ENOMEM ? ERR_NOMEM : ERR_IO;
}

/* Blocks for the whole file. Where the file system does not know the promise, the journal turns to plain writes. */
static enum err reserve_blocks(struct journal *self, int fd)
{
    if (!self->plain_writes) {
        if (fallocate(fd, 0, 0, self->segment_bytes) == 0) {
            return OK;
        }
        if (!self->opening || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)) {
            return err_of_errno();
        }
        self->plain_writes = true;
    }
    return ftruncate(fd, self->segment_bytes) == 0 ? OK : err_of_errno();
}

enum err segment_file_make(struct journal *self, uint64_t number, int *fd)
{
    char name[SEGMENT_NAME_MAX];
    int made =
        openat(self->dir_fd, segment_name(number, SEGMENT_SPARE, name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (made < 0) {
        return err_of_errno();
    }
    enum err err = reserve_blocks(self, made);
    if (err) {
        close(made);
        unlinkat(self->dir_fd, name, 0);
        return err;
    }
    *fd = made;
    return OK;
}

static bool write_at(int fd, const void *bytes, size_t len, off_t at)
{
    ssize_t done;

    do {
        done = pwrite(fd, bytes, len, at);
    } while (done < 0 && errno == EINTR);
    if (done >= 0 && (size_t)done < len) {
        errno = ENOSPC;
    }
    return done >= 0 && (size_t)done == len;
}

/* Former records would not verify under the new number, but only zeros read as "nothing here". */
static bool erase(struct journal *self, int fd)
{
    static const uint8_t zeros[SEGMENT_PAGE];

    if (self->plain_writes) {
        return ftruncate(fd, 0) == 0 && ftruncate(fd, self->segment_bytes) == 0;
    }
    if (fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, self->segment_bytes) == 0) {
        return true;
    }
    for (uint32_t at = 0; at < self->segment_bytes; at += SEGMENT_PAGE) {
        if (!write_at(fd, zeros, SEGMENT_PAGE, at)) {
            return false;
        }
    }
    return true;
}

/* With the rest of its page, which no lane begins. */
static bool write_head(struct journal *self, int fd, uint64_t number, uint64_t previous)
{
    uint8_t page[SEGMENT_PAGE] = {0};
    struct segment_head head = {
        .version = htole32(HEAD_VERSION),
        .node = htole32(self->node),
        .number = htole64(number),
        .created_ms = (int64_t)htole64((uint64_t)clock_now_ms()),
        .bytes = htole32(self->segment_bytes),
        .previous = htole64(previous),
    };

    memcpy(head.magic, head_magic, sizeof head.magic);
    head.check = htole64(hash_xxh3(&head, offsetof(struct segment_head, check), 0));
    memcpy(page, &head, sizeof head);
    return write_at(fd, page, sizeof page, 0);
}

/* Whether all of the file is in memory; if not, to read it back would take longer than to zero it. */
static bool is_resident(const struct journal *self, int fd)
{
    unsigned char pages[SEGMENT_BYTES_MAX / SEGMENT_PAGE];
    size_t count = self->segment_bytes / SEGMENT_PAGE, resident = 0;
    void *map = mmap(NULL, self->segment_bytes, PROT_READ, MAP_SHARED, fd, 0);

    if (map == MAP_FAILED) {
        return false;
    }
    bool told = sysconf(_SC_PAGESIZE) == SEGMENT_PAGE && mincore(map, self->segment_bytes, pages) == 0;
    munmap(map, self->segment_bytes);
    for (size_t i = 0; told && i < count; i++) {
        resident += pages[i] & 1;
    }
    return told && resident == count;
}

static struct segment *segment_new(uint64_t number, int fd, uint32_t bytes)
{
    struct segment *self = calloc(1, sizeof *self);

    if (self) {
        self->number = number;
        self->fd = fd;
        self->bytes = bytes;
        self->read = self->synced = SEGMENT_HEAD_BYTES; /* `written` is 0: whole pages only */
        atomic_init(&self->committed, SEGMENT_HEAD_BYTES);
        atomic_init(&self->published, SEGMENT_HEAD_BYTES);
    }
    return self;
}

void segment_unmap(struct segment *segment)
{
    if (segment->map) {
        munmap(segment->map, segment->bytes);
        segment->map = NULL;
    }
}

void segment_free(struct segment *segment)
{
    if (segment) {
        segment_unmap(segment);
        if (segment->fd >= 0) {
            close(segment->fd);
        }
        free(segment);
    }
}

/* Nothing of a new file is read ahead: with its first page the kernel would make ready megabytes of zeros at once, 2 ms
 * for which the lane stands still. */
static bool map_file(struct segment *segment, int fd, int protection)
{
    void *map = mmap(NULL, segment->bytes, protection, MAP_SHARED, fd, 0);

    segment->map = map == MAP_FAILED ? NULL : map;
    if (segment->map && (protection & PROT_WRITE)) {
        madvise(segment->map, segment->bytes, MADV_RANDOM);
    }
    return segment->map != NULL;
}

static int spare_open(struct journal *self, uint64_t spare)
{
    char name[SEGMENT_NAME_MAX];

    return openat(self->dir_fd, segment_name(spare, SEGMENT_SPARE, name), O_RDWR | O_CLOEXEC);
}

static enum err spare_use(struct journal *self, struct spare spare, int *fd, uint64_t *previous)
{
    *fd = spare_open(self, spare.number);
    if (*fd < 0) {
        return err_of_errno();
    }
    *previous = spare.filled && !self->plain_writes && is_resident(self, *fd) ? spare.number : 0;
    return *previous || erase(self, *fd) ? OK : err_of_errno();
}

enum err segment_make(struct journal *self, struct spare spare, bool durable, struct segment **out)
{
    uint64_t number = atomic_fetch_add(&self->next_number, 1), previous = 0;
    char from[SEGMENT_NAME_MAX], to[SEGMENT_NAME_MAX];
    int fd = -1;
    enum err err = spare.number ? spare_use(self, spare, &fd, &previous) : segment_file_make(self, number, &fd);

    if (err) {
        if (fd >= 0) {
            close(fd);
        }
        return err;
    }
    segment_name(spare.number ? spare.number : number, SEGMENT_SPARE, from);
    struct segment *segment = segment_new(number, fd, self->segment_bytes);
    if (!segment) {
        close(fd);
        return ERR_NOMEM;
    }
    segment->previous = previous;
    segment->head_synced = durable;
    if (!write_head(self, fd, number, previous) || (durable && fsync(fd) != 0) ||
        !map_file(segment, fd, self->plain_writes ? PROT_READ : PROT_READ | PROT_WRITE) ||
        renameat(self->dir_fd, from, self->dir_fd, segment_name(number, SEGMENT_CLICKS, to)) != 0 ||
        (durable && !journal_sync_dir(self))) {
        err = err_of_errno();
        unlinkat(self->dir_fd, from, 0);
        unlinkat(self->dir_fd, to, 0);
        segment_free(segment);
        return err;
    }
    *out = segment;
    return OK;
}

bool segment_map(struct journal *self, struct segment *segment)
{
    char name[SEGMENT_NAME_MAX];
    int fd = openat(self->dir_fd, segment_name(segment->number, SEGMENT_CLICKS, name), O_RDONLY | O_CLOEXEC);
    bool mapped = fd >= 0 && map_file(segment, fd, PROT_READ);

    if (fd >= 0) {
        close(fd);
    }
    return mapped;
}

/* OK, ERR_CORRUPT when the head is not readable, ERR_CONFLICT when it is and names something else. */
static enum err head_read(const struct journal *self, struct segment *segment)
{
    struct segment_head head;

    memcpy(&head, segment->map, sizeof head);
    if (memcmp(head.magic, head_magic, sizeof head_magic) != 0 ||
        le64toh(head.check) != hash_xxh3(&head, offsetof(struct segment_head, check), 0)) {
        return ERR_CORRUPT;
    }
    bool ours = le32toh(head.version) == HEAD_VERSION && le32toh(head.node) == self->node &&
                le64toh(head.number) == segment->number;
    segment->previous = le64toh(head.previous);
    return ours ? OK : ERR_CONFLICT;
}

enum err segment_open(struct journal *self, uint64_t number, struct segment **out)
{
    char name[SEGMENT_NAME_MAX];
    struct stat status;
    int fd = openat(self->dir_fd, segment_name(number, SEGMENT_CLICKS, name), O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) != 0) {
        enum err err = err_of_errno();
        if (fd >= 0) {
            close(fd);
        }
        return err;
    }
    off_t bytes = status.st_size < SEGMENT_BYTES_MAX ? status.st_size : SEGMENT_BYTES_MAX;
    bytes -= bytes % RECORD_ALIGN;
    struct segment *segment = segment_new(number, -1, (uint32_t)bytes);
    bool mapped = segment && bytes > SEGMENT_HEAD_BYTES && map_file(segment, fd, PROT_READ);
    close(fd);
    if (!mapped) {
        segment_free(segment);
        return bytes > SEGMENT_HEAD_BYTES ? ERR_NOMEM : ERR_CORRUPT;
    }
    enum err err = head_read(self, segment);
    if (err == ERR_CORRUPT) {
        struct record record;
        uint32_t offset = SEGMENT_HEAD_BYTES, at, bad = 0;
        segment->bad_read = 1;
        err = segment_scan(segment, &offset, segment->bytes, &record, &at, &bad) ? OK : ERR_CORRUPT;
    }
    if (err) {
        segment_free(segment);
        return ERR_CORRUPT;
    }
    atomic_init(&segment->published, segment->bytes);
    atomic_init(&segment->closed, true);
    segment->synced = segment->bytes;
    segment->head_synced = true;
    *out = segment;
    return OK;
}

static bool block_is_zero(const uint8_t *block)
{
    uint64_t words[RECORD_ALIGN / 8];
    uint64_t any = 0;

    memcpy(words, block, sizeof words);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        any |= words[i];
    }
    return any == 0;
}

/* A record whose writing was cut short has its commit word still 0, and nothing comes after it. */
static bool block_is_begun(const uint8_t *block)
{
    uint32_t commit;

    memcpy(&commit, block, sizeof commit);
    return commit == 0;
}

static bool is_record_of(uint64_t number, const uint8_t *block, size_t available)
{
    struct record record;
    size_t size;

    return record_decode(block, available, number, &record, &size) == RECORD_GOOD;
}

/* Every page but the first begins with a record of the segment, or holds what the file held before. */
static bool is_left_over(const struct segment *segment, uint32_t at, uint32_t page_end)
{
    return segment->previous && at % SEGMENT_PAGE == 0 &&
           is_record_of(segment->previous, segment->map + at, page_end - at);
}

bool segment_page_is_begun(const struct segment *segment, uint32_t page)
{
    uint32_t at = page == 0 ? SEGMENT_HEAD_BYTES : page * SEGMENT_PAGE, left = segment->bytes - page * SEGMENT_PAGE;
    uint64_t first = 0;

    memcpy(&first, segment->map + at, sizeof first);
    return first != 0 && !is_left_over(segment, at, page * SEGMENT_PAGE + (left < SEGMENT_PAGE ? left : SEGMENT_PAGE));
}

/* In the order in which a kill may leave it: a commit word of 0 is the end, whatever stands behind it. */
void segment_begin_page(struct segment *segment, uint32_t at)
{
    uint32_t *commit = (uint32_t *)(void *)(segment->map + at);

    if (segment->previous && at % SEGMENT_PAGE == 0) {
        __atomic_store_n(commit, 0, __ATOMIC_RELAXED);
        atomic_signal_fence(memory_order_seq_cst);
        memset(commit + 1, 0, SEGMENT_PAGE - sizeof *commit);
    }
}

bool segment_is_filled(const struct segment *segment)
{
    uint32_t published = atomic_load(&segment->published);

    return published > segment->bytes - SEGMENT_PAGE && atomic_load(&segment->touched_to) >= published &&
           !atomic_load(&segment->failed);
}

bool segment_scan(const struct segment *segment, uint32_t *offset, uint32_t limit, struct record *out, uint32_t *at,
                  uint32_t *bad)
{
    bool damaged = false;
    bool begun = false;

    for (uint32_t i = *offset; i < limit; i += RECORD_ALIGN) {
        uint32_t page_end = i - i % SEGMENT_PAGE + SEGMENT_PAGE;
        const uint8_t *block = segment->map + i;
        size_t size;
        page_end = page_end < limit ? page_end : limit;
        if (record_decode(block, page_end - i, segment->number, out, &size) == RECORD_GOOD) {
            *at = i;
            *offset = i + (uint32_t)size;
            *bad += damaged;
            return true;
        }
        if (is_left_over(segment, i, page_end)) {
            break;
        }
        if (!damaged && !block_is_zero(block)) {
            damaged = true;
            begun = block_is_begun(block);
        }
    }
    *offset = limit;
    *bad += damaged && !begun;
    return false;
}
