// SPDX-License-Identifier: GPL-2.0-only
/* The ground floor of the user's program: files, folders, other programs, text. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../harness/run/base/file.h"
#include "../../harness/run/base/json.h"
#include "../../harness/run/base/spawn.h"

static char *dir;

static int make_dir(void **state)
{
	(void)state;
	dir = scratch_make();
	return dir ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

static void assert_content(const char *name, const char *content)
{
	char *path = xasprintf("%s/%s", dir, name), *text = file_read_exact(path);

	if (content)
		assert_string_equal(text, content);
	else
		assert_null(text);
	free(text);
	free(path);
}

static void files_are_replaced_as_a_whole(void **state)
{
	char *temporary = xasprintf("%s/name.tmp", dir), *none = xasprintf("%s/none", dir);
	struct text text;

	(void)state;
	assert_int_equal(file_replace(dir, "name", "one\n"), 0);
	fputs("two", text_open(&text));
	assert_int_equal(text_store(&text, dir, "name"), 0);
	assert_content("name", "two");

	assert_int_equal(symlink("/dev/full", temporary), 0);
	assert_int_equal(file_replace(dir, "name", "three"), -1);
	assert_non_null(strstr(error_text(), "/name: No space left"));
	assert_content("name", "two");
	assert_int_equal(access(temporary, F_OK), -1);

	assert_int_equal(file_replace(none, "name", "four"), -1);
	assert_non_null(strstr(error_text(), "/none/name: No such file"));
	free(temporary);
	free(none);
}

static void files_are_read_to_their_end(void **state)
{
	char *long_text = xcalloc(1, 10001), *path = xasprintf("%s/long", dir), *text;

	(void)state;
	memset(long_text, 'x', 9998);
	memset(long_text + 9998, '\n', 2);
	assert_int_equal(file_replace(dir, "long", long_text), 0);
	assert_content("long", long_text);
	text = file_read(path);
	assert_int_equal(strlen(text), 9998);
	assert_null(file_read_exact(dir));
	assert_int_equal(errno, EISDIR);
	assert_content("nothing", NULL);
	free(text);
	free(path);
	free(long_text);
}

static void folders_are_made_with_those_above(void **state)
{
	char *deep = xasprintf("%s//a/b/", dir), *below = xasprintf("%s/file/a", dir);
	char *above = xasprintf("%s/a", dir);
	struct stat st;

	(void)state;
	assert_int_equal(folders_make(deep), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(folders_make(deep), 0); /* there already */
	assert_int_equal(file_replace(dir, "file", ""), 0);
	assert_int_equal(folders_make(below), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(folders_make(""), -1);
	assert_int_equal(errno, ENOENT);
	rmdir(deep);
	rmdir(above);
	free(above);
	free(deep);
	free(below);
}

static void new_folders_get_a_name_that_is_free(void **state)
{
	char *path = xasprintf("%s/outer/inner", dir), *first, *second;
	char *expected = xasprintf("%s-2", path), *file = xasprintf("%s/file", dir);

	(void)state;
	first = folder_make_new(path);
	assert_string_equal(first, path);
	second = folder_make_new(path);
	assert_string_equal(second, expected);
	rmdir(first);
	rmdir(second);
	rmdir(dirname(path));
	free(path);
	path = xasprintf("%s/folder", file);
	assert_int_equal(file_replace(dir, "file", ""), 0);
	assert_null(folder_make_new(path));
	assert_int_equal(errno, ENOTDIR);
	free(first);
	free(second);
	free(expected);
	free(file);
	free(path);
}

static void folders_in_a_removed_one_stay(void **state)
{
	char *inner = xasprintf("%s/inner", dir);

	(void)state;
	assert_int_equal(folders_make(inner), 0);
	assert_int_equal(file_replace(dir, "file", ""), 0);
	folder_remove(dir);
	assert_content("file", NULL);
	assert_int_equal(access(inner, F_OK), 0);
	rmdir(inner);
	free(inner);
}

static void scratch_folders_need_a_place(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *kept = tmp ? xstrdup(tmp) : NULL;

	(void)state;
	setenv("TMPDIR", "/nowhere", 1);
	assert_null(scratch_make());
	assert_string_equal(error_text(), "cannot make a folder in /nowhere: No such file or "
					  "directory; choose another with TMPDIR");
	if (kept)
		setenv("TMPDIR", kept, 1);
	else
		unsetenv("TMPDIR");
	free(kept);
}

/* What a program ends with; what it says is in the file "said". */
static int run(char *const *argv)
{
	char *path = xasprintf("%s/said", dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), code;
	pid_t pid = spawn(argv, fd, fd);

	assert_true(pid > 0);
	code = spawn_wait(pid);
	close(fd);
	free(path);
	return code;
}

