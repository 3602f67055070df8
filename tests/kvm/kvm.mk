# SPDX-License-Identifier: GPL-2.0-only
# The KVM tests: build/kvm-tests. Objects come by the Makefile's rules, the guest's by
# those of workloads/guest.mk.

KVM_TESTS_OBJECTS := $(call objects,$(filter-out tests/kvm/guest.c,$(wildcard tests/kvm/*.c)) \
	harness/point/vm.c harness/point/ticks.c harness/point/x86_64/arch.c)
TEST_GUEST_OBJECTS := $(GUEST_START_OBJECTS) $(OBJ)/guest/test.o

$(OBJ)/guest/test.o: tests/kvm/guest.c
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -MMD -MP -c $< -o $@

build/test-guest.elf: $(TEST_GUEST_OBJECTS) $(GUEST_LD_SCRIPT)
	$(CC) $(GUEST_LDFLAGS) $(TEST_GUEST_OBJECTS) -o $@

build/test_guest_image.o: workloads/image.S build/test-guest.bin
	$(CC) -DIMAGE_SYMBOL=test_guest_image -DIMAGE_FILE='"build/test-guest.bin"' -c $< -o $@

build/kvm-tests: $(KVM_TESTS_OBJECTS) build/test_guest_image.o
	$(CC) $(CFLAGS) -static -pthread $^ -o $@

-include $(KVM_TESTS_OBJECTS:.o=.d) $(OBJ)/guest/test.d
