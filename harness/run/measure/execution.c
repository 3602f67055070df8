// SPDX-License-Identifier: GPL-2.0-only
#include "execution.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../time_units.h"
#include "../plan/cost.h"
#include "../host/limits.h"
#include "../host/nearness.h"
#include "../store/record.h"
#include "../base/file.h"
#include "../base/spawn.h"

static sigset_t awaited;

/* nohup, and a script's jobs in the background, ignore some. Awaited, they would come. */
static bool is_refused(int signal, const sigset_t *blocked)
{
	struct sigaction action;

	return sigismember(blocked, signal) || sigaction(signal, NULL, &action) ||
	       action.sa_handler == SIG_IGN;
}

void events_init(void)
{
	static const int requests[] = { SIGINT, SIGTERM, SIGHUP, SIGXCPU };
	sigset_t blocked;

	if (sigismember(&awaited, SIGCHLD)) /* what is blocked was not so at the start */
		return;
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (!is_refused(requests[i], &blocked))
			sigaddset(&awaited, requests[i]);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	/* A reader of messages that goes away does not end what is measured. */
	signal(SIGPIPE, SIG_IGN);
}

int event_wait(void)
{
	const struct timespec ts = { .tv_nsec = (long)(LOOK_EVERY_S * 1e9) };
	int signal;

	signal = sigtimedwait(&awaited, NULL, &ts);
	if (signal < 0 || signal == SIGCHLD)
		return 0;
	error("interrupted");
	return INTERRUPTED;
}

/* Starts a process that adds its output to the files. Returns its id, or -1 with errno set. */
static pid_t start_child(char *const *argv, const char *stdout_file, const char *stderr_file)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
	int out = open(stdout_file, flags, 0666), err = open(stderr_file, flags, 0666);
	pid_t pid = out < 0 || err < 0 ? -1 : spawn(argv, out, err);
	int code = errno;

	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	errno = code;
	return pid;
}

static void files_init(struct point_files *files, const struct job *job)
{
	char *start = job->log_dir ? xasprintf("%s/%s.", job->log_dir, job->stem) : xstrdup("");

	*files = (struct point_files){
		.record = xasprintf("%srecord", start),
		.console = xasprintf("%sconsole.log", start),
		.errors = xasprintf("%sstderr.log", start),
		.control = xasprintf("%scontrol", start),
		.status = xasprintf("%sstatus.log", start),
		.account = job->has_account ? xasprintf("%saccount", start) : NULL,
	};
	free(start);
}

static void files_free(struct point_files *files)
{
	free(files->record);
	free(files->console);
	free(files->errors);
	free(files->control);
	free(files->status);
	free(files->account);
	*files = (struct point_files){ 0 };
}

char *job_command(const struct job *job)
{
	struct strings words = { 0 };
	struct point_files files;
	char *text;

	files_init(&files, job);
	job->host->command(job->setup, job->point, &files, &words);
	text = shell_quote(words.v);
	strings_free(&words);
	files_free(&files);
	return text;
}

int execution_start(struct execution *e, const struct job *job)
{
	const char *slash = strrchr(job->log_dir, '/');
	struct strings argv = { 0 };

	*e = (struct execution){
		.host = job->host,
		.point = job->point,
		.name = xasprintf("%s/%s", slash ? slash + 1 : job->log_dir, job->stem),
		.started_unix_s = time(NULL),
		.timeout_s = cost_timeout_s(job->point, job->timeout_s),
		.kills_before = memory_kills(),
	};
	if (job->host->one_at_a_time) {
		e->cpus = cpu_share_cpus(job->point);
		e->losses_before = cpu_losses(e->cpus);
	}
	stopwatch_start(&e->watch);
	files_init(&e->files, job);
	unlink(e->files.record);
	unlink(e->files.console);
	unlink(e->files.errors);
	unlink(e->files.control);
	unlink(e->files.status);
	job->host->command(job->setup, job->point, &e->files, &argv);
	e->pid = start_child(argv.v,
			     job->host->has_record_on_stdout ? e->files.record : e->files.errors,
			     e->files.errors);
	strings_free(&argv);
	if (e->pid > 0)
		return 0;
	error("cannot start a process: %s", strerror(errno));
	e->pid = 0;
	execution_free(e);
	return -1;
}

/* The last line that the process wrote to stderr, or NULL. */
static char *last_words(const struct execution *e)
{
	char *text = file_read(e->files.errors), *line = text && *text ? last_line(text) : NULL;

	free(text);
	return line;
}

