# SPDX-License-Identifier: GPL-2.0-only
# ./run.sh installs what this needs and builds the kernel first.
#
#   make                    the two programs; with FAULTLINE_KERNEL_DIR_ARCH, the VMs' initramfses
#   make test               all tests; test-unit, test-shell, test-kvm, test-e2e: some of them
#   make test-reproducible  build each kernel twice in different folders (slow, not in test)
#   make kernel-mutants     defects in the series that the KVM tests must catch (slow, not in test)
#   make kernel-selftests   the kernel's own KVM selftests without and with the series (slow, not in test)
#   make kernel-debug-test  KVM tests, stress and random calls on kernels that watch themselves (slow, not in test)
#   make litmus             the series' memory ordering on the kernel's memory model (needs herd7, not in test)
#   make check              formatting, rooms, schemas, shellcheck, cppcheck, warnings, checkpatch
#   make schema             results/schema/ anew after a change to the keys of a point, or to tiers
#   SANITIZE=1              unit tests with address and undefined behaviour sanitizers
#   ARCHES="x86_64 arm64"   what is built for the machine under test, for these (default: as this one)

CC := gcc
CFLAGS := -std=gnu11 -O2 -g
WARNINGS := -Wall -Wextra -Wno-missing-field-initializers
CPPFLAGS := -D_GNU_SOURCE
OBJ := build/obj

$(foreach switch,WERROR SANITIZE,$(if $(filter-out 0 1,$($(switch))),$(error $(switch)=$($(switch)): say 1 for on or 0 for off)))
ifeq ($(WERROR),1)
WARNINGS += -Werror
OBJ := build/check
endif
ifeq ($(SANITIZE),1)
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined
OBJ := build/sanitize
endif

HOST_ARCH := $(patsubst aarch64,arm64,$(shell uname -m))
KNOWN_ARCHES := x86_64 arm64
ARCHES := $(filter $(KNOWN_ARCHES),$(HOST_ARCH))
ifneq ($(filter-out $(KNOWN_ARCHES),$(ARCHES)),)
$(error ARCHES="$(ARCHES)": what is built for the machine under test must be for some of: $(KNOWN_ARCHES))
endif
# Prefixes of compilers: other architectures' are cross compilers.
CROSS_x86_64 := x86_64-linux-gnu-
CROSS_arm64 := aarch64-linux-gnu-
CROSS_$(HOST_ARCH) :=

RUN_LIBRARIES := hwloc jansson inih
RUN_LDLIBS = $(shell pkg-config --libs $(RUN_LIBRARIES)) -lm

# wildcard sorts by locale, and by the order of objects programs differ.
files = $(foreach pattern,$(1),$(sort $(wildcard $(pattern))))
SHARED_SOURCES := $(call files,harness/*.c) workloads/names.c
RUN_SOURCES := $(call files,harness/run/*/*.c) harness/manycore/account_names.c
MANYCORE_SOURCES := $(addprefix harness/manycore/,jump_cache.c observe.c options.c parallel_time.c preload.c \
						 qemu.c shortcuts.c)
COHERENCE_SOURCES := $(addprefix harness/manycore/,atomics.c coherence.c cpu_state.c isa.c lines.c plugin.c waiting.c)
PROFILE_SOURCES := $(addprefix harness/manycore/,account.c account_names.c atomics.c calls.c cpu_state.c functions.c \
						isa.c plugin.c profile.c threads.c)
# Those without QEMU, for the unit tests.
MANYCORE_TESTED := $(addprefix harness/manycore/,account.c atomics.c calls.c functions.c isa.c jump_cache.c lines.c \
						options.c threads.c waiting.c)
