# SPDX-License-Identifier: GPL-2.0-only
# What runs on a machine under test of $(arch): build/ARCH/faultline-point, and the VM's initramfs.

$(OBJ)/$(arch)/% build/$(arch)/%: arch := $(arch)

POINT_LDFLAGS := -static -pthread
POINT_OBJECTS_$(arch) := $(call arch_objects,$(call files,harness/point/*.c harness/point/$(arch)/*.c harness/modes/*.c))
POINT_MAIN_OBJECT_$(arch) := $(call arch_objects,bench/point.c)
SHARED_OBJECTS_$(arch) := $(call arch_objects,$(SHARED_SOURCES))
ALL_OBJECTS += $(POINT_MAIN_OBJECT_$(arch)) $(POINT_OBJECTS_$(arch)) $(SHARED_OBJECTS_$(arch))

$(OBJ)/$(arch)/flags build/$(arch)/flags: FORCE
	$(write_flags)

$(OBJ)/$(arch)/build_note.o: harness/point/build_note.S $(OBJ)/$(arch)/flags
	$(CROSS_$(arch))$(CC) -DNOTE_FILE='"$(OBJ)/$(arch)/flags"' -c $< -o $(new_name)

$(OBJ)/$(arch)/%.o: %.c $(OBJ)/$(arch)/flags
	@mkdir -p $(@D)
	$(CROSS_$(arch))$(CC) $(CPPFLAGS) $(VERSION_FLAGS) $(CFLAGS) $(WARNINGS) -pthread $(new_object)

build/$(arch)/faultline-point: $(POINT_MAIN_OBJECT_$(arch)) $(POINT_OBJECTS_$(arch)) \
	$(SHARED_OBJECTS_$(arch)) $(GUEST_IMAGE_OBJECT_$(arch)) $(OBJ)/$(arch)/build_note.o build/$(arch)/flags
	$(CROSS_$(arch))$(CC) $(CFLAGS) $(POINT_LDFLAGS) $(filter %.o,$^) -o $(new_name)

# Which function is where, as the kernel's System.map tells.
build/$(arch)/%.map: build/$(arch)/%
	$(CROSS_$(arch))nm -n $< >$(new_name)
build/$(arch)/guest.map: build/$(arch)/guest.elf
	$(CROSS_$(arch))nm -n $< >$(new_name)

# The same digits in every run need the same bytes in the image: no times in it.
build/$(arch)/initramfs.cpio: build/$(arch)/initramfs.list build/$(arch)/faultline-point build/$(arch)/kvm-tests
	"$(FAULTLINE_KERNEL_DIR_$(arch))/gen_init_cpio" -t 0 $< >$(new_name)

build/$(arch)/initramfs.list: harness/point/point.mk
	@[ -x "$(FAULTLINE_KERNEL_DIR_$(arch))/gen_init_cpio" ] || { \
		echo "FAULTLINE_KERNEL_DIR_$(arch) must name the folder that './run.sh kernel' prints" >&2; \
		exit 2; }
	@mkdir -p $(@D)
	printf '%s\n' 'dir /dev 755 0 0' 'nod /dev/console 600 0 0 c 5 1' \
		'file /faultline-point build/$(arch)/faultline-point 755 0 0' \
		'file /kvm-tests build/$(arch)/kvm-tests 755 0 0' >$(new_name)
