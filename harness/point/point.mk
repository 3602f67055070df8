# SPDX-License-Identifier: GPL-2.0-only
# What runs on a machine under test of $(arch): build/ARCH/faultline-point, and the VM's initramfs.

$(OBJ)/$(arch)/% build/$(arch)/%: arch := $(arch)

# No build id: of all that is in the file it would say something in memory, of the checkout's folder, too.
POINT_LDFLAGS := -static -pthread -Wl,--build-id=none
POINT_OBJECTS_$(arch) := $(call arch_objects,$(call files,harness/point/*.c harness/point/$(arch)/*.c harness/modes/*.c harness/benches/*.c))
POINT_MAIN_OBJECT_$(arch) := $(call arch_objects,bench/point.c)
SHARED_OBJECTS_$(arch) := $(call arch_objects,$(SHARED_SOURCES))
ALL_OBJECTS += $(POINT_MAIN_OBJECT_$(arch)) $(POINT_OBJECTS_$(arch)) $(SHARED_OBJECTS_$(arch))

$(OBJ)/$(arch)/flags build/$(arch)/flags: FORCE
	$(write_flags)

# Files may be older than objects of other ones, from another archive for instance.
$(OBJ)/$(arch)/sources: FORCE
	$(write_sources)

$(POINT_MAIN_OBJECT_$(arch)) $(POINT_OBJECTS_$(arch)) $(SHARED_OBJECTS_$(arch)) $(GUEST_OBJECTS_$(arch)): \
	$(OBJ)/$(arch)/sources

$(OBJ)/$(arch)/build_note.o: harness/point/build_note.S $(OBJ)/$(arch)/flags $(OBJ)/$(arch)/sources
	$(CROSS_$(arch))$(CC) -DFLAGS_FILE='"$(OBJ)/$(arch)/flags"' -DSOURCES_FILE='"$(OBJ)/$(arch)/sources"' \
		-c $< -o $(new_name)

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

# What is measured must be the same bytes wherever it was built, for digits follow the size of the VM's
# files: no debug information, no times, and nothing that is not needed.
$(OBJ)/$(arch)/faultline-point.stripped: build/$(arch)/faultline-point
	$(CROSS_$(arch))objcopy --strip-all --remove-section=.faultline.build --remove-section=.comment $< $(new_name)

$(OBJ)/$(arch)/kvm-tests.stripped: build/$(arch)/kvm-tests
	$(CROSS_$(arch))objcopy --strip-all $< $(new_name)

build/$(arch)/initramfs.cpio: $(OBJ)/$(arch)/faultline-point.stripped harness/initramfs.sh
	$(call write_initramfs,faultline-point)

build/$(arch)/kvm-tests.cpio: $(OBJ)/$(arch)/kvm-tests.stripped harness/initramfs.sh
	$(call write_initramfs,kvm-tests)
