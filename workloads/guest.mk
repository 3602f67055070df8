# SPDX-License-Identifier: GPL-2.0-only
# Guest code: flat images that the host programs carry, see image.S.
# Gives GUEST_IMAGE_OBJECT; tests/kvm/kvm.mk uses the GUEST_ variables, too. Takes
# OBJ (folder of objects) and WARNINGS from the Makefile.

GUEST_OBJCOPY ?= objcopy
GUEST_LD_SCRIPT := workloads/x86_64/guest.ld
GUEST_CFLAGS = -std=gnu11 -O2 -g $(WARNINGS) -Wmissing-prototypes \
	-ffreestanding -fno-pic -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -mno-red-zone -mgeneral-regs-only
GUEST_LDFLAGS := -nostdlib -static -no-pie -Wl,-T,$(GUEST_LD_SCRIPT) -Wl,--build-id=none,--no-warn-rwx-segments

# Entry and exceptions, which every guest has.
GUEST_START_OBJECTS := $(OBJ)/guest/x86_64/start.o $(OBJ)/guest/x86_64/exception.o
GUEST_WORKLOADS := $(shell sed -n 's/^\tWORKLOAD.\([a-z0-9_]*\), [A-Z]*, .*/\1/p' workloads/workload.h)
GUEST_OBJECTS := $(GUEST_START_OBJECTS) $(OBJ)/guest/guest.o $(GUEST_WORKLOADS:%=$(OBJ)/guest/%.o)
GUEST_IMAGE_OBJECT := build/guest_image.o

$(OBJ)/guest/%.o: workloads/%.c
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -MMD -MP -c $< -o $@

$(OBJ)/guest/%.o: workloads/%.S
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -MMD -MP -c $< -o $@

build/guest.elf: $(GUEST_OBJECTS) $(GUEST_LD_SCRIPT)
	$(CC) $(GUEST_LDFLAGS) $(GUEST_OBJECTS) -o $@

build/%.bin: build/%.elf
	$(GUEST_OBJCOPY) -O binary $< $@

$(GUEST_IMAGE_OBJECT): workloads/image.S build/guest.bin
	$(CC) -DIMAGE_SYMBOL=guest_image -DIMAGE_FILE='"build/guest.bin"' -c $< -o $@

-include $(GUEST_OBJECTS:.o=.d)
