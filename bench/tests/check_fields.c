/*
 * check_fields.c - tests of scripts/lib/fields.c.
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "../../scripts/lib/fields.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[] = "/tmp/check_fields.XXXXXX";

static void write_text(const char *text, size_t n)
{
    strcpy(path, "/tmp/check_fields.XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, n), (ssize_t)n);
    close(file);
}

static struct fields read_text(const char *text)
{
    write_text(text, strlen(text));
    struct fields fields = fields_read(path);
    unlink(path);
    return fields;
}

START_TEST(lines_keys_and_values)
{
    struct fields fields = read_text("# a comment: not a key\n"
                                     "\n"
                                     "  title :  Time: a # in it  \r\n"
                                     "   # indented\n"
                                     "quick arm: a=1\n"
                                     "arm:b=2\n"
                                     "quick arm: c=3");
    ck_assert_uint_eq(fields.count, 4);
    ck_assert_str_eq(fields.list[0].key, "title");
    ck_assert_str_eq(fields.list[0].value, "Time: a # in it");
    ck_assert_uint_eq(fields.list[0].line, 3);
    ck_assert_str_eq(fields.list[1].key, "quick arm");
    ck_assert_str_eq(fields.list[2].value, "b=2");
    ck_assert_str_eq(fields.list[3].value, "c=3");
    ck_assert_uint_eq(fields.list[3].line, 7);
    ck_assert_str_eq(fields.path, path);
    fields_free(&fields);
}
END_TEST

START_TEST(values_of_keys)
{
    struct fields fields = read_text("a: 1\nb: yes\nc: no\n");
    ck_assert_str_eq(fields_needed(&fields, "a"), "1");
    ck_assert_str_eq(fields_value(&fields, "a", "2"), "1");
    ck_assert_ptr_null(fields_value(&fields, "d", NULL));
    ck_assert_ptr_null(fields_find(&fields, "d"));
    ck_assert(fields_yes(&fields, "b", false));
    ck_assert(!fields_yes(&fields, "c", true));
    ck_assert(fields_yes(&fields, "d", true));
    ck_assert(!fields_yes(&fields, "d", false));
    fields_check(&fields, (const char *const[]){"c", "b", "a"}, 3);
    fields_free(&fields);
}
END_TEST

START_TEST(an_empty_file_has_no_lines)
{
    struct fields fields = read_text("");
    ck_assert_uint_eq(fields.count, 0);
    fields_free(&fields);
}
END_TEST

START_TEST(settings_are_lists)
{
    struct fields fields = read_text(
        "arm: kernel=@cpu,hash  options=\"--a 1,2\",--b,\"\",-x\"y z\" x=1\n");
    struct settings settings = settings_read(&fields, &fields.list[0]);
    ck_assert_uint_eq(settings.count, 3);
    ck_assert_uint_eq(settings.line, 1);
    const struct setting *kernel = settings_find(&settings, "kernel");
    ck_assert_uint_eq(kernel->count, 2);
    ck_assert_str_eq(kernel->values[0], "@cpu");
    ck_assert_str_eq(kernel->values[1], "hash");
    ck_assert_str_eq(kernel->spelled, "@cpu,hash");
    const struct setting *options = settings_find(&settings, "options");
    ck_assert_uint_eq(options->count, 4);
    ck_assert_str_eq(options->values[0], "--a 1,2");
    ck_assert_str_eq(options->values[1], "--b");
    ck_assert_str_eq(options->values[2], "");
    ck_assert_str_eq(options->values[3], "-xy z");
    ck_assert_str_eq(settings_value(&settings, "x", "2"), "1");
    ck_assert_str_eq(settings_value(&settings, "y", "2"), "2");
    ck_assert_ptr_null(settings_find(&settings, "y"));
    settings_check(&settings, (const char *const[]){"kernel", "options", "x"},
                   3);
    settings_free(&settings);
    fields_free(&fields);
}
END_TEST

/* ------------------------------------------------------- what is refused */

static const char *const keys[] = {"arm", "title", "log"};

/* Everything that may be wrong with a file, as a tool would go about it. */
static void use(void)
{
    struct fields fields = fields_read(path);
    fields_check(&fields, keys, sizeof keys / sizeof *keys);
    fields_needed(&fields, "title");
    fields_yes(&fields, "log", false);
    for (size_t i = 0; i < fields.count; i++) {
        if (strcmp(fields.list[i].key, "arm") != 0)
            continue;
        struct settings settings = settings_read(&fields, &fields.list[i]);
        settings_check(&settings, (const char *const[]){"a", "b"}, 2);
        settings_value(&settings, "a", "");
        settings_free(&settings);
    }
    fields_free(&fields);
}

