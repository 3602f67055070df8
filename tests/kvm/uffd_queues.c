// SPDX-License-Identifier: GPL-2.0-only
/* Several queues for one userfaultfd; no VM is needed for that. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../harness/keys.h"
#include "../../harness/point/uffd_abi.h"
#include "../../harness/point/uffd_open.h"
#include "../../workloads/guest_abi.h"
#include "test.h"

#define QUEUES 4u
#define PAGES 64u
#define WORD 0x600dull
#define NOBODY ~0u
#define A_WHILE_MS 20

struct queues {
	uint8_t *memory;
	int fds[QUEUES]; /* the userfaultfd, then those of the other queues */
};

/* A thread that reads pages, one after the other. */
struct toucher {
	const uint8_t *memory;
	unsigned int first, count;
	pthread_t thread;
	_Atomic unsigned int done;
	uint64_t sum; /* of the pages' first words */
};

static void open_only(struct queues *q)
{
	struct uffdio_api api = { .api = UFFD_API };
	const char *way;

	q->memory = mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(q->memory != MAP_FAILED, "mmap: %s", strerror(errno));
	madvise(q->memory, PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	q->fds[0] = uffd_open(&way);
	check(!ioctl(q->fds[0], UFFDIO_API, &api), "UFFDIO_API: %s", strerror(errno));
}

static int ask(const struct queues *q, uint32_t count, uint32_t by)
{
	const struct abi_uffdio_queues queues = { .count = count, .by = by };

	return ioctl(q->fds[0], ABI_UFFDIO_QUEUES, &queues) ? errno : 0;
}

static int open_queue(const struct queues *q, uint32_t index, uint32_t flags)
{
	const struct abi_uffdio_open_queue queue = { .index = index, .flags = flags };
	const int fd = ioctl(q->fds[0], ABI_UFFDIO_OPEN_QUEUE, &queue);

	return fd < 0 ? -errno : fd;
}

/* Skips where the kernel does not know several queues: what is a good call is refused. */
static void need_queues(void)
{
	struct queues q;

	open_only(&q);
	if (ask(&q, QUEUES, QUEUE_BY_ADDRESS))
		skip("this kernel has one queue for each userfaultfd");
	close(q.fds[0]);
	munmap(q.memory, PAGES * PAGE_BYTES);
}

static void register_memory(const struct queues *q)
{
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)q->memory, .len = PAGES * PAGE_BYTES },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	check(!ioctl(q->fds[0], UFFDIO_REGISTER, &reg), "UFFDIO_REGISTER: %s", strerror(errno));
}

static void start(struct queues *q, uint32_t by)
{
	need_queues();
	open_only(q);
	check_equal("UFFDIO_QUEUES", ask(q, QUEUES, by), 0);
	for (unsigned int i = 1; i < QUEUES; i++) {
		q->fds[i] = open_queue(q, i, O_CLOEXEC | O_NONBLOCK);
		check(q->fds[i] >= 0, "UFFDIO_OPEN_QUEUE: %s", strerror(-q->fds[i]));
	}
	check(!fcntl(q->fds[0], F_SETFL, O_NONBLOCK), "fcntl: %s", strerror(errno));
	register_memory(q);
}

static void *touch(void *arg)
{
	struct toucher *toucher = arg;

	for (unsigned int i = 0; i < toucher->count; i++) {
		const uint8_t *page = toucher->memory + (toucher->first + i) * PAGE_BYTES;

		toucher->sum += *(const volatile uint64_t *)page;
		atomic_fetch_add(&toucher->done, 1);
	}
	return NULL;
}

static void start_toucher(struct toucher *toucher, const struct queues *q, unsigned int first,
			  unsigned int count)
{
	*toucher = (struct toucher){ .memory = q->memory, .first = first, .count = count };
	check(!pthread_create(&toucher->thread, NULL, touch, toucher), "cannot create a thread");
}

/* Waits until a queue has something to read, or all of them do not for a while: NOBODY. */
static unsigned int wait_for_event(const struct queues *q, int timeout_ms)
{
	struct pollfd polls[QUEUES];

	for (unsigned int i = 0; i < QUEUES; i++)
		polls[i] = (struct pollfd){ .fd = q->fds[i], .events = POLLIN };
	if (poll(polls, QUEUES, timeout_ms) <= 0)
		return NOBODY;
	for (unsigned int i = 0; i < QUEUES; i++)
		if (polls[i].revents)
			return i;
	return NOBODY;
}

/* Reads the one event that is there, and from which queue. Returns its page. */
static unsigned int take(const struct queues *q, unsigned int *queue)
{
	struct uffd_msg message;

	*queue = wait_for_event(q, -1);
	check_equal("read", read(q->fds[*queue], &message, sizeof(message)), sizeof(message));
	check_equal("event", message.event, UFFD_EVENT_PAGEFAULT);
	return (message.arg.pagefault.address - (uintptr_t)q->memory) / PAGE_BYTES;
}

