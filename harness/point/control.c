// SPDX-License-Identifier: GPL-2.0-only
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "arch.h"
#include "fail.h"

void control_send(char command)
{
	int fd = open(CONTROL_TTY, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	struct termios raw;

	if (fd < 0 || tcgetattr(fd, &raw))
		fail("open %s, the simulated host's control port: %s", CONTROL_TTY,
		     strerror(errno));
	cfmakeraw(&raw);
	/* Drained: what is sent must have been obeyed when this returns. */
	if (tcsetattr(fd, TCSANOW, &raw) || write(fd, &command, 1) != 1 || tcdrain(fd))
		fail("write '%c' to %s: %s", command, CONTROL_TTY, strerror(errno));
	close(fd);
}

void control_tell(const struct point *p, char command)
{
	if (point_is_manycore(p))
		control_send(command);
}
