// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous page faults that user space completes: the guest is told of a page whose bit is
 * set, runs another of its tasks, and goes on with the first one when user space says so.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../../workloads/tasks.h"
#include "../../../workloads/x86_64/cpu.h"
#include "../attributes.h"
#include "../guest_memfd.h"
#include "../test.h"
#include "../world.h"
#include "tests.h"

#define SYNC ABI_MEMORY_EXIT_FLAG_USERFAULT
#define ASYNC (ABI_MEMORY_EXIT_FLAG_USERFAULT | ABI_MEMORY_EXIT_FLAG_ASYNC_PF_USER)
#define OUTSTANDING 64u /* of a vCPU, at most */
#define WORD 0xa5c0ffee00ull
#define LATER_US 5000

static bool has_async_pf_user(const struct world *w)
{
	return vm_capability(&w->vm, ABI_CAP_ASYNC_PF_USER) == 1;
}

/* A VM of this type, whose VMM wants asynchronous page faults if it says so here. */
static void create_vm(struct world *w, unsigned long type, unsigned int tasks, bool is_opted_in)
{
	create_world_of_tasks(w, type, tasks, arch_lapics_create);
	need_userfault(w);
	if (!has_async_pf_user(w))
		skip("this kernel has no KVM_CAP_ASYNC_PF_USER");
	if (is_opted_in)
		check_equal("KVM_ENABLE_CAP", vm_enable(&w->vm, ABI_CAP_ASYNC_PF_USER, 0, 0), 0);
	for (uint64_t page = 0; page < w->pages; page++)
		set_bit(w, page);
}

static void enable_in_guest(struct vcpu *vcpu)
{
	vcpu->block->async_pf = 1;
	give_command(vcpu, COMMAND_TASKS_PREPARE, 0, 0);
	run_command(vcpu);
}

/* The same of an ordinary type, with the tested slot; and whether its guest wants them. */
static struct vcpu *create(struct world *w, unsigned int tasks, bool is_opted_in, bool is_enabled)
{
	create_vm(w, 0, tasks, is_opted_in);
	set_slot(w, ABI_MEM_USERFAULT);
	for (unsigned int i = 0; i < VCPUS && is_enabled; i++)
		enable_in_guest(&w->vcpus[i]);
	return &w->vcpus[0];
}

static struct vcpu *start(struct world *w, unsigned int tasks)
{
	return create(w, tasks, true, true);
}

/* Task i is to read page i modulo pages. */
static void give_tasks(struct vcpu *vcpu, enum command command, uint64_t pages)
{
	give_command(vcpu, command, page_gpa(0), pages);
}

/* The vCPU must leave with this page and a token, which is returned. */
static uint32_t expect_async(struct vcpu *vcpu, uint64_t page)
{
	expect_fault(vcpu, page, ASYNC);
	check(vcpu->fault.async_pf_user_token, "the token is 0");
	return vcpu->fault.async_pf_user_token;
}

static void provide(struct world *w, uint64_t page)
{
	*host_word(w, page) = WORD + page;
	clear_bit(w, page);
}

static void ready(struct vcpu *vcpu, uint32_t token)
{
	check_equal("KVM_ASYNC_PF_USER_READY", vcpu_page_ready(vcpu, token), 0);
}

static void expect_unknown(struct vcpu *vcpu, uint32_t token)
{
	check_equal("KVM_ASYNC_PF_USER_READY of an unknown token", vcpu_page_ready(vcpu, token),
		    -EINVAL);
}

/* All tasks must come to their ends, having read what provide() writes, of so many pages. */
static void expect_words(struct vcpu *vcpu, uint64_t pages)
{
	const struct guest_vcpu *block = vcpu->block;

	run_command(vcpu);
	for (uint64_t i = 0; i < block->tasks; i++) {
		const struct guest_vcpu *task =
			vm_system_hva(vcpu->vm, (uintptr_t)task_block(block, i));

		check_equal("the word that a task has read", task->TASK_WORD, WORD + i % pages);
	}
}

static void expect_told(const struct vcpu *vcpu, uint64_t pages)
{
	check_equal("pages of which the guest was told that they are not present",
		    vcpu->block->pages_not_present, pages);
	check_equal("and that they are ready", vcpu->block->pages_ready, pages);
}

/* What another thread does to a vCPU, a while after it was told to. */
struct helper {
	struct world *world;
	struct vcpu *vcpu;
	uint64_t page;
	uint32_t token;
	pthread_t thread, signalled;
};

