// SPDX-License-Identifier: GPL-2.0-only
#include "setup.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine_kinds.h"
#include "../base/spawn.h"

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

/* An environment variable that there is for each architecture. */
static const char *env_of(const char *name, enum arch arch)
{
	char *full = xasprintf("%s_%s", name, arch_names[arch]);
	const char *value = env(full);

	free(full);
	return value;
}

static void target_init(struct target *target, const char *root, enum arch arch)
{
	const char *kernel_dir = env_of("FAULTLINE_KERNEL_DIR", arch);
	const char *qemu = env_of("FAULTLINE_QEMU", arch), *name = arch_names[arch];

	if (kernel_dir) {
		target->kernel_dir = xstrdup(kernel_dir);
		target->kernel_image =
			xasprintf("%s/%s", kernel_dir, machine_kinds[arch].kernel_file);
		target->system_map = xasprintf("%s/System.map", kernel_dir);
	}
	target->initramfs = xasprintf("%s/build/%s/initramfs.cpio", root, name);
	target->point_program = xasprintf("%s/build/%s/faultline-point", root, name);
	target->program_map = xasprintf("%s/build/%s/faultline-point.map", root, name);
	target->guest_map = xasprintf("%s/build/%s/guest.map", root, name);
	target->qemu = xstrdup(qemu ? qemu : machine_kinds[arch].qemu);
}

void setup_init(struct setup *setup)
{
	const char *root = env("FAULTLINE_ROOT");

	*setup = (struct setup){ .root = root ? xstrdup(root) : root_of_program() };
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		target_init(&setup->targets[arch], setup->root, arch);
	setup->manycore = xasprintf("%s/build/manycore.so", setup->root);
	setup->coherence = xasprintf("%s/build/coherence.so", setup->root);
	setup->profile = xasprintf("%s/build/profile.so", setup->root);
}

static void target_free(struct target *target)
{
	free(target->kernel_dir);
	free(target->kernel_image);
	free(target->initramfs);
	free(target->point_program);
	free(target->system_map);
	free(target->program_map);
	free(target->guest_map);
	free(target->qemu);
}

void setup_free(struct setup *setup)
{
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		target_free(&setup->targets[arch]);
	free(setup->root);
	free(setup->manycore);
	free(setup->coherence);
	free(setup->profile);
}

json_t *setup_kernel_manifest(const struct setup *setup, enum arch arch)
{
	const struct target *target = &setup->targets[arch];
	json_error_t cause;
	json_t *manifest;
	char *path;

	if (!target->kernel_dir) {
		error("no patched kernel for %s: start faultline through ./run.sh, or set "
		      "FAULTLINE_KERNEL_DIR_%s to the folder that './run.sh kernel --arch %s' "
		      "prints",
		      arch_names[arch], arch_names[arch], arch_names[arch]);
		return NULL;
	}
	if (access(target->kernel_image, R_OK)) {
		error("no patched kernel for %s: cannot read %s (%s); './run.sh kernel --arch "
		      "%s' builds one",
		      arch_names[arch], target->kernel_image, strerror(errno), arch_names[arch]);
		return NULL;
	}
	path = xasprintf("%s/manifest.json", target->kernel_dir);
	manifest = json_load_file(path, 0, &cause);
	if (!json_is_string(json_object_get(manifest, "version"))) {
		error("cannot make sense of the kernel's %s (%s); './run.sh kernel --arch %s' "
		      "builds it anew",
		      path, manifest ? "no version in it" : cause.text, arch_names[arch]);
		json_decref(manifest);
		manifest = NULL;
	}
	free(path);
	return manifest;
}

char *setup_qemu_version(const struct setup *setup, enum arch arch)
{
	char *qemu = setup->targets[arch].qemu, *argv[] = { qemu, "--version", NULL };
	const char *marker = "version ";
	char *line = command_line_of(argv);
	char *start = line ? strstr(line, marker) : NULL, *version;
	unsigned int major, minor;

	if (!start || sscanf(start + strlen(marker), "%u.%u", &major, &minor) != 2) {
		error("cannot run '%s --version'; install QEMU %d.%d or newer "
		      "(Debian: apt-get install %s), or name one with "
		      "FAULTLINE_QEMU_%s",
		      qemu, QEMU_MAJOR_MIN, QEMU_MINOR_MIN, machine_kinds[arch].package,
		      arch_names[arch]);
		free(line);
		return NULL;
	}
	start += strlen(marker);
	start[strcspn(start, " ")] = '\0';
	version = xstrdup(start);
	free(line);
	if (major > QEMU_MAJOR_MIN || (major == QEMU_MAJOR_MIN && minor >= QEMU_MINOR_MIN))
		return version;
	error("%s is QEMU %s, and %d.%d or newer is needed; install one (Debian 12 "
	      "and later have it), or name one with FAULTLINE_QEMU_%s",
	      qemu, version, QEMU_MAJOR_MIN, QEMU_MINOR_MIN, arch_names[arch]);
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