static void copy(const struct queues *q, unsigned int page, unsigned int pages, uint64_t mode)
{
	static _Alignas(PAGE_BYTES) uint64_t content[PAGES][PAGE_WORDS];
	struct uffdio_copy copy = {
		.dst = (uintptr_t)q->memory + page * PAGE_BYTES,
		.src = (uintptr_t)content,
		.len = pages * PAGE_BYTES,
		.mode = mode,
	};

	for (unsigned int i = 0; i < pages; i++)
		content[i][0] = WORD;
	check(!ioctl(q->fds[0], UFFDIO_COPY, &copy), "UFFDIO_COPY: %s", strerror(errno));
}

static void arguments(void)
{
	struct queues q;

	need_queues();
	open_only(&q);
	check_equal("no queue", ask(&q, 0, QUEUE_BY_ADDRESS), EINVAL);
	check_equal("too many queues", ask(&q, 1025, QUEUE_BY_ADDRESS), EINVAL);
	check_equal("by something else", ask(&q, QUEUES, 2), EINVAL);
	check_equal("opening one when there are none", open_queue(&q, 1, 0), -EINVAL);
	check_equal("as many as can be", ask(&q, 1024, QUEUE_BY_THREAD), 0);
	check_equal("asking again", ask(&q, QUEUES, QUEUE_BY_ADDRESS), EBUSY);
	check_equal("opening the first one", open_queue(&q, 0, 0), -EINVAL);
	check_equal("opening one too far", open_queue(&q, 1024, 0), -EINVAL);
	check_equal("opening with other flags", open_queue(&q, 1, O_APPEND), -EINVAL);
	check(open_queue(&q, 1023, 0) >= 0, "the last one cannot be opened");
}

static void not_after_registration(void)
{
	struct queues q;

	need_queues();
	open_only(&q);
	register_memory(&q);
	check_equal("asking then", ask(&q, QUEUES, QUEUE_BY_ADDRESS), EBUSY);
}

/* Each fault is told of in one queue, the same one whenever its page is missing, and all have some. */
static void faults_go_by_address(void)
{
	unsigned int queue_of[PAGES] = { 0 }, of_queue[QUEUES] = { 0 }, queue;
	struct toucher toucher;
	struct queues q;

	start(&q, QUEUE_BY_ADDRESS);
	for (unsigned int round = 0; round < 2; round++) {
		start_toucher(&toucher, &q, 0, PAGES);
		for (unsigned int i = 0; i < PAGES; i++) {
			check_equal("page", take(&q, &queue), i);
			check(!round || queue == queue_of[i], "page %u is told of elsewhere", i);
			queue_of[i] = queue;
			of_queue[queue]++;
			check_equal("others that tell", wait_for_event(&q, 0), NOBODY);
			copy(&q, i, 1, 0);
		}
		pthread_join(toucher.thread, NULL);
		check_equal("what was read", toucher.sum, PAGES * WORD);
		check(!madvise(q.memory, PAGES * PAGE_BYTES, MADV_DONTNEED), "madvise: %s",
		      strerror(errno));
	}
	for (unsigned int i = 0; i < QUEUES; i++)
		check(of_queue[i], "queue %u has no page", i);
}

static void faults_go_by_thread(void)
{
	unsigned int queue, first = NOBODY;
	struct toucher toucher;
	struct queues q;

	start(&q, QUEUE_BY_THREAD);
	start_toucher(&toucher, &q, 0, PAGES);
	for (unsigned int i = 0; i < PAGES; i++) {
		check_equal("page", take(&q, &queue), i);
		if (!i)
			first = queue;
		check_equal("queue of the same thread", queue, first);
		copy(&q, i, 1, 0);
	}
	pthread_join(toucher.thread, NULL);
}

/* Two threads wait for pages of different queues; one ioctl for a range wakes both. */
static void ranges_wake_in_all_queues(void)
{
	unsigned int queues[2], pages[2];
	struct toucher touchers[2];
	struct queues q;
	struct uffdio_range range;

	start(&q, QUEUE_BY_ADDRESS);
	start_toucher(&touchers[0], &q, 0, 1);
	pages[0] = take(&q, &queues[0]);
	/* The first page that goes to another one. */
	for (pages[1] = 1;; pages[1]++) {
		check(pages[1] < PAGES, "all pages have one queue");
		start_toucher(&touchers[1], &q, pages[1], 1);
		take(&q, &queues[1]);
		if (queues[1] != queues[0])
			break;
		copy(&q, pages[1], 1, 0);
		pthread_join(touchers[1].thread, NULL);
	}
	copy(&q, pages[0], 1, UFFDIO_COPY_MODE_DONTWAKE);
	copy(&q, pages[1], 1, UFFDIO_COPY_MODE_DONTWAKE);
	usleep(A_WHILE_MS * 1000);
	check_equal("threads that were woken", touchers[0].done + touchers[1].done, 0);
	range = (struct uffdio_range){ .start = (uintptr_t)q.memory, .len = PAGES * PAGE_BYTES };
	check(!ioctl(q.fds[0], UFFDIO_WAKE, &range), "UFFDIO_WAKE: %s", strerror(errno));
	for (unsigned int i = 0; i < 2; i++)
		pthread_join(touchers[i].thread, NULL);
}