UNIT_SOURCES := $(call files,tests/unit/*.c)

# What compilers heed beside their arguments would stand nowhere.
unexport CPATH C_INCLUDE_PATH LIBRARY_PATH LD_RUN_PATH COMPILER_PATH GCC_EXEC_PREFIX GCC_COMPARE_DEBUG CCC_OVERRIDE_OPTIONS
# write_if_other TEXT: what follows from it is made anew. Who may not write here uses what is built.
write_if_other = [ "$$(cat $@ 2>/dev/null)" = $(1) ] || \
	if [ ! -e $@ ] || [ -w $@ ]; then printf '%s\n' $(1) >$@; fi
# Stands by objects and by programs, for these to be made anew when it changes; and in the program
# that measures, see harness/point/build_note.S.
quoted = '$(subst ','\'',$(1))'
write_flags = @mkdir -p $(@D); \
	flags=$$(printf '%s\n' "compiler $$($(CROSS_$(arch))$(CC) --version 2>&1 | head -n 1)" \
		$(call quoted,cflags $(strip $(CPPFLAGS) $(CFLAGS) $(POINT_LDFLAGS))) \
		$(call quoted,guest_cflags $(strip $(GUEST_CFLAGS) $(GUEST_LDFLAGS)))); \
	$(call write_if_other,"$$flags")

# Likewise, what is in the program that measures.
POINT_SOURCES := $(call files,bench/point.c harness/*.[ch] harness/point/*.[chS] harness/point/*/*.[ch] harness/modes/*.[ch] \
	harness/benches/*.[ch] \
	workloads/*.[chS] workloads/*/*)
write_sources = @mkdir -p $(@D); \
	sources="sources $$(sha256sum $(POINT_SOURCES) | sha256sum | cut -c 1-16)"; \
	$(call write_if_other,"$$sources")

# write_initramfs PROGRAM: of that one.
write_initramfs = harness/initramfs.sh $(1)=$< >$(new_name)

# Debug information has names of files in it; those of two checkouts are to be the same.
PREFIX_MAP = -ffile-prefix-map=$(call quoted,$(CURDIR)=.)

# This machine's, and in what is included below that of $(arch).
objects = $(patsubst %.c,$(OBJ)/$(HOST_ARCH)/%.o,$(1))
arch_objects = $(patsubst %.c,$(OBJ)/$(arch)/%.o,$(1))
SHARED_OBJECTS := $(call objects,$(SHARED_SOURCES))
RUN_OBJECTS := $(call objects,$(RUN_SOURCES))
MANYCORE_OBJECTS := $(MANYCORE_SOURCES:%.c=$(OBJ)/$(HOST_ARCH)/%.pic.o)
COHERENCE_OBJECTS := $(COHERENCE_SOURCES:%.c=$(OBJ)/$(HOST_ARCH)/%.pic.o)
PROFILE_OBJECTS := $(PROFILE_SOURCES:%.c=$(OBJ)/$(HOST_ARCH)/%.pic.o)
MANYCORE_TESTED_OBJECTS := $(call objects,$(MANYCORE_TESTED))
MAIN_OBJECTS := $(call objects,bench/faultline.c)
SCHEMA_OBJECTS := $(call objects,bench/schema.c harness/run/base/json.c harness/run/base/util.c)
UNIT_OBJECTS := $(call objects,$(UNIT_SOURCES))
UNIT_TESTS := $(patsubst %.o,%,$(UNIT_OBJECTS))
# Simulated CPUs in parallel need an x86-64 machine, see harness/manycore/qemu.c.
MANYCORE_LIBRARY := $(if $(filter x86_64,$(HOST_ARCH)),build/manycore.so)

# More are added by what is included below.
ALL_OBJECTS := $(RUN_OBJECTS) $(MAIN_OBJECTS) $(SCHEMA_OBJECTS) $(UNIT_OBJECTS) $(if $(MANYCORE_LIBRARY),$(MANYCORE_OBJECTS)) \
	$(COHERENCE_OBJECTS) $(PROFILE_OBJECTS) $(MANYCORE_TESTED_OBJECTS)

# Who runs a program, or loads it, keeps what it began with, and nobody comes upon half of one, nor
# does make after it was killed.
# Two that build at the same time do not write the same file, either.
new = $@.$$$$.new
new_name = $(new) && mv -f $(new) $@
new_object = $(PREFIX_MAP) -MMD -MP -MF $(new).d -MT $@ -c $< -o $(new) && mv -f $(new).d $(@:.o=.d) && mv -f $(new) $@

