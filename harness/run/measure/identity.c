// SPDX-License-Identifier: GPL-2.0-only
#include "identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/util.h"
#include "../host/build_note.h"
#include "../host/machine.h"

#define NOT_THERE "not there"

/* A file as it was when its hash was taken. */
struct identity_file {
	char *path;
	char *sha256; /* NULL: there was none */
	struct stat st;
};

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Whether nobody can have written to it in between: the kernel sets the time of change. */
static bool is_untouched(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       is_same_time(&a->st_mtim, &b->st_mtim) && is_same_time(&a->st_ctim, &b->st_ctim);
}

/* Fills what is known of a file but its path. Returns 0, or -1 after error(). */
static int file_take(struct identity_file *file)
{
	struct stat now;

	file->sha256 = NULL;
	file->st = (struct stat){ 0 };
	if (stat(file->path, &file->st)) {
		file->st = (struct stat){ 0 };
		return errno == ENOENT || errno == ENOTDIR ?
			       0 :
			       error("cannot read %s: %s", file->path, strerror(errno));
	}
	file->sha256 = setup_sha256(file->path);
	if (!file->sha256)
		return error("cannot tell what %s is: sha256sum (Debian: coreutils) fails for it",
			     file->path);
	if (!stat(file->path, &now) && is_untouched(&file->st, &now))
		return 0;
	return error("%s is being written; wait until that is done", file->path);
}

static int file_check(struct identity_file *file)
{
	struct identity_file now = { .path = file->path };
	bool is_same;
	struct stat st;

	if (stat(file->path, &st) ? !file->sha256 : is_untouched(&st, &file->st))
		return 0;
	if (file_take(&now))
		return -1;
	is_same = now.sha256 && file->sha256 && !strcmp(now.sha256, file->sha256);
	if (is_same)
		file->st = now.st;
	else
		error("%s is not what it was when this began (SHA-256 %s then, %s now)", file->path,
		      file->sha256 ? file->sha256 : NOT_THERE, now.sha256 ? now.sha256 : NOT_THERE);
	free(now.sha256);
	return is_same ? 0 : -1;
}

/* What run.json says of a file is what is checked later; there is no other list of them. */
static int add_file(struct identity *identity, json_t *object, const char *member, const char *path)
{
	struct identity_file *file;

	identity->files =
		xreallocarray(identity->files, identity->count + 1, sizeof(*identity->files));
	file = &identity->files[identity->count++];
	*file = (struct identity_file){ .path = xstrdup(path) };
	if (file_take(file))
		return -1;
	json_object_set_new(object, member, file->sha256 ? json_string(file->sha256) : json_null());
	return 0;
}

static json_t *native_kernel(void)
{
	struct utsname uts;

	uname(&uts);
	return json_pack("{s:s, s:s}", "version", uts.release, "build", uts.version);
}

/* A manifest tells of a kernel; here it has to be the one that is booted. */
static int check_kernel(const json_t *target, const struct target *parts)
{
	const struct {
		const char *told, *found, *path;
	} files[] = {
		{ "image_sha256", "kernel_image_sha256", parts->kernel_image },
		{ "config_sha256", "kernel_config_sha256", parts->kernel_config },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *told = json_member(json_object_get(target, "kernel"), files[i].told);
		const char *found = json_member(target, files[i].found);

		if (told && (!found || strcmp(told, found)))
			return error("%s is not of the kernel that manifest.json beside it tells "
				     "of; remove the folder, then ./run.sh kernel builds it anew",
				     files[i].path);
	}
	return 0;
}

/* What is measured in a VM is the program in its initramfs. */
static int check_program(const json_t *target, const struct target *parts)
{
	if (!json_member(target, "point_sha256") ||
	    archive_holds(parts->initramfs, parts->point_program))
		return 0;
	return error("%s holds another program than %s; build it anew: make, or ./run.sh",
		     parts->initramfs, parts->point_program);
}

static int take_vm(struct identity *identity, json_t *target, const struct identity_scope *scope,
		   enum arch arch)
{
	const struct target *parts = &scope->setup->targets[arch];
	json_t *kernel = setup_kernel_manifest(scope->setup, arch), *qemu;
	char *version = kernel ? setup_qemu_version(scope->setup, arch) : NULL;