static void programs_end_with_their_code(void **state)
{
	(void)state;
	assert_int_equal(run((char *[]){ "sh", "-c", "cat; echo out; echo err >&2; exit 3", NULL }),
			 3);
	assert_content("said", "out\nerr\n"); /* and there is no input */
	assert_int_equal(run((char *[]){ "sh", "-c", "kill -TERM $$", NULL }), 128 + SIGTERM);
	assert_int_equal(run((char *[]){ "/nowhere/program", NULL }), SPAWN_NOT_STARTED);
	assert_content("said", "cannot start /nowhere/program: No such file or directory\n");
	assert_int_equal(run((char *[]){ "/dev/null", NULL }), SPAWN_NOT_STARTED);
	assert_content("said", "cannot start /dev/null: Permission denied\n");
}

static void codes_are_seen_by_who_was_started_without(void **state)
{
	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(run((char *[]){ "sh", "-c", "exit 3", NULL }), 3);
}

static void first_lines_are_those_of_programs_that_succeed(void **state)
{
	char *line = command_line_of((char *[]){ "printf", "one\\ntwo\\n", NULL });

	(void)state;
	assert_string_equal(line, "one");
	free(line);
	line = command_line_of((char *[]){ "true", NULL });
	assert_string_equal(line, "");
	free(line);
	assert_null(command_line_of((char *[]){ "sh", "-c", "echo one; exit 1", NULL }));
	assert_null(command_line_of((char *[]){ "/nowhere/program", NULL }));
}

static void words_are_quoted_where_a_shell_needs_it(void **state)
{
	char *words[] = { "a=b,c", "", "it's", "$x y", "-", NULL };
	char *text = shell_quote(words);

	(void)state;
	assert_string_equal(text, "a=b,c '' 'it'\\''s' '$x y' -");
	free(text);
	text = shell_quote((char *[]){ "l\xe9 it's\\\xc3\xbc\n", "\xc3\xbc;\n", NULL });
	assert_string_equal(text, "$'l\\xe9 it\\'s\\\\\xc3\xbc\n' '\xc3\xbc;\n'");
	free(text);
	text = shell_quote(words + 5);
	assert_string_equal(text, "");
	free(text);
}

/* Names of files come from anywhere; what is kept of them must be JSON. */
static void any_bytes_become_text(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{ "", "" },
		{ "a\xc3\xbc\xf0\x9d\x84\x9e\n", "a\xc3\xbc\xf0\x9d\x84\x9e\n" },
		{ "l\xe9", "l\xef\xbf\xbd" },
		{ "\xe9t\xc3", "\xef\xbf\xbdt\xef\xbf\xbd" },
		{ "\xed\xa0\x80",
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* half a pair of UTF-16 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = json_of_text(cases[i].bytes);

		assert_string_equal(json_string_value(value), cases[i].text);
		json_decref(value);
	}
	assert_true(json_is_null(json_of_text(NULL)));
}

static void last_lines_are_without_their_end(void **state)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{ "one\ntwo\n", "two" },  { "one\r\ntwo\r\n\r\n", "two" },
		{ "\r\none\r\n", "one" }, { "one", "one" },
		{ "\n\n", "" },		  { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *line = last_line(cases[i].text);

		assert_string_equal(line, cases[i].line);
		free(line);
	}
}

static void json_keeps_order_and_decimals(void **state)
{
	json_t *value = json_pack("{s:f, s:o, s:o}", "z", 0.1, "a", json_owned(NULL), "b",
				  json_owned(xstrdup("\xff")));
	char *text = json_dump(value, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"z\":0.1,\"a\":null,\"b\":\"\xef\xbf\xbd\"}");
	free(text);
	json_decref(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_replaced_as_a_whole, make_dir,
						remove_dir),
		cmocka_unit_test_setup_teardown(files_are_read_to_their_end, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(folders_are_made_with_those_above, make_dir,
						remove_dir),
		cmocka_unit_test_setup_teardown(new_folders_get_a_name_that_is_free, make_dir,
						remove_dir),
		cmocka_unit_test_setup_teardown(folders_in_a_removed_one_stay, make_dir,
						remove_dir),
		cmocka_unit_test(scratch_folders_need_a_place),
		cmocka_unit_test_setup_teardown(programs_end_with_their_code, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(codes_are_seen_by_who_was_started_without, make_dir,
						remove_dir),
		cmocka_unit_test(first_lines_are_those_of_programs_that_succeed),
		cmocka_unit_test(words_are_quoted_where_a_shell_needs_it),
		cmocka_unit_test(any_bytes_become_text),
		cmocka_unit_test(last_lines_are_without_their_end),
		cmocka_unit_test(json_keeps_order_and_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