HOST_PROGRAMS := build/faultline $(MANYCORE_LIBRARY) build/coherence.so build/profile.so
ARCH_PROGRAMS := $(foreach arch,$(ARCHES),$(addprefix build/$(arch)/,faultline-point \
	faultline-point.map guest.map))
INITRAMFSES := $(foreach arch,$(ARCHES),$(if $(FAULTLINE_KERNEL_DIR_$(arch)),$(addprefix build/$(arch)/, \
	initramfs.cpio kvm-tests.cpio)))
.PHONY: all programs initramfs check-objects test test-programs test-unit test-shell test-kvm test-e2e test-reproducible \
	kernel-mutants kernel-selftests kernel-debug-test litmus \
	check check-format check-rooms check-schema check-shell check-warnings check-cppcheck check-series schema \
	clean FORCE
.DELETE_ON_ERROR:

all: programs initramfs
programs: $(HOST_PROGRAMS) $(ARCH_PROGRAMS)
initramfs: $(INITRAMFSES)

# Once for each architecture. $(arch) is known while they are read, and in recipes.
# This machine's own is always among them: unit tests link its objects.
$(foreach arch,$(sort $(HOST_ARCH) $(ARCHES)),$(eval \
	include workloads/guest.mk harness/point/point.mk tests/kvm/kvm.mk \
	tests/kernel-debug/debug.mk))

# Only what shows the version is built again when it changes.
VERSIONED_OBJECTS := $(call objects,bench/faultline.c harness/run/measure/identity.c)
build/version: FORCE
	@mkdir -p $(@D)
	@v=$$(harness/version.sh); $(call write_if_other,"$${v%% *}")

$(VERSIONED_OBJECTS): build/version $(OBJ)/$(HOST_ARCH)/sources
$(VERSIONED_OBJECTS): VERSION_FLAGS = -DFAULTLINE_VERSION='"$(shell cat build/version)"' \
	-DPOINT_SOURCES='"$(lastword $(shell cat $(OBJ)/$(HOST_ARCH)/sources))"'

# An archive that is unpacked over another one has files that are older than their objects.
build/archive: FORCE
	@mkdir -p $(@D)
	@$(call write_if_other,"$$(cat harness/commit.txt)")

$(ALL_OBJECTS): build/archive

# They are looked for before anything is compiled: a linker's complaints name no package.
.PHONY: libraries
$(RUN_OBJECTS) $(MAIN_OBJECTS) $(SCHEMA_OBJECTS): | libraries
libraries:
	@pkg-config --print-errors --exists $(RUN_LIBRARIES) || { \
		echo "faultline is built with $(RUN_LIBRARIES), which pkg-config must find; on Debian: apt-get" \
			"install pkg-config libhwloc-dev libjansson-dev libinih-dev (and is PKG_CONFIG_LIBDIR or" \
			"PKG_CONFIG_PATH set?)" >&2; exit 2; }

build/faultline: $(MAIN_OBJECTS) $(RUN_OBJECTS) $(SHARED_OBJECTS)
build/schema: $(SCHEMA_OBJECTS) $(SHARED_OBJECTS)
build/faultline build/schema: build/$(HOST_ARCH)/flags
	$(CC) $(CFLAGS) -pthread $(filter %.o,$^) $(RUN_LDLIBS) -o $(new_name)

