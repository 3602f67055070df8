// SPDX-License-Identifier: GPL-2.0-only
#include "statistics.h"

#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"

static void read_at(int fd, void *to, size_t bytes, off_t offset)
{
	if (pread(fd, to, bytes, offset) != (ssize_t)bytes)
		fail("KVM's statistics end before %zu bytes at %lld", bytes, (long long)offset);
}

bool statistic_open(struct statistic *statistic, int of, const char *name)
{
	struct kvm_stats_header header;
	struct kvm_stats_desc *desc;
	bool found = false;
	int fd = ioctl(of, KVM_GET_STATS_FD, NULL);
	size_t bytes;

	if (fd < 0)
		return false;
	read_at(fd, &header, sizeof(header), 0);
	bytes = sizeof(*desc) + header.name_size;
	desc = malloc(bytes);
	if (!desc)
		fail("no memory for the name of a statistic");
	for (uint32_t i = 0; i < header.num_desc && !found; i++) {
		read_at(fd, desc, bytes, header.desc_offset + i * bytes);
		found = !strcmp(desc->name, name);
	}
	*statistic = (struct statistic){ fd, header.data_offset + desc->offset };
	free(desc);
	if (!found)
		close(fd);
	return found;
}

uint64_t statistic_read(const struct statistic *statistic)
{
	uint64_t value;

	read_at(statistic->fd, &value, sizeof(value), (off_t)statistic->offset);
	return value;
}

void statistic_close(struct statistic *statistic)
{
	close(statistic->fd);
}