static void *provide_later(void *arg)
{
	struct helper *helper = arg;

	usleep(LATER_US);
	provide(helper->world, helper->page);
	ready(helper->vcpu, helper->token);
	return NULL;
}

static void *signal_later(void *arg)
{
	struct helper *helper = arg;

	usleep(LATER_US);
	pthread_kill(helper->signalled, SIGUSR1);
	return NULL;
}

static void start_helper(struct helper *helper, void *(*main)(void *))
{
	helper->signalled = pthread_self();
	check(!pthread_create(&helper->thread, NULL, main, helper), "no thread");
}

static void capability(void)
{
	struct world w;

	create(&w, 1, false, false);
	check_capability(&w, ABI_CAP_ASYNC_PF_USER);
	check_equal("enabling it with an argument", vm_enable(&w.vm, ABI_CAP_ASYNC_PF_USER, 1, 0),
		    -EINVAL);
	check_equal("enabling it", vm_enable(&w.vm, ABI_CAP_ASYNC_PF_USER, 0, 0), 0);
	check_equal("enabling it again", vm_enable(&w.vm, ABI_CAP_ASYNC_PF_USER, 0, 0), 0);
}

static void refused_by_a_kernel_without(void)
{
	struct world w;

	create_world(&w, 0);
	if (has_async_pf_user(&w))
		skip("this kernel has KVM_CAP_ASYNC_PF_USER");
	check_equal("KVM_ENABLE_CAP", vm_enable(&w.vm, ABI_CAP_ASYNC_PF_USER, 0, 0), -EINVAL);
	expect_unknown(&w.vcpus[0], 1);
}

static void exit_and_ready(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	provide(&w, 0);
	ready(vcpu, token);
	expect_words(vcpu, 1);
	expect_told(vcpu, 1);
}

static void another_task_runs(void)
{
	struct vcpu *vcpu;
	uint32_t tokens[3];
	struct world w;

	vcpu = start(&w, 3);
	give_tasks(vcpu, COMMAND_TASKS_READ, 3);
	for (unsigned int i = 0; i < 3; i++) {
		tokens[i] = expect_async(vcpu, i);
		for (unsigned int other = 0; other < i; other++)
			check(tokens[i] != tokens[other], "two tokens are the same");
	}
	/* In another order, all before the vCPU goes on. */
	for (unsigned int i = 0; i < 3; i++) {
		provide(&w, (i + 2) % 3);
		ready(vcpu, tokens[(i + 2) % 3]);
	}
	expect_words(vcpu, 3);
	expect_told(vcpu, 3);
}

static void ready_while_running(void)
{
	struct helper helper;
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, 2);
	give_tasks(vcpu, COMMAND_TASKS_SPIN, 1);
	helper = (struct helper){ .world = &w, .vcpu = vcpu, .token = expect_async(vcpu, 0) };
	start_helper(&helper, provide_later);
	run_command(vcpu);
	expect_told(vcpu, 1);
	pthread_join(helper.thread, NULL);
}

/* Nothing can run until another thread has provided the page that all of so many tasks want. */
static void provide_to_halted(unsigned int tasks)
{
	struct helper helper;
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, tasks);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	helper = (struct helper){ .world = &w, .vcpu = vcpu, .token = expect_async(vcpu, 0) };
	start_helper(&helper, provide_later);
	expect_words(vcpu, 1);
	expect_told(vcpu, 1);
	pthread_join(helper.thread, NULL);
}

/* KVM_RUN has the vCPU's mutex all the while. */
static void ready_while_halted(void)
{
	provide_to_halted(1);
}

static void unknown_tokens(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 1);
	expect_unknown(vcpu, 0);
	expect_unknown(vcpu, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	expect_unknown(vcpu, 0);
	expect_unknown(vcpu, ~0u);
	expect_unknown(vcpu, token + 1);
	expect_unknown(&w.vcpus[1], token);
	check(ioctl(vcpu->fd, ABI_ASYNC_PF_USER_READY, NULL) && errno == EFAULT,
	      "a token at no address does not give EFAULT");
	provide(&w, 0);
	ready(vcpu, token);
	expect_words(vcpu, 1);
}

static void token_twice(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	provide(&w, 0);
	ready(vcpu, token);
	/* Before the guest knows, and after that. */
	expect_unknown(vcpu, token);
	expect_words(vcpu, 1);
	expect_unknown(vcpu, token);
	expect_told(vcpu, 1);
}