# What they say of the keys of a point and of tiers is made from the tables of these.
schema: build/schema
	set -e; for file in results/schema/*.json; do build/schema $$file >build/schema.json; cp build/schema.json $$file; done

# Loaded into QEMU: nothing but what is marked may be seen by it.
$(OBJ)/$(HOST_ARCH)/%.pic.o: %.c $(OBJ)/$(HOST_ARCH)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -fPIC -fvisibility=hidden $(new_object)

build/manycore.so: $(MANYCORE_OBJECTS)
build/coherence.so: $(COHERENCE_OBJECTS)
build/profile.so: $(PROFILE_OBJECTS)
build/manycore.so build/coherence.so build/profile.so: build/$(HOST_ARCH)/flags
	$(CC) $(CFLAGS) -shared $(filter %.o,$^) -o $(new_name)

# A test links what it uses; what it defines itself takes precedence.
$(OBJ)/all.a: $(SHARED_OBJECTS) $(POINT_OBJECTS_$(HOST_ARCH)) $(RUN_OBJECTS) $(MANYCORE_TESTED_OBJECTS) \
	$(GUEST_IMAGE_OBJECT_$(HOST_ARCH))
	rm -f $@
	ar rcs $@ $^

$(UNIT_TESTS): %: %.o $(OBJ)/all.a
	$(CC) $(CFLAGS) -pthread $^ -lcmocka $(RUN_LDLIBS) -o $(new_name)

test-programs: $(UNIT_TESTS)

test-unit: test-programs
	tests/run-tests.sh $(UNIT_TESTS)

test-shell: programs
	tests/run-tests.sh tests/shell/*.sh

test-kvm: all
	tests/run-tests.sh tests/kvm/run.sh

test-e2e: all
	tests/run-tests.sh tests/e2e/*.sh

test: all test-programs
	$(MAKE) SANITIZE=1 test-programs
	tests/run-tests.sh tests/kvm/run.sh $(UNIT_TESTS) $(UNIT_TESTS:build/obj/%=build/sanitize/%) \
		tests/e2e/*.sh tests/shell/*.sh

test-reproducible:
	set -e; for arch in $(ARCHES); do tests/kernel-reproducible.sh $$arch; done

kernel-mutants: $(MANYCORE_LIBRARY) $(foreach arch,$(ARCHES),build/$(arch)/kvm-tests.cpio)
	set -e; for arch in $(ARCHES); do tests/kernel-mutants/run.sh $$arch; done

kernel-selftests:
	set -e; for arch in $(ARCHES); do tests/kernel-selftests/run.sh $$arch; done

kernel-debug-test: $(MANYCORE_LIBRARY) $(foreach arch,$(ARCHES),$(addprefix build/$(arch)/,kvm-tests kernel-debug))
	set -e; for arch in $(ARCHES); do for fragment in kasan kcsan; do \
		tests/kernel-debug/run.sh $$arch $$fragment; done; done

litmus:
	tests/litmus.sh

SCRIPTS := run.sh .ci/run $(wildcard kernel/*.sh harness/*.sh bench/*.sh tests/*.sh tests/*/*.sh)
C_FILES := $(shell find bench harness workloads tests -name '*.[ch]')

check: check-format check-rooms check-schema check-shell check-warnings check-cppcheck check-series
	@echo "check: all fine"

check-format:
	clang-format --dry-run -Werror $(C_FILES)

check-rooms:
	tests/check-rooms.sh

check-schema: build/schema
	set -e; for file in results/schema/*.json; do build/schema $$file | diff -u $$file - || \
		{ echo "$$file is not as the tables of keys and tiers have it: make schema" >&2; exit 1; }; done

check-shell:
	shellcheck -x $(SCRIPTS)
	tests/check-clean.sh

check-warnings:
	$(MAKE) -s WERROR=1 check-objects

check-objects: $(ALL_OBJECTS)

# It knows C11's _Noreturn only as an attribute, and no architecture by itself. Linker symbols
# are no objects of their own, and what never returns need not end its va_list.
check-cppcheck: $(addprefix check-cppcheck-,$(subst arm64,aarch64,$(KNOWN_ARCHES)))

check-cppcheck-%:
	cppcheck -D__$*__ -q --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--std=c11 -j$$(kernel/jobs.sh) --library=tests/cppcheck.cfg $(CPPFLAGS) \
		'-D_Noreturn=__attribute__((noreturn))' --suppress=comparePointers \
		--suppress=va_end_missing $(filter %.c,$(C_FILES))

check-series:
	tests/check-series.sh

clean:
	rm -rf build

-include $(ALL_OBJECTS:.o=.d)
