// SPDX-License-Identifier: GPL-2.0-only
#include "label.h"

#include <stdlib.h>
#include <string.h>

#include "../base/util.h"

#define FRAMES_MAX 128
#define LOCK_PREFIX "lock_" /* of a lock in a stack, followed by its address */

/*
 * Lists of functions are names and, with a * at the end, beginnings of names. First those between
 * a wait for a lock and the function which wants it, then what every thread without a CPU is in.
 */
static const char lock_functions[] = "queued_* _raw_* down_read* down_write* __down_* mutex_* "
				     "__mutex_* rwsem_* __rwsem_*";
static const char scheduling[] = "__schedule* schedule* preempt_schedule* __switch_to* "
				 "__cond_resched*";

/*
 * The first group that has a function counts. Functions of both architectures are in a group
 * where one of them has much of it in functions of its own.
 */
static const struct {
	const char *group, *functions;
} groups[] = {
	{ "[guest: entry and exit]",
	  "kvm_arch_vcpu_ioctl_run vcpu_enter_guest vcpu_run svm_vcpu_run __svm_vcpu_run "
	  "svm_vcpu_enter_exit svm_handle_exit* svm_invoke_exit_handler "
	  "svm_complete_interrupts svm_prepare_switch_to_guest svm_flush_* svm_cancel_* "
	  "kvm_load_guest_xsave_state kvm_load_host_xsave_state x86_virt_spec_ctrl "
	  "npf_interception kvm_wait_lapic_expire kvm_get_cr8 kvm_check_and_inject_events "
	  "kvm_service_local_tlb_flush_requests kvm_dirty_ring_check_request vmx_* __vmx_* "
	  "handle_ept_violation __kvm_vcpu_run* kvm_arm_vcpu_enter_exit __guest_enter "
	  "__guest_exit __kvm_hyp_vector el1_sync el1_trap handle_exit* kvm_hyp_* __activate_* "
	  "__deactivate_* sysreg_save_* sysreg_restore_* __kvm_adjust_pc __debug_* "
	  "kvm_arm_setup_debug kvm_arm_clear_debug kvm_arm_setup_mdcr_el2 __get_fault_info "
	  "vcpu_has_nv kvm_arch_vcpu_ctx* get_el2_to_el1_mapping vcpu_read_sys_reg "
	  "vcpu_write_sys_reg __vcpu_read_sys_reg_from_cpu convert_offset_index kvm_pmu_* "
	  "xfer_to_guest_mode_handle_work" },
	{ "[guest: timer and interrupt controller]",
	  "kvm_timer_* __kvm_timer_* timer_get_* timer_set_* timer_save_* timer_restore_* "
	  "get_timer_map set_cntvoff has_cntpoff kvm_vgic_* vgic_* __vgic_* gic_poke_irq "
	  "gic_irq_set_irqchip_state irq_set_irqchip_state __irq_get_desc_lock "
	  "__irq_put_desc_unlock kvm_lapic_* kvm_apic_* apic_* avic_* kvm_cpu_has_*" },
	{ "[vCPU: load and put]",
	  "kvm_arch_vcpu_load* kvm_arch_vcpu_put* vcpu_load vcpu_put svm_vcpu_load "
	  "svm_vcpu_put kvm_set_user_return_msr kvm_vcpu_load_vhe kvm_vcpu_put_vhe "
	  "__vcpu_load_* __vcpu_put_* kvm_vcpu_pmu_* kvm_arm_vmid_*" },
	{ "[stage-2 page tables]",
	  "kvm_tdp_mmu_* tdp_* make_spte handle_changed_spte kvm_pgtable_* __kvm_pgtable_* "
	  "stage2_* kvm_pte_* kvm_block_mapping_supported kvm_host_va kvm_host_*_page "
	  "clean_dcache_guest_page flush_dcache_* sync_icache_aliases" },
	{ "[stage-2 fault]",
	  "kvm_mmu_page_fault kvm_mmu_do_page_fault kvm_tdp_page_fault kvm_faultin_pfn "
	  "__kvm_faultin_pfn direct_page_fault fast_page_fault is_page_fault_stale "
	  "mmu_topup_memory_caches __kvm_mmu_max_mapping_level kvm_mmu_hugepage_adjust "
	  "kvm_gfn_is_write_tracked mmu_try_to_unsync_pages kvm_vcpu_gfn_to_memslot "
	  "kvm_can_do_async_pf __kvm_mmu_topup_memory_cache kvm_mmu_topup_memory_cache "
	  "kvm_mmu_memory_cache_alloc kvm_handle_guest_abort user_mem_abort "
	  "gfn_to_hva_memslot_prot gfn_to_memslot pfn_is_map_memory memblock_is_map_memory "
	  "kvm_set_pfn_dirty mark_page_dirty_in_slot kvm_set_page_dirty get_kvm_ipa_limit "
	  "kvm_is_*" },
	{ "[system calls]",
	  "entry_SYSCALL_64* do_syscall_64 x64_sys_call syscall_* __x64_sys_* "
	  "arch_exit_to_user_mode_prepare el0t_64_sync* el0_svc do_el0_svc invoke_syscall "
	  "ret_to_user __arm64_sys_* do_notify_resume exit_to_user_mode_*" },
	{ "[interrupts]",
	  "asm_sysvec_* sysvec_* asm_common_interrupt common_interrupt* el1h_64_irq* "
	  "el1_interrupt el0t_64_irq* el0_interrupt el0_irq* gic_handle_irq call_on_irq_stack "
	  "handle_percpu_* arch_timer_handler_* do_interrupt_handler generic_handle_domain_irq "
	  "irqentry_*" },
	{ "[exceptions]",
	  "asm_exc_* exc_* error_entry error_return do_user_addr_fault el1h_64_sync* el1_abort "
	  "el0_da el0_ia do_mem_abort do_translation_fault do_page_fault __do_page_fault" },
	{ "[copies between kernel and program]",
	  "_copy_from_user _copy_to_user rep_movs_alternative copy_user_* __put_user_* "
	  "__get_user_1 __get_user_2 __get_user_4 __get_user_8 __arch_copy_* copy_from_user "
	  "copy_to_user" },
	{ "[clearing pages]", "clear_page* kernel_init_pages clear_highpage* clear_huge_page" },
	{ "[switching threads]",
	  "__switch_to_asm __switch_to cpu_switch_to switch_mm_irqs_off "
	  "check_and_switch_context save_fpregs_* restore_fpregs_* switch_fpu_return fpregs_* "
	  "xfd_* fpsimd_* task_fpsimd_load hw_breakpoint_thread_switch mte_thread_switch "
	  "ptrauth_* __rdgsbase_inactive __wrgsbase_inactive" },
	{ "[free locks]",
	  "_raw_* down_read down_read_trylock down_read_killable rwsem_read_trylock up_read "
	  "mmap_read_* lock_vma_*" },
	{ "[reading clocks]",
	  "native_sched_clock sched_clock* local_clock* arch_counter_* read_tsc ktime_get*" },
	{ "[RCU]", "rcu_* __rcu_* __srcu_*" },
	{ "[outlined atomics]", "__aarch64_*" },
};