	if (!version) {
		json_decref(kernel);
		return -1;
	}
	json_object_set_new(target, "kernel", kernel);
	qemu = json_object();
	json_object_set_new(qemu, "version", json_owned(version));
	json_object_set_new(target, "qemu", qemu);
	if (add_file(identity, qemu, "program_sha256", parts->qemu) ||
	    add_file(identity, target, "initramfs_sha256", parts->initramfs) ||
	    add_file(identity, target, "kernel_image_sha256", parts->kernel_image) ||
	    add_file(identity, target, "kernel_config_sha256", parts->kernel_config))
		return -1;
	if (scope->has_profile &&
	    (add_file(identity, target, "system_map_sha256", parts->system_map) ||
	     add_file(identity, target, "program_map_sha256", parts->program_map) ||
	     add_file(identity, target, "guest_map_sha256", parts->guest_map)))
		return -1;
	return check_program(target, parts) || check_kernel(target, parts) ? -1 : 0;
}

/* Version and commit are of this program; what measures has to be of the same sources. */
static int check_sources(const json_t *target, const struct target *parts)
{
	const char *sources = json_member(json_object_get(target, "build"), "sources");

	if (!sources || !strcmp(sources, POINT_SOURCES))
		return 0;
	return error("%s was built from other sources than this program; build both anew: make, or "
		     "./run.sh",
		     parts->point_program);
}

/* What points of an architecture are measured with. */
static int take_target(struct identity *identity, json_t *target,
		       const struct identity_scope *scope, enum arch arch)
{
	const struct target *parts = &scope->setup->targets[arch];
	bool is_vm = scope->host == &host_vm;

	if (add_file(identity, target, "point_sha256", parts->point_program))
		return -1;
	/* The program that measures tells itself how it was built. */
	json_object_set_new(target, "build", build_note(parts->point_program));
	if (check_sources(target, parts))
		return -1;
	if (is_vm)
		return take_vm(identity, target, scope, arch);
	json_object_set_new(target, "initramfs_sha256", json_null());
	json_object_set_new(target, "kernel", native_kernel());
	json_object_set_new(target, "qemu", json_null());
	return 0;
}

/*
 * This program goes on as it began, also when its file is replaced meanwhile, by a build after a
 * commit for instance: there is nothing to check later.
 */
static int take_program(json_t *faultline)
{
	char *path = xasprintf("/proc/%d/exe", getpid());
	char *sha256 = setup_sha256(path);

	free(path);
	if (!sha256)
		return error("cannot tell what this program is: sha256sum (Debian: coreutils) "
			     "fails for it");
	json_object_set_new(faultline, "program_sha256", json_owned(sha256));
	return 0;
}

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

static size_t length_without(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && !strcmp(text + n - k, end) ? n - k : n;
}

/* Of one commit, whether tracked files differed from it or not. */
static bool is_same_version(const char *a, const char *b)
{
	size_t n = length_without(a, "-dirty");

	return n == length_without(b, "-dirty") && !strncmp(a, b, n);
}

/* Whether this program is one of the root's; FAULTLINE_ROOT may name one of other programs. */
static bool is_of_root(const struct setup *setup)
{
	char *path = xasprintf("%s/build/faultline", setup->root);
	struct stat root, own;
	bool is_same = !stat(path, &root) && !stat("/proc/self/exe", &own) &&
		       root.st_dev == own.st_dev && root.st_ino == own.st_ino;

	free(path);
	return is_same;
}

/* The checkout may have gone on since this program was built, and tells nothing then. */
static void take_commit(json_t *faultline, const struct setup *setup)
{
	struct provenance p = setup_provenance(setup);
	bool is_built_from_it = !p.commit || !is_of_root(setup) ||
				is_same_version(p.version, FAULTLINE_VERSION);
	const char *commit = is_built_from_it ? p.commit : NULL;
	bool was_dirty = is_of_root(setup) &&
			 FAULTLINE_VERSION[length_without(FAULTLINE_VERSION, "-dirty")];

	json_object_set_new(faultline, "commit", commit ? json_string(commit) : json_null());
	json_object_set_new(faultline, "dirty",
			    commit && p.is_state_known ? json_boolean(p.is_dirty || was_dirty) :
							 json_null());
	json_object_set_new(faultline, "commit_from",
			    is_built_from_it ? json_string(p.from) :
					       json_sprintf("this program was built from %s, and "
							    "the checkout is at %s now",
							    FAULTLINE_VERSION, p.version));
	provenance_free(&p);
}