/* The exit status of a process that uses the file, and what it says. */
static int refused(char *said, size_t size)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        use();
        _exit(0);
    }
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got; (got = read(ends[0], said + n, size - 1 - n)) > 0;)
        n += (size_t)got;
    said[n] = '\0';
    close(ends[0]);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static const struct {
    const char *text, *where, *why;
} bad[] = {
    {"title: t\narm a=1\n", ":2: ", "no colon"},
    {"title: t\n: 1\n", ":2: ", "'' is no key"},
    {"title: t\nA b: 1\n", ":2: ", "'A b' is no key"},
    {"title: t\n9: 1\n", ":2: ", "'9' is no key"},
    {"title:\n", ":1: ", "title: no value"},
    {"title:   \n", ":1: ", "title: no value"},
    {"title: a\tb\n", ":1: ", "a tab in column 9"},
    {"title: a\033b\n", ":1: ", "a control character"},
    {"title: t\n\n\nother: 1\n", ":4: ", "unknown key 'other'"},
    {"arm: a=1\n", ": ", "no `title:` line"},
    {"title: t\ntitle: u\n", ":2: ", "given in line 1 already"},
    {"title: t\nlog: maybe\n", ":2: ", "neither yes nor no"},
    {"title: t\narm: a\n", ":2: ", "'a' is not name=value"},
    {"title: t\narm: a =1\n", ":2: ", "'a' is not name=value"},
    {"title: t\narm: =1\n", ":2: ", "'=1' is not name=value"},
    {"title: t\narm: a=1 2\n", ":2: ", "'2' is not name=value"},
    {"title: t\narm: a=\n", ":2: ", "an empty value"},
    {"title: t\narm: a=1,,2\n", ":2: ", "an empty value"},
    {"title: t\narm: a=1,\n", ":2: ", "an empty value"},
    {"title: t\narm: a=\"1 2\n", ":2: ", "double quote without its end"},
    {"title: t\narm: a=1 a=2\n", ":2: ", "a= comes twice"},
    {"title: t\narm: a=1,2\n", ":2: ", "a= takes one value"},
    {"title: t\narm: b=1\narm: c=1\n", ":3: ", "unknown name 'c='"},
};

static void check_said(const char *where, const char *why)
{
    char said[1024], place[256];
    ck_assert_int_eq(refused(said, sizeof said), 2);
    snprintf(place, sizeof place, "%s%s", path, where);
    ck_assert_msg(strstr(said, place) != NULL, "%s: not at %s", said, place);
    ck_assert_msg(strstr(said, why) != NULL, "%s: not '%s'", said, why);
    ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}

START_TEST(one_line_says_where_and_why)
{
    write_text(bad[_i].text, strlen(bad[_i].text));
    check_said(bad[_i].where, bad[_i].why);
    unlink(path);
}
END_TEST

START_TEST(bytes_that_end_a_text)
{
    write_text("title: a\0b\n", 11);
    check_said(":1: ", "a control character");
    unlink(path);
}
END_TEST

START_TEST(no_such_file)
{
    char said[1024];
    strcpy(path, "/nonesuch/fields.XXXXXXX");
    ck_assert_int_eq(refused(said, sizeof said), 2);
    ck_assert_ptr_nonnull(strstr(said, "No such file"));
    strcpy(path, "/tmp");
    ck_assert_int_eq(refused(said, sizeof said), 2);
    ck_assert_ptr_nonnull(strstr(said, "directory"));
}
END_TEST

START_TEST(right_files_end_well)
{
    char said[1024];
    const char text[] = "title: t\nlog: yes\narm: a=1 b=2,\"3 4\"\n";
    write_text(text, strlen(text));
    ck_assert_int_eq(refused(said, sizeof said), 0);
    ck_assert_str_eq(said, "");
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *suite;
    TCase *tests = suite_begin(&suite, "fields");
    tcase_add_test(tests, lines_keys_and_values);
    tcase_add_test(tests, values_of_keys);
    tcase_add_test(tests, an_empty_file_has_no_lines);
    tcase_add_test(tests, settings_are_lists);
    tcase_add_loop_test(tests, one_line_says_where_and_why, 0,
                        sizeof bad / sizeof *bad);
    tcase_add_test(tests, bytes_that_end_a_text);
    tcase_add_test(tests, no_such_file);
    tcase_add_test(tests, right_files_end_well);
    return suite_end(suite);
}
