/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program was built with, for who reads its file: a run's provenance. It is not loaded,
 * so that nothing in memory lies elsewhere because of it.
 */
	.section .faultline.build, "", %progbits
	.ascii "\nfaultline-point was built with\n"
	.incbin FLAGS_FILE
	.incbin SOURCES_FILE
	.byte 0

	.section .note.GNU-stack, "", %progbits