/* Why there is no record that can be used; record_trouble is what its text looked like. */
static char *explain(const struct execution *e, int status, const char *record_trouble)
{
	char *cause = e->host->explain ? e->host->explain(&e->files) : NULL;
	char *words = last_words(e), *text;
	const char *what = cause ? cause : record_trouble;

	if (cause || (!e->timed_out && WIFEXITED(status) && !WEXITSTATUS(status)))
		text = xasprintf("%s", what);
	else if (e->timed_out)
		text = xasprintf("not done after %g s, ended; if it only needs longer, raise "
				 "--point-timeout",
				 e->timeout_s);
	else if (WIFSIGNALED(status))
		text = xasprintf("%s process was killed by signal %d (%s)", e->host->name,
				 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		text = xasprintf("%s process ended with code %d%s%s", e->host->name,
				 WEXITSTATUS(status), words ? ": " : "", words ? words : "");
	free(cause);
	free(words);
	return text;
}

static void remove_if_empty(const char *path)
{
	char *text = file_read(path);

	if (text && !*text)
		unlink(path);
	free(text);
}

/* Exit codes that come with a record; the VM's is 0 whatever became of the point. */
static bool exit_is_regular(int status)
{
	if (!WIFEXITED(status))
		return false;
	return !WEXITSTATUS(status) || WEXITSTATUS(status) == EXIT_POINT_FAILED ||
	       WEXITSTATUS(status) == EXIT_SKIPPED;
}

/* The signal that the reason says was the end of a process; 0: it says nothing like it. */
static int signal_in(const char *reason)
{
	static const char words[] = "killed by signal ";
	const char *found = reason ? strstr(reason, words) : NULL;

	return found ? atoi(found + strlen(words)) : 0;
}

/* Native points report themselves that what measures was killed. */
static void blame_limits(const struct execution *e, json_t *record)
{
	const char *reason = record_reason(record);
	int signal = e->timed_out ? 0 : signal_in(reason);
	char *cause = signal == SIGKILL ? memory_kill_cause(e->kills_before) : NULL;

	if (!cause && signal)
		cause = limit_kill_cause(signal);
	if (cause)
		json_object_set_new(record, "reason", json_sprintf("%s; %s", reason, cause));
	free(cause);
}

static json_t *collect(struct execution *e, int status)
{
	char *text = file_read(e->files.record);
	json_t *record = NULL;

	error("it ended without a record");
	if (text && *text && exit_is_regular(status))
		record = e->host->parse(text, e->point);
	if (record && e->host->verify && e->host->verify(e->point, &e->files)) {
		json_decref(record);
		record = NULL;
	}
	if (record) {
		unlink(e->files.record);
		unlink(e->files.status);
	} else { /* the status says more about what went wrong, and stays */
		char *cause = explain(e, status, error_text());
		char *reason = xasprintf("%s; see %s.*", cause, e->name);

		record = record_failed(e->point, reason);
		free(reason);
		free(cause);
	}
	blame_limits(e, record);
	unlink(e->files.control);
	remove_if_empty(e->files.errors);
	remove_if_empty(e->files.console);
	free(text);
	return record;
}

static uint64_t ns_of_timeval(struct timeval t)
{
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_usec * 1000;
}

json_t *execution_poll(struct execution *e)
{
	struct rusage used; /* with that of the processes that it has waited for */
	int status;

	if (wait4(e->pid, &status, WNOHANG, &used) != e->pid) {
		if (stopwatch_s(&e->watch) >= e->timeout_s && !e->timed_out) {
			e->timed_out = true;
			kill(-e->pid, SIGKILL);
		}
		return NULL;
	}
	if (e->cpus)
		e->lost = cpu_losses_since(e->cpus, e->losses_before, stopwatch_s(&e->watch),
					   ns_of_timeval(used.ru_utime) +
						   ns_of_timeval(used.ru_stime));
	kill(-e->pid, SIGKILL); /* what it may have started itself */
	e->pid = 0;
	return collect(e, status);
}

json_t *execution_wall(struct execution *e)
{
	double duration_s = stopwatch_s(&e->watch);
	char started[32];
	json_t *wall = json_pack("{s:s, s:f}", "started", time_text(started, e->started_unix_s),
				 "duration_s", (double)(int64_t)(duration_s * 1000) / 1000);

	if (e->lost) {
		json_object_set(wall, "cpu_lost", e->lost);
		json_object_set_new(wall, "placement", nearness_describe(e->point));
	}
	if (!access(e->files.console, F_OK))
		json_object_set_new(wall, "log", json_sprintf("%s.console.log", e->name));
	return wall;
}

void execution_free(struct execution *e)
{
	if (e->pid) {
		kill(-e->pid, SIGKILL);
		spawn_wait(e->pid);
		e->pid = 0;
	}
	files_free(&e->files);
	json_decref(e->lost);
	e->lost = NULL;
	free(e->cpus);
	e->cpus = NULL;
	free(e->name);
	e->name = NULL;
}

int execution_run(const struct job *job, json_t **record, json_t **wall)
{
	struct execution e;
	int failed = execution_start(&e, job);

	while (!failed && !(*record = execution_poll(&e)))
		failed = event_wait();
	if (!failed && wall)
		*wall = execution_wall(&e);
	execution_free(&e);
	return failed;
}