static int take_faultline(struct identity *identity, json_t *faultline,
			  const struct identity_scope *scope)
{
	const struct setup *setup = scope->setup;

	json_object_set_new(faultline, "version", json_string(FAULTLINE_VERSION));
	take_commit(faultline, setup);
	json_object_set_new(faultline, "compiler", json_string(COMPILER));
	if (take_program(faultline))
		return -1;
	if (scope->host != &host_vm) {
		json_object_set_new(faultline, "manycore_sha256", json_null());
		json_object_set_new(faultline, "coherence_sha256", json_null());
		return 0;
	}
	if (scope->has_profile && add_file(identity, faultline, "profile_sha256", setup->profile))
		return -1;
	return add_file(identity, faultline, "manycore_sha256", setup->manycore) ||
			       add_file(identity, faultline, "coherence_sha256", setup->coherence) ?
		       -1 :
		       0;
}

static json_t *machine_now(void)
{
	json_t *machine = machine_describe(), *lasting = machine_lasting(machine);

	json_decref(machine);
	return lasting;
}

int identity_take(struct identity *identity, const struct identity_scope *scope)
{
	json_t *faultline = json_object(), *targets = json_object();

	*identity = (struct identity){
		.json = json_pack("{s:o, s:o}", "faultline", faultline, "targets", targets),
		.machine = scope->host == &host_native ? machine_now() : NULL,
	};
	if (take_faultline(identity, faultline, scope))
		return -1;
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++) {
		json_t *target = json_object();

		if (scope->arches[arch])
			json_object_set(targets, arch_names[arch], target);
		if (scope->arches[arch] && take_target(identity, target, scope, arch)) {
			json_decref(target);
			return -1;
		}
		json_decref(target);
	}
	return 0;
}

/* Finds what differs; path: the names of the objects that they are in. */
static int check_part(const char *path, const json_t *then, json_t *now)
{
	const char *name;
	json_t *value;
	char *was, *is;

	if (then && json_equal(then, now))
		return 0;
	if (json_is_object(then) && json_is_object(now)) {
		json_object_foreach (now, name, value) {
			char *full = xasprintf("%s %s", path, name);
			int differs = check_part(full, json_object_get(then, name), value);

			free(full);
			if (differs)
				return -1;
		}
		return error("%s is not the same", path); /* members that are gone */
	}
	was = then ? json_plain(then) : xstrdup(NOT_THERE);
	is = json_plain(now);
	error("%s was %s and is %s now", path, was, is);
	free(was);
	free(is);
	return -1;
}

int identity_check(struct identity *identity)
{
	json_t *now;
	int failed = 0;

	for (size_t i = 0; i < identity->count && !failed; i++)
		failed = file_check(&identity->files[i]);
	if (failed || !identity->machine)
		return failed;
	now = machine_now();
	failed = check_part("machine", identity->machine, now);
	json_decref(now);
	return failed;
}

/* Where points execute on the machine itself, a run goes on only on that one. */
static int compare_machine(const json_t *run, json_t *now)
{
	const json_t *machine = json_object_get(json_object_get(run, "wall"), "machine");
	json_t *then = machine_lasting(machine);
	int differs = check_part("machine", then, now);

	json_decref(then);
	return differs;
}

int identity_compare(const json_t *run, const struct identity *identity)
{
	const char *name;
	json_t *now;

	json_object_foreach (identity->json, name, now)
		if (check_part(name, json_object_get(run, name), now))
			return -1;
	return identity->machine ? compare_machine(run, identity->machine) : 0;
}

void identity_free(struct identity *identity)
{
	for (size_t i = 0; i < identity->count; i++) {
		free(identity->files[i].path);
		free(identity->files[i].sha256);
	}
	free(identity->files);
	json_decref(identity->machine);
	json_decref(identity->json);
	*identity = (struct identity){ 0 };
}
