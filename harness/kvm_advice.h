/* SPDX-License-Identifier: GPL-2.0-only */
/* What to do when /dev/kvm is not to be had, for both programs. */
#ifndef FAULTLINE_KVM_ADVICE_H
#define FAULTLINE_KVM_ADVICE_H

/* Of the errno with which /dev/kvm could not be opened, or a VM not be created. */
const char *kvm_advice(int code);

#endif