static bool fits(const char *function, const char *names)
{
	while (*names) {
		size_t n = strcspn(names, " ");

		if (names[n - 1] == '*' ? !strncmp(function, names, n - 1) :
					  strlen(function) == n && !strncmp(function, names, n))
			return true;
		names += n + strspn(names + n, " ");
	}
	return false;
}

const char *function_group(const char *function)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (fits(function, groups[i].functions))
			return groups[i].group;
	return NULL;
}

struct label stack_label(const struct stack *stack)
{
	char *copy = xstrdup(stack->frames), *rest = copy, *frames[FRAMES_MAX];
	const char *address = NULL;
	struct label label = { 0 };
	size_t last = 0, taker;

	while (rest && last < FRAMES_MAX)
		frames[last++] = strsep(&rest, ";");
	last--;
	if (stack->kind != KIND_RUNS && last)
		last--;
	while (!kind_is_on_cpu(stack->kind) && last && fits(frames[last], scheduling))
		last--;
	if (last > 2 && !strncmp(frames[last], LOCK_PREFIX, strlen(LOCK_PREFIX)))
		address = frames[last--] + strlen(LOCK_PREFIX);
	snprintf(label.function, sizeof(label.function), "%s", frames[last]);
	if (address) {
		for (taker = last; taker > 1 && fits(frames[taker], lock_functions);)
			taker--;
		snprintf(label.function, sizeof(label.function), "%s < %s < %s", frames[last],
			 frames[taker], frames[taker - 1]);
		snprintf(label.lock, sizeof(label.lock), "lock %s < %s < %s", address,
			 frames[taker], frames[taker - 1]);
	}
	free(copy);
	return label;
}