static void no_more_than_64(void)
{
	uint32_t tokens[OUTSTANDING], last;
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, OUTSTANDING + 3);
	give_tasks(vcpu, COMMAND_TASKS_READ, OUTSTANDING + 3);
	for (unsigned int i = 0; i < OUTSTANDING; i++)
		tokens[i] = expect_async(vcpu, i);
	/* One more is an exit as ever, which comes again until the bit is clear. */
	expect_fault(vcpu, OUTSTANDING, SYNC);
	expect_fault(vcpu, OUTSTANDING, SYNC);
	provide(&w, OUTSTANDING);
	expect_fault(vcpu, OUTSTANDING + 1, SYNC);
	/* When one is done with, there is room for one. */
	provide(&w, 0);
	ready(vcpu, tokens[0]);
	last = expect_async(vcpu, OUTSTANDING + 1);
	expect_fault(vcpu, OUTSTANDING + 2, SYNC);
	provide(&w, OUTSTANDING + 1);
	provide(&w, OUTSTANDING + 2);
	ready(vcpu, last);
	for (unsigned int i = 1; i < OUTSTANDING; i++) {
		provide(&w, i);
		ready(vcpu, tokens[i]);
	}
	expect_words(vcpu, OUTSTANDING + 3);
	expect_told(vcpu, OUTSTANDING + 1);
}

/* Two tasks on one page, of which the second one halts the vCPU: nothing else can run. */
static void second_fault_halts(void)
{
	provide_to_halted(2);
}

static void on_signal(int signal)
{
	(void)signal; /* only has to interrupt */
}

/* The vCPU's thread must come out of KVM_RUN by a signal, and by nothing before that. */
static void expect_halted(struct world *w, struct vcpu *vcpu)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct helper helper = { .world = w, .vcpu = vcpu };

	sigaction(SIGUSR1, &action, NULL);
	start_helper(&helper, signal_later);
	check_equal("the exit", vcpu_run(vcpu), VCPU_INTERRUPTED);
	pthread_join(helper.thread, NULL);
}

static void halted_vcpu_can_be_interrupted(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 2);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	expect_halted(&w, vcpu);
	provide(&w, 0);
	ready(vcpu, token);
	expect_words(vcpu, 1);
	expect_told(vcpu, 1);
}

/* Where the guest cannot be told that the page is ready, waiting for that would take for ever. */
static void second_fault_with_interrupts_off(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 2);
	give_tasks(vcpu, COMMAND_TASKS_CLOSED, 1);
	token = expect_async(vcpu, 0);
	expect_fault(vcpu, 0, SYNC);
	provide(&w, 0);
	ready(vcpu, token);
	expect_words(vcpu, 1);
	expect_told(vcpu, 1);
}

