# SPDX-License-Identifier: GPL-2.0-only
# The KVM tests for $(arch): build/ARCH/kvm-tests. Objects come by the Makefile's rules, the
# guest's by those of workloads/guest.mk.

KVM_TESTS_OBJECTS_$(arch) := $(call arch_objects,$(filter-out tests/kvm/guest.c,$(call files,tests/kvm/*.c tests/kvm/$(arch)/*.c))) \
	$(POINT_OBJECTS_$(arch)) $(SHARED_OBJECTS_$(arch))
TEST_GUEST_OBJECTS_$(arch) := $(GUEST_START_OBJECTS_$(arch)) $(OBJ)/$(arch)/guest/test.o
ALL_OBJECTS += $(KVM_TESTS_OBJECTS_$(arch)) $(OBJ)/$(arch)/guest/test.o

$(OBJ)/$(arch)/guest/test.o: tests/kvm/guest.c $(OBJ)/$(arch)/flags
	@mkdir -p $(@D)
	$(CROSS_$(arch))$(CC) $(GUEST_CFLAGS) $(new_object)

build/$(arch)/test-guest.elf: $(TEST_GUEST_OBJECTS_$(arch))

build/$(arch)/kvm-tests: $(KVM_TESTS_OBJECTS_$(arch)) $(OBJ)/$(arch)/test-guest_image.o $(GUEST_IMAGE_OBJECT_$(arch)) \
	build/$(arch)/flags
	$(CROSS_$(arch))$(CC) $(CFLAGS) $(POINT_LDFLAGS) $(filter %.o,$^) -o $(new_name)
