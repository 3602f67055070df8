# SPDX-License-Identifier: GPL-2.0-only
# What runs on debug kernels for $(arch): build/ARCH/kernel-debug, with the VM code and the guest of tests/kvm/.

KERNEL_DEBUG_OBJECTS_$(arch) := $(call arch_objects,$(call files,tests/kernel-debug/*.c) tests/kvm/world.c \
	tests/kvm/$(arch)/stage_2.c harness/kvm_advice.c $(addprefix harness/point/,fail.c statistics.c supervise.c vm.c $(arch)/arch.c))
ALL_OBJECTS += $(call arch_objects,$(call files,tests/kernel-debug/*.c))

build/$(arch)/kernel-debug: $(KERNEL_DEBUG_OBJECTS_$(arch)) $(OBJ)/$(arch)/test-guest_image.o build/$(arch)/flags
	$(CROSS_$(arch))$(CC) $(CFLAGS) $(POINT_LDFLAGS) $(filter %.o,$^) -o $(new_name)