/* A reader that sleeps is woken by a fault of its queue. */
static void *read_one(void *arg)
{
	struct uffd_msg message;
	const int *fd = arg;

	return (void *)(uintptr_t)(read(*fd, &message, sizeof(message)) < 0 ? errno : 0);
}

static void reader_sleeps(void)
{
	struct toucher toucher;
	unsigned int queue;
	pthread_t reader;
	struct queues q;
	void *err;

	start(&q, QUEUE_BY_THREAD);
	start_toucher(&toucher, &q, 0, 2);
	take(&q, &queue);
	check(!fcntl(q.fds[queue], F_SETFL, 0), "fcntl: %s", strerror(errno));
	check(!pthread_create(&reader, NULL, read_one, &q.fds[queue]), "cannot create a thread");
	usleep(A_WHILE_MS * 1000);
	copy(&q, 0, 1, 0);
	pthread_join(reader, &err);
	check_equal("read", (uintptr_t)err, 0);
	copy(&q, 1, 1, 0);
	pthread_join(toucher.thread, NULL);
}

/* Who waits goes on without a page of the VMM's, and who reads is told. */
static void closed_with_faults_outstanding(void)
{
	struct toucher touchers[QUEUES];
	struct uffd_msg message;
	struct pollfd polled;
	pthread_t reader;
	struct queues q;
	ssize_t r;
	void *err;

	start(&q, QUEUE_BY_ADDRESS);
	for (unsigned int i = 0; i < QUEUES; i++)
		start_toucher(&touchers[i], &q, i * (PAGES / QUEUES), 1);
	usleep(A_WHILE_MS * 1000);
	/* Of faults that were read about, and of others, that wait where nobody reads. */
	do
		r = read(q.fds[1], &message, sizeof(message));
	while (r > 0);
	check(errno == EAGAIN, "read: %s", strerror(errno));
	check(!fcntl(q.fds[1], F_SETFL, 0), "fcntl: %s", strerror(errno));
	check(!pthread_create(&reader, NULL, read_one, &q.fds[1]), "cannot create a thread");
	usleep(A_WHILE_MS * 1000);
	close(q.fds[0]);
	for (unsigned int i = 0; i < QUEUES; i++) {
		pthread_join(touchers[i].thread, NULL);
		check_equal("what was read", touchers[i].sum, 0);
	}
	pthread_join(reader, &err);
	check_equal("read that sleeps", (uintptr_t)err, ESHUTDOWN);
	polled = (struct pollfd){ .fd = q.fds[2], .events = POLLIN };
	check_equal("poll", poll(&polled, 1, 0), 1);
	check_equal("what poll says", polled.revents, POLLHUP);
	for (unsigned int i = 1; i < QUEUES; i++)
		close(q.fds[i]);
}

/* Whose queue nobody reads any more is served all the same. */
static void closed_queue(void)
{
	struct toucher toucher;
	unsigned int queue;
	struct queues q;

	start(&q, QUEUE_BY_THREAD);
	start_toucher(&toucher, &q, 0, 2);
	take(&q, &queue);
	for (unsigned int i = 1; i < QUEUES; i++)
		close(q.fds[i]);
	copy(&q, 0, 2, 0);
	pthread_join(toucher.thread, NULL);
	check_equal("what was read", toucher.sum, 2 * WORD);
}

const struct kvm_test uffd_queue_tests[] = {
	{ "uffd_queues.arguments", arguments },
	{ "uffd_queues.not_after_registration", not_after_registration },
	{ "uffd_queues.faults_go_by_address", faults_go_by_address },
	{ "uffd_queues.faults_go_by_thread", faults_go_by_thread },
	{ "uffd_queues.ranges_wake_in_all_queues", ranges_wake_in_all_queues },
	{ "uffd_queues.reader_sleeps", reader_sleeps },
	{ "uffd_queues.closed_with_faults_outstanding", closed_with_faults_outstanding },
	{ "uffd_queues.closed_queue", closed_queue },
	{ NULL, NULL },
};
