/* SPDX-License-Identifier: MIT */
/* Goal: a file is read whole or not at all, replaced at once or not at all, and locked by one holder. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "linkpond/base/files.h"

static char folder[] = "/tmp/linkpond-files-XXXXXX";
static struct arena arena;

static int folder_make(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return mkdtemp(folder) == NULL;
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);

    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char child[PATH_MAX];

        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
            if (unlink(child) != 0) {
                remove_tree(child);
            }
        }
    }
    closedir(dir);
    rmdir(path);
}

static int folder_remove(void **state)
{
    (void)state;
    remove_tree(folder);
    arena_done(&arena);
    return 0;
}

static size_t names_in(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;

    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count - 2; /* . and .. */
}

static const char *in_folder(const char *name)
{
    return files_join(&arena, folder, name);
}

static void assert_content(const char *path, str expected)
{
    str got = STR("untouched");

    assert_int_equal(files_read(&arena, path, 1 << 16, &got), OK);
    assert_int_equal(got.len, expected.len);
    assert_memory_equal(got.ptr, expected.ptr, expected.len);
    assert_int_equal(got.ptr[got.len], '\0');
}

static void mkdir__makes_every_missing_folder_private(void **state)
{
    struct stat info;

    (void)state;
    assert_int_equal(files_mkdir(in_folder("a//b/c/")), OK);
    assert_int_equal(stat(in_folder("a/b"), &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(info.st_mode & 077, 0);
    assert_int_equal(files_mkdir(in_folder("a/b/c")), OK); /* there already */
    assert_int_equal(files_mkdir("/"), OK);
}

static void mkdir__refuses_a_path_through_a_file_and_no_path(void **state)
{
    (void)state;
    assert_int_equal(files_write_atomic(in_folder("plain"), STR("x")), OK);
    assert_int_equal(files_mkdir(in_folder("plain")), ERR_IO);
    assert_int_not_equal(files_mkdir(in_folder("plain/below")), OK);
    assert_int_equal(files_mkdir(""), ERR_INVALID);
    assert_content(in_folder("plain"), STR("x"));
}

static void read__gives_the_whole_file_up_to_its_maximum(void **state)
{
    char big[10000];
    str out = STR("untouched");

    (void)state;
    memset(big, 'b', sizeof big);
    big[5] = '\0';
    assert_int_equal(files_write_atomic(in_folder("big"), (str){big, sizeof big}), OK);
    assert_content(in_folder("big"), (str){big, sizeof big});
    assert_int_equal(files_read(&arena, in_folder("big"), sizeof big - 1, &out), ERR_TOO_LARGE);
    assert_int_equal(files_read(&arena, in_folder("big"), 0, &out), ERR_TOO_LARGE);
    assert_string_equal(out.ptr, "untouched");
    assert_int_equal(files_read(&arena, in_folder("big"), sizeof big, &out), OK);
    assert_int_equal(out.len, sizeof big);
}

static void read__takes_empty_files_and_files_that_tell_no_size(void **state)
{
    str out = STR("untouched");

    (void)state;
    assert_int_equal(files_write_atomic(in_folder("empty"), STR("")), OK);
    assert_content(in_folder("empty"), STR(""));
    assert_int_equal(files_read(&arena, "/proc/self/status", 1 << 16, &out), OK);
    assert_true(str_starts(out, STR("Name:")));
}

static void read__tells_missing_unreadable_and_out_of_memory_apart(void **state)
{
    struct arena tiny;
    str out = STR("untouched");

    (void)state;
    assert_int_equal(files_read(&arena, in_folder("missing"), 10, &out), ERR_NOT_FOUND);
    assert_int_equal(files_read(&arena, folder, 10, &out), ERR_IO);
    assert_int_equal(files_write_atomic(in_folder("fits-not"), STR("0123456789012345678901234567890123456789")), OK);
    arena_init(&tiny, 8);
    assert_int_equal(files_read(&tiny, in_folder("fits-not"), 100, &out), ERR_NOMEM);
    arena_done(&tiny);
    assert_string_equal(out.ptr, "untouched");
}

static void write_atomic__replaces_the_file_and_leaves_nothing_else(void **state)
{
    struct stat info;
    const char *path = in_folder("swap/file");

    (void)state;
    assert_int_equal(files_mkdir(in_folder("swap")), OK);
    assert_int_equal(files_write_atomic(path, STR("first")), OK);
    int old = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(files_write_atomic(path, STR("second, longer")), OK);
    assert_content(path, STR("second, longer"));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(names_in(in_folder("swap")), 1);

    char bytes[16] = "";
    assert_int_equal(read(old, bytes, sizeof bytes), 5); /* who had it open still reads the old bytes */
    assert_string_equal(bytes, "first");
    close(old);
}

static void write_atomic__leaves_the_old_state_when_it_fails(void **state)
{
    (void)state;
    assert_int_equal(files_mkdir(in_folder("taken/target/full")), OK);
    assert_int_not_equal(files_write_atomic(in_folder("taken/target"), STR("x")), OK); /* a folder stands there */
    assert_int_equal(names_in(in_folder("taken")), 1);
    assert_int_equal(files_write_atomic(in_folder("nowhere/file"), STR("x")), ERR_NOT_FOUND);
    assert_false(files_exists(in_folder("nowhere")));
}

static void exists__tells_files_and_folders_from_nothing(void **state)
{
    (void)state;
    assert_true(files_exists(folder));
    assert_false(files_exists(in_folder("nothing")));
    assert_int_equal(files_sync_dir(folder), OK);
    assert_int_equal(files_sync_dir(in_folder("nothing")), ERR_NOT_FOUND);
}

static void join__puts_one_slash_between(void **state)
{
    struct arena tiny;

    (void)state;
    assert_string_equal(files_join(&arena, "a", "b"), "a/b");
    assert_string_equal(files_join(&arena, "a/", "b"), "a/b");
    assert_string_equal(files_join(&arena, "/", "b"), "/b");
    assert_string_equal(files_join(&arena, "", "b"), "b");
    arena_init(&tiny, 1);
    assert_null(files_join(&tiny, "a long folder name", "b"));
    arena_done(&tiny);
}

static void free_bytes__is_known_for_a_folder_only_if_it_exists(void **state)
{
    (void)state;
    assert_true(files_free_bytes(folder) >= 0);
    assert_int_equal(files_free_bytes(in_folder("nothing")), -1);
}

static void lock__has_one_holder_and_names_it(void **state)
{
    const char *path = in_folder("lock");
    char holder[64] = "before", cut[4];
    int first = -1, second = -1;

    (void)state;
    assert_int_equal(files_lock(path, STR("pid 42"), &first, holder, sizeof holder), OK);
    assert_string_equal(holder, "before");
    assert_int_equal(files_lock(path, STR("pid 43"), &second, holder, sizeof holder), ERR_BUSY);
    assert_string_equal(holder, "pid 42");
    assert_int_equal(files_lock(path, STR("pid 43"), &second, cut, sizeof cut), ERR_BUSY);
    assert_string_equal(cut, "pid");
    assert_int_equal(files_lock(path, STR("pid 43"), &second, NULL, 0), ERR_BUSY);
    assert_int_equal(second, -1);

    files_unlock(first);
    assert_content(path, STR(""));
    assert_int_equal(files_lock(path, STR("43"), &second, holder, sizeof holder), OK);
    assert_content(path, STR("43"));
    files_unlock(second);
}

/* The child takes the lock, leaves a long text and dies without unlocking. */
static void lock__ends_with_its_process(void **state)
{
    const char *path = in_folder("orphan");
    int fd = -1, status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        _exit(files_lock(path, STR("a holder that will be gone"), &fd, NULL, 0) == OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_content(path, STR("a holder that will be gone"));
    assert_int_equal(files_lock(path, STR("new"), &fd, NULL, 0), OK);
    assert_content(path, STR("new"));
    files_unlock(fd);
}

static void files_spool__is_a_file_that_nobody_finds(void **state)
{
    (void)state;
    char text[6] = {0};
    struct stat info;
    int fd = -1;
    assert_int_equal(files_spool("/tmp", &fd), OK);
    assert_int_equal(pwrite(fd, "hello", 5, 0), 5);
    assert_int_equal(pread(fd, text, 5, 0), 5);
    assert_string_equal(text, "hello");
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_nlink, 0);
    close(fd);
    int untouched = 7;
    enum err err = files_spool("/no/such/folder", &untouched); /* then /tmp stands in */
    assert_true(err == OK ? untouched != 7 : untouched == 7);
    if (err == OK) {
        close(untouched);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mkdir__makes_every_missing_folder_private),
        cmocka_unit_test(mkdir__refuses_a_path_through_a_file_and_no_path),
        cmocka_unit_test(read__gives_the_whole_file_up_to_its_maximum),
        cmocka_unit_test(read__takes_empty_files_and_files_that_tell_no_size),
        cmocka_unit_test(read__tells_missing_unreadable_and_out_of_memory_apart),
        cmocka_unit_test(write_atomic__replaces_the_file_and_leaves_nothing_else),
        cmocka_unit_test(write_atomic__leaves_the_old_state_when_it_fails),
        cmocka_unit_test(exists__tells_files_and_folders_from_nothing),
        cmocka_unit_test(join__puts_one_slash_between),
        cmocka_unit_test(free_bytes__is_known_for_a_folder_only_if_it_exists),
        cmocka_unit_test(lock__has_one_holder_and_names_it),
        cmocka_unit_test(lock__ends_with_its_process),
        cmocka_unit_test(files_spool__is_a_file_that_nobody_finds),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
