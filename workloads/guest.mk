# SPDX-License-Identifier: GPL-2.0-only
# Guest code for $(arch): flat images that the programs in the machine under test carry,
# see image.S. Gives GUEST_IMAGE_OBJECT_ARCH; tests/kvm/kvm.mk uses the GUEST_ variables, too.

GUEST_CFLAGS_arm64 := -mgeneral-regs-only -mno-outline-atomics
GUEST_CFLAGS_x86_64 := -mno-red-zone -fcf-protection=none -mgeneral-regs-only
GUEST_CFLAGS = -std=gnu11 -O2 -g $(WARNINGS) -Wmissing-prototypes -ffreestanding -fno-pic -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
	$(GUEST_CFLAGS_$(arch))
GUEST_LDFLAGS = -nostdlib -static -no-pie -Wl,-T,workloads/$(arch)/guest.ld \
	-Wl,--build-id=none,--no-warn-rwx-segments
GUEST_IMAGE_FLAGS = -DIMAGE_SYMBOL=$(subst -,_,$*)_image -DIMAGE_FILE='"$(OBJ)/$(arch)/$*.bin"'

# Entry, exceptions and tasks, which every guest has.
GUEST_START_OBJECTS_$(arch) := $(addprefix $(OBJ)/$(arch)/guest/,$(arch)/start.o $(arch)/exception.o tasks.o $(arch)/tasks.o)
GUEST_WORKLOADS := $(shell LC_ALL=C sed -n 's/^\tWORKLOAD.\([a-z0-9_]*\), [A-Z]*, .*/\1/p' workloads/workload.h)
GUEST_OBJECTS_$(arch) := $(GUEST_START_OBJECTS_$(arch)) $(OBJ)/$(arch)/guest/guest.o \
	$(GUEST_WORKLOADS:%=$(OBJ)/$(arch)/guest/%.o)
GUEST_IMAGE_OBJECT_$(arch) := $(OBJ)/$(arch)/guest_image.o
ALL_OBJECTS += $(GUEST_OBJECTS_$(arch))

$(OBJ)/$(arch)/guest/%.o: workloads/%.c $(OBJ)/$(arch)/flags
	@mkdir -p $(@D)
	$(CROSS_$(arch))$(CC) $(GUEST_CFLAGS) $(new_object)

$(OBJ)/$(arch)/guest/%.o: workloads/%.S $(OBJ)/$(arch)/flags
	@mkdir -p $(@D)
	$(CROSS_$(arch))$(CC) $(GUEST_CFLAGS) $(new_object)

build/$(arch)/guest.elf: $(GUEST_OBJECTS_$(arch))
build/$(arch)/guest.elf build/$(arch)/test-guest.elf: workloads/$(arch)/guest.ld build/$(arch)/flags
	@mkdir -p $(@D)
	$(CROSS_$(arch))$(CC) $(GUEST_LDFLAGS) $(filter %.o,$^) -o $(new_name)

$(OBJ)/$(arch)/%.bin: build/$(arch)/%.elf
	$(CROSS_$(arch))objcopy -O binary $< $(new_name)

$(OBJ)/$(arch)/%_image.o: workloads/image.S $(OBJ)/$(arch)/%.bin $(OBJ)/$(arch)/flags
	$(CROSS_$(arch))$(CC) $(GUEST_IMAGE_FLAGS) -c $< -o $(new_name)
