// SPDX-License-Identifier: GPL-2.0-only
#include "setup.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QEMU_NAME "qemu-system-x86_64"
#define QEMU_MAJOR_MIN 7 /* older ones were not tried; Debian 12 has 7.2 */
#define QEMU_MINOR_MIN 2

/* This program is ROOT/build/faultline. */
static char *root_of_program(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0) {
		complain("cannot find out where this program is (%s); set FAULTLINE_ROOT to the "
			 "repository's folder",
			 strerror(errno));
		exit(EXIT_USAGE);
	}
	path[n] = '\0';
	return xstrdup(dirname(dirname(path)));
}

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

void setup_init(struct setup *setup)
{
	const char *root = env("FAULTLINE_ROOT"), *kernel_dir = env("FAULTLINE_KERNEL_DIR_x86_64");
	const char *qemu = env("FAULTLINE_QEMU");

	*setup = (struct setup){ .root = root ? xstrdup(root) : root_of_program() };
	if (kernel_dir) {
		setup->kernel_dir = xstrdup(kernel_dir);
		setup->vmlinux = xasprintf("%s/vmlinux", kernel_dir);
		setup->system_map = xasprintf("%s/System.map", kernel_dir);
	}
	setup->initramfs = xasprintf("%s/build/x86_64/initramfs.cpio", setup->root);
	setup->point_program = xasprintf("%s/build/x86_64/faultline-point", setup->root);
	setup->manycore = xasprintf("%s/build/manycore.so", setup->root);
	setup->coherence = xasprintf("%s/build/coherence.so", setup->root);
	setup->profile = xasprintf("%s/build/profile.so", setup->root);
	setup->program_map = xasprintf("%s/build/x86_64/faultline-point.map", setup->root);
	setup->guest_map = xasprintf("%s/build/x86_64/guest.map", setup->root);
	setup->qemu = xstrdup(qemu ? qemu : QEMU_NAME);
}

void setup_free(struct setup *setup)
{
	free(setup->root);
	free(setup->kernel_dir);
	free(setup->vmlinux);
	free(setup->initramfs);
	free(setup->point_program);
	free(setup->manycore);
	free(setup->coherence);
	free(setup->profile);
	free(setup->system_map);
	free(setup->program_map);
	free(setup->guest_map);
	free(setup->qemu);
}

json_t *setup_kernel_manifest(const struct setup *setup, char *err, size_t err_size)
{
	json_error_t cause;
	json_t *manifest;
	char *path;

	if (!setup->kernel_dir) {
		snprintf(err, err_size,
			 "no patched kernel: start faultline through ./run.sh, or set "
			 "FAULTLINE_KERNEL_DIR_x86_64 to the folder that './run.sh kernel' prints");
		return NULL;
	}
	if (access(setup->vmlinux, R_OK)) {
		snprintf(err, err_size,
			 "no patched kernel: cannot read %s (%s); './run.sh kernel' "
			 "builds one",
			 setup->vmlinux, strerror(errno));
		return NULL;
	}
	path = xasprintf("%s/manifest.json", setup->kernel_dir);
	manifest = json_load_file(path, 0, &cause);
	if (!json_is_string(json_object_get(manifest, "version"))) {
		snprintf(err, err_size,
			 "cannot make sense of the kernel's %s (%s); './run.sh kernel' "
			 "builds it anew",
			 path, manifest ? "no version in it" : cause.text);
		json_decref(manifest);
		manifest = NULL;
	}
	free(path);
	return manifest;
}

char *setup_qemu_version(const struct setup *setup, char *err, size_t err_size)
{
	char *argv[] = { setup->qemu, "--version", NULL };
	const char *marker = "version ";
	char *line = command_line_of(argv);
	char *start = line ? strstr(line, marker) : NULL, *version;
	unsigned int major, minor;

	if (!start || sscanf(start + strlen(marker), "%u.%u", &major, &minor) != 2) {
		snprintf(err, err_size,
			 "cannot run '%s --version'; install QEMU %d.%d or newer "
			 "(Debian: apt-get install qemu-system-x86), or name one with "
			 "FAULTLINE_QEMU",
			 setup->qemu, QEMU_MAJOR_MIN, QEMU_MINOR_MIN);
		free(line);
		return NULL;
	}
	start += strlen(marker);
	start[strcspn(start, " ")] = '\0';
	version = xstrdup(start);
	free(line);
	if (major > QEMU_MAJOR_MIN || (major == QEMU_MAJOR_MIN && minor >= QEMU_MINOR_MIN))
		return version;
	snprintf(err, err_size,
		 "%s is QEMU %s, and %d.%d or newer is needed; install one (Debian 12 "
		 "and later have it), or name one with FAULTLINE_QEMU",
		 setup->qemu, version, QEMU_MAJOR_MIN, QEMU_MINOR_MIN);
	free(version);
	return NULL;
}

char *setup_sha256(const char *path)
{
	char *argv[] = { "sha256sum", "--", (char *)path, NULL };
	char *line = command_line_of(argv);
	size_t n;

	if (!line)
		return NULL;
	n = strcspn(line, " ");
	line[n] = '\0';
	if (n == 64)
		return line;
	free(line);
	return NULL;
}

char *setup_commit(const struct setup *setup, bool *dirty)
{
	char *commit_argv[] = { "git", "-C", setup->root, "rev-parse", "HEAD", NULL };
	char *status_argv[] = { "git",	  "-C",		 setup->root,
				"status", "--porcelain", "--untracked-files=no",
				NULL };
	char *commit = command_line_of(commit_argv);
	char *status = commit ? command_line_of(status_argv) : NULL;

	*dirty = status && *status;
	free(status);
	return commit;
}
