// SPDX-License-Identifier: GPL-2.0-only
#include "setup.h"

#include <errno.h>
#include <libgen.h>
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
	char *path = realpath("/proc/self/exe", NULL), *root;

	if (!path) {
		complain("cannot find out where this program is (%s); set FAULTLINE_ROOT to the "
			 "repository's folder",
			 strerror(errno));
		exit(EXIT_USAGE);
	}
	root = xstrdup(dirname(dirname(path)));
	free(path);
	return root;
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

/* Remembers what setup_free() is to free. Returns it. */
static char *keep(struct setup *setup, char *owned)
{
	strings_add(&setup->owned, owned);
	return owned;
}

static void target_init(struct setup *setup, enum arch arch)
{
	const char *kernel_dir = env_of("FAULTLINE_KERNEL_DIR", arch);
	const char *qemu = env_of("FAULTLINE_QEMU", arch);
	const char *image = machine_kinds[arch].kernel_file;
	char *build = keep(setup, xasprintf("%s/build/%s", setup->root, arch_names[arch]));
	struct target *target = &setup->targets[arch];

	if (kernel_dir) {
		target->kernel_dir = keep(setup, xstrdup(kernel_dir));
		target->kernel_image = keep(setup, xasprintf("%s/%s", kernel_dir, image));
		target->kernel_config = keep(setup, xasprintf("%s/config", kernel_dir));
		target->system_map = keep(setup, xasprintf("%s/System.map", kernel_dir));
	}
	target->initramfs = keep(setup, xasprintf("%s/initramfs.cpio", build));
	target->point_program = keep(setup, xasprintf("%s/faultline-point", build));
	target->program_map = keep(setup, xasprintf("%s/faultline-point.map", build));
	target->guest_map = keep(setup, xasprintf("%s/guest.map", build));
	target->qemu = keep(setup, program_path(qemu ? qemu : machine_kinds[arch].qemu));
}

void setup_init(struct setup *setup)
{
	const char *root = env("FAULTLINE_ROOT");

	*setup = (struct setup){ 0 };
	setup->root = keep(setup, root ? xstrdup(root) : root_of_program());
	setenv("FAULTLINE_ROOT", setup->root, 1); /* for the report of what is measured */
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		target_init(setup, arch);
	setup->manycore = keep(setup, xasprintf("%s/build/manycore.so", setup->root));
	setup->coherence = keep(setup, xasprintf("%s/build/coherence.so", setup->root));
	setup->profile = keep(setup, xasprintf("%s/build/profile.so", setup->root));
}

void setup_free(struct setup *setup)
{
	strings_free(&setup->owned);
}

json_t *setup_kernel_manifest(const struct setup *setup, enum arch arch)
{
	const struct target *target = &setup->targets[arch];
	const char *name = arch_names[arch];
	json_error_t cause;
	json_t *manifest;
	char *path;

	if (!target->kernel_dir) {
		error("no kernel for %s: start faultline through ./run.sh, or set "
		      "FAULTLINE_KERNEL_DIR_%s to the folder that './run.sh kernel --arch %s' "
		      "prints",
		      name, name, name);
		return NULL;
	}
	if (access(target->kernel_image, R_OK)) {
		error("no kernel for %s: cannot read %s (%s); './run.sh kernel --arch "
		      "%s' builds one",
		      name, target->kernel_image, strerror(errno), name);
		return NULL;
	}
	path = xasprintf("%s/manifest.json", target->kernel_dir);
	manifest = json_load_file(path, 0, &cause);
	if (!json_is_string(json_object_get(manifest, "version"))) {
		error("cannot make sense of the kernel's %s (%s); './run.sh kernel --arch %s' "
		      "builds it anew",
		      path, manifest ? "no version in it" : cause.text, name);
		json_decref(manifest);
		manifest = NULL;
	}
	free(path);
	return manifest;
}

const char *setup_kernel_options(void)
{
	const char *options = env("FAULTLINE_KERNEL_OPTIONS");

	return options ? options : "";
}

void setup_each_kernel(void (*show)(const char *name, const char *state))
{
	const char *kernels = env("FAULTLINE_KERNELS");
	char *text = xstrdup(kernels ? kernels : ""), *next = text, *line, *name;

	while ((line = strsep(&next, "\n"))) {
		name = strsep(&line, "\t");
		if (line)
			show(name, line);
	}
	free(text);
}

char *setup_qemu_version(const struct setup *setup, enum arch arch)
{
	char *qemu = setup->targets[arch].qemu, *argv[] = { qemu, "--version", NULL };
	char *line = command_line_of(argv), *start = line ? strstr(line, "version ") : NULL;
	char *version = NULL;
	unsigned int major, minor;

	if (start)
		sscanf(start, "version %ms", &version);
	free(line);
	if (!version || sscanf(version, "%u.%u", &major, &minor) != 2)
		error("cannot run '%s --version'; install QEMU %d.%d or newer (Debian: apt-get "
		      "install %s), or name one with FAULTLINE_QEMU_%s",
		      qemu, QEMU_MAJOR_MIN, QEMU_MINOR_MIN, machine_kinds[arch].package,
		      arch_names[arch]);
	else if (major > QEMU_MAJOR_MIN || (major == QEMU_MAJOR_MIN && minor >= QEMU_MINOR_MIN))
		return version;
	else
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

	/* Names with a backslash or a newline are escaped, which a backslash before the line tells. */
	if (line && *line == '\\')
		memmove(line, line + 1, strlen(line));
	if (line && strcspn(line, " ") == 64) {
		line[64] = '\0';
		return line;
	}
	free(line);
	return NULL;
}

struct provenance setup_provenance(const struct setup *setup)
{
	char *script = xasprintf("%s/harness/version.sh", setup->root);
	char *argv[] = { script, NULL }, *line = command_line_of(argv), *state = NULL;
	struct provenance p = { 0 };

	if (!line ||
	    sscanf(line, "%ms %ms %ms %m[^\n]", &p.version, &p.commit, &state, &p.from) != 4) {
		free(p.from);
		p.from = xasprintf("%s cannot be run", script);
	}
	if (p.commit && !strcmp(p.commit, "unknown")) {
		free(p.commit);
		p.commit = NULL;
	}
	p.is_dirty = state && !strcmp(state, "dirty");
	p.is_state_known = p.is_dirty || (state && !strcmp(state, "clean"));
	free(state);
	free(line);
	free(script);
	return p;
}

void provenance_free(struct provenance *provenance)
{
	free(provenance->version);
	free(provenance->commit);
	free(provenance->from);
}