/* Who is woken looks again; nothing else says that the page is there. */
static void ready_with_the_bit_set(void)
{
	struct vcpu *vcpu;
	uint32_t tokens[2];
	struct world w;

	vcpu = start(&w, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	tokens[0] = expect_async(vcpu, 0);
	ready(vcpu, tokens[0]);
	tokens[1] = expect_async(vcpu, 0);
	check(tokens[1] != tokens[0], "the token is the same");
	provide(&w, 0);
	ready(vcpu, tokens[1]);
	expect_words(vcpu, 1);
	expect_told(vcpu, 2);
}

static void two_vcpus_on_one_page(void)
{
	uint32_t tokens[VCPUS];
	struct world w;

	start(&w, 1);
	for (unsigned int i = 0; i < VCPUS; i++) {
		give_tasks(&w.vcpus[i], COMMAND_TASKS_READ, 1);
		tokens[i] = expect_async(&w.vcpus[i], 0);
	}
	provide(&w, 0);
	for (unsigned int i = 0; i < VCPUS; i++) {
		ready(&w.vcpus[i], tokens[i]);
		expect_words(&w.vcpus[i], 1);
		expect_told(&w.vcpus[i], 1);
	}
}

static void expect_sync(struct world *w, struct vcpu *vcpu)
{
	expect_fault(vcpu, 0, SYNC);
	provide(w, 0);
	expect_words(vcpu, 1);
	expect_told(vcpu, 0);
}

static void sync_unless_opted_in(void)
{
	struct world w;
	struct vcpu *vcpu = create(&w, 1, false, true);

	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	expect_sync(&w, vcpu);
}

static void sync_unless_the_guest_enables(void)
{
	struct world w;
	struct vcpu *vcpu = create(&w, 1, true, false);

	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	expect_sync(&w, vcpu);
}

static void sync_without(uint64_t bit)
{
	struct world w;
	struct vcpu *vcpu = start(&w, 1);
	const uint64_t area = w.vm.blocks_gpa + ASYNC_PF_OFFSET;

	give_command(vcpu, COMMAND_WRMSR, MSR_KVM_ASYNC_PF_EN, area | (ASYNC_PF_ALL & ~bit));
	run_command(vcpu);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	expect_sync(&w, vcpu);
}

static void sync_in_the_guests_kernel(void)
{
	sync_without(ASYNC_PF_SEND_ALWAYS);
}

static void sync_without_delivery_by_interrupt(void)
{
	sync_without(ASYNC_PF_DELIVERY_AS_INT);
}

/* Outside of tasks they are. */
static void sync_with_interrupts_off(void)
{
	struct world w;
	struct vcpu *vcpu = start(&w, 1);

	expect_read_fault(vcpu, 0, SYNC);
	provide(&w, 0);
	check_equal("the word", run_command(vcpu), WORD);
	expect_told(vcpu, 0);
}

static void guest_disables_meanwhile(void)
{
	struct vcpu *vcpu;
	uint32_t tokens[2];
	struct world w;

	vcpu = start(&w, 2);
	give_tasks(vcpu, COMMAND_TASKS_TOGGLE, 1);
	tokens[0] = expect_async(vcpu, 0);
	check_equal("the exit", vcpu_run(vcpu), VCPU_DOORBELL);
	check_equal("the doorbell", vcpu->doorbell, BELL_OFF);
	expect_unknown(vcpu, tokens[0]);
	/* Switched on again, KVM wakes whoever waits. */
	tokens[1] = expect_async(vcpu, 0);
	expect_unknown(vcpu, tokens[0]);
	provide(&w, 0);
	ready(vcpu, tokens[1]);
	run_command(vcpu);
	check_equal("pages that are ready", vcpu->block->pages_ready, 1);
}

static void write_msr(struct vcpu *vcpu, uint32_t number, uint64_t value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = { .head.nmsrs = 1, .entry = { .index = number, .data = value } };

	check_equal("KVM_SET_MSRS", ioctl(vcpu->fd, KVM_SET_MSRS, &msrs), 1);
}

/* Nobody else would let a vCPU go on that has halted for a page. */
static void vmm_disables_while_halted(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 2);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	expect_halted(&w, vcpu);
	write_msr(vcpu, MSR_KVM_ASYNC_PF_EN, 0);
	expect_unknown(vcpu, token);
	expect_fault(vcpu, 0, SYNC);
}

/* The token is the vCPU's: it outlives the slot, and its flag. */
static void slot_deleted_meanwhile(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	w.region.memory_size = 0;
	set_slot(&w, 0);
	ready(vcpu, token);
	w.region.memory_size = HUGE_BYTES;
	set_slot(&w, ABI_MEM_USERFAULT);
	provide(&w, 0);
	expect_words(vcpu, 1);
	expect_told(vcpu, 1);
}

static void access_without_slot(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	w.region.memory_size = 0;
	set_slot(&w, 0);
	ready(vcpu, token);
	run_command(vcpu);
}

static void slot_gone_when_ready(void)
{
	char reason[1024];
	struct world w;

	create(&w, 1, false, false);
	run_to_failure(access_without_slot, reason, sizeof(reason));
	check(strstr(reason, "exit reason 6;"), "no MMIO exit, but: %s", reason);
}

static void flag_turned_off_meanwhile(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	provide(&w, 0);
	set_slot(&w, 0);
	ready(vcpu, token);
	expect_words(vcpu, 1);
	expect_told(vcpu, 1);
}

/* Once with a fault that nobody completes, once with one that the guest was not told of. */
static void closed_with_faults_outstanding(void)
{
	struct vcpu *vcpu;
	struct world w;

	for (unsigned int completed = 0; completed < 3; completed++) {
		vcpu = start(&w, 2);
		give_tasks(vcpu, COMMAND_TASKS_READ, 2);
		for (unsigned int i = 0; i < 2; i++) {
			uint32_t token = expect_async(vcpu, i);

			if (i < completed)
				ready(vcpu, token);
		}
		for (unsigned int i = 0; i < VCPUS; i++)
			vcpu_destroy(&w.vcpus[i]);
		vm_destroy(&w.vm);
	}
}

