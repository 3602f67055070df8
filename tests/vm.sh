# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced, after harness/shell.sh, by tests that boot kernels under test in QEMU: what a VM has.
#
# shellcheck disable=SC2034 # for who sources this

# What all have: simulated CPUs whose clock goes by instructions, and nothing that
# differs from one time to the next.
vm_options=(-nodefaults -no-user-config -nographic -no-reboot -net none
	-seed 1 -rtc "base=2024-01-01,clock=vm" -accel "tcg,tb-size=256" -icount "shift=0,sleep=off")

# What those of an architecture have: QEMU and its package, the kernel's file, the machine, and
# what the kernel is told.
vm_set_up_x86_64() {
	qemu=qemu-system-x86_64 package=qemu-system-x86 image=vmlinux
	machine=(-M pc -cpu "max,-hypervisor,-erms,-fsrm,-rdrand,-rdseed")
	boot_words="console=ttyS0 tsc=reliable clocksource=tsc"
}

vm_set_up_arm64() {
	qemu=qemu-system-aarch64 package=qemu-system-arm image=Image
	machine=(-M "virt,virtualization=on,gic-version=3,dtb-randomness=off"
		-cpu "max,pauth=off,sve=off,sme=off,cntfrq=1000000000")
	boot_words="console=ttyAMA0 arm64.nomops"
}

# vm_set_up ARCH: also sees to it that there is such a QEMU.
vm_set_up() {
	"vm_set_up_$1"
	command -v "$qemu" >/dev/null || { tell "$qemu is missing; apt-get install $package"; exit 2; }
}

# vm_port_ARCH FILE: puts the options for a further serial port to a file into port.
vm_port_x86_64() { port=(-serial "file:$1"); }

vm_ports=0
vm_port_arm64() {
	vm_ports=$((vm_ports + 1))
	port=(-chardev "file,id=port$vm_ports,path=$1" -device "pci-serial,chardev=port$vm_ports")
}