/* What a guest_memfd has is zeroes, unless the guest writes to it. */
static void private_page(void)
{
	const struct guest_vcpu *task;
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	need_private_memory();
	create_vm(&w, VM_TYPE_SW_PROTECTED, 1, true);
	w.region.guest_memfd = create_memfd(&w, 0);
	set_slot(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT);
	set_private(&w, 0, w.pages, true);
	vcpu = &w.vcpus[0];
	enable_in_guest(vcpu);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	expect_fault(vcpu, 0, ASYNC | ABI_MEMORY_EXIT_FLAG_PRIVATE);
	token = vcpu->fault.async_pf_user_token;
	clear_bit(&w, 0);
	ready(vcpu, token);
	run_command(vcpu);
	task = vm_system_hva(&w.vm, (uintptr_t)task_block(vcpu->block, 0));
	check_equal("the word", task->TASK_WORD, 0);
	expect_told(vcpu, 1);
}

/* Which of the two says that a page is missing makes no difference. */
static void page_with_the_attribute(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	create_vm(&w, 0, 1, true);
	need_attributes(&w);
	enable_attributes(&w);
	set_slot(&w, 0);
	vcpu = &w.vcpus[0];
	enable_in_guest(vcpu);
	set_attribute(&w, 0, 1);
	give_tasks(vcpu, COMMAND_TASKS_READ, 1);
	token = expect_async(vcpu, 0);
	provide(&w, 0);
	clear_attribute(&w, 0, 1);
	ready(vcpu, token);
	expect_words(vcpu, 1);
	expect_told(vcpu, 1);
}

static void pre_fault_takes_no_token(void)
{
	struct pre_fault range = { .gpa = page_gpa(0), .size = PAGE_BYTES };
	struct vcpu *vcpu;
	struct world w;
	uint32_t token;

	vcpu = start(&w, 2);
	need_pre_fault(&w);
	give_tasks(vcpu, COMMAND_TASKS_READ, 2);
	token = expect_async(vcpu, 0);
	mark_run(vcpu);
	check_equal("KVM_PRE_FAULT_MEMORY", pre_fault(vcpu, &range), -EFAULT);
	check_run_is_marked(vcpu);
	provide(&w, 0);
	ready(vcpu, token);
	token = expect_async(vcpu, 1);
	provide(&w, 1);
	ready(vcpu, token);
	expect_words(vcpu, 2);
	expect_told(vcpu, 2);
}

const struct kvm_test async_pf_user_tests[] = {
	{ "async_pf_user.capability", capability },
	{ "async_pf_user.refused_by_a_kernel_without", refused_by_a_kernel_without },
	{ "async_pf_user.exit_and_ready", exit_and_ready },
	{ "async_pf_user.another_task_runs", another_task_runs },
	{ "async_pf_user.ready_while_running", ready_while_running },
	{ "async_pf_user.ready_while_halted", ready_while_halted },
	{ "async_pf_user.unknown_tokens", unknown_tokens },
	{ "async_pf_user.token_twice", token_twice },
	{ "async_pf_user.no_more_than_64", no_more_than_64 },
	{ "async_pf_user.second_fault_halts", second_fault_halts },
	{ "async_pf_user.halted_vcpu_can_be_interrupted", halted_vcpu_can_be_interrupted },
	{ "async_pf_user.second_fault_with_interrupts_off", second_fault_with_interrupts_off },
	{ "async_pf_user.ready_with_the_bit_set", ready_with_the_bit_set },
	{ "async_pf_user.two_vcpus_on_one_page", two_vcpus_on_one_page },
	{ "async_pf_user.sync_unless_opted_in", sync_unless_opted_in },
	{ "async_pf_user.sync_unless_the_guest_enables", sync_unless_the_guest_enables },
	{ "async_pf_user.sync_in_the_guests_kernel", sync_in_the_guests_kernel },
	{ "async_pf_user.sync_without_delivery_by_interrupt", sync_without_delivery_by_interrupt },
	{ "async_pf_user.sync_with_interrupts_off", sync_with_interrupts_off },
	{ "async_pf_user.guest_disables_meanwhile", guest_disables_meanwhile },
	{ "async_pf_user.vmm_disables_while_halted", vmm_disables_while_halted },
	{ "async_pf_user.slot_deleted_meanwhile", slot_deleted_meanwhile },
	{ "async_pf_user.slot_gone_when_ready", slot_gone_when_ready },
	{ "async_pf_user.flag_turned_off_meanwhile", flag_turned_off_meanwhile },
	{ "async_pf_user.closed_with_faults_outstanding", closed_with_faults_outstanding },
	{ "async_pf_user.private_page", private_page },
	{ "async_pf_user.page_with_the_attribute", page_with_the_attribute },
	{ "async_pf_user.pre_fault_takes_no_token", pre_fault_takes_no_token },
	{ 0 },
};
