// SPDX-License-Identifier: GPL-2.0-only
#include "account.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct node {
	struct node *parent, *first_child, *next_sibling;
	const char *name; /* NULL: a lock */
	uint64_t lock;
	uint64_t ns[PHASE_COUNT][KIND_COUNT];
};

static struct node roots[ROLE_COUNT];

struct node *account_root(enum role role)
{
	roots[role].name = account_roles[role];
	return &roots[role];
}

static struct node *child(struct node *parent, const char *name, uint64_t lock)
{
	struct node *node;

	for (node = parent->first_child; node; node = node->next_sibling)
		if (node->name == name && node->lock == lock)
			return node;
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->parent = parent;
	node->name = name;
	node->lock = lock;
	node->next_sibling = parent->first_child;
	parent->first_child = node;
	return node;
}

struct node *account_call(struct node *parent, const char *name)
{
	return child(parent, name, 0);
}

struct node *account_lock(struct node *parent, uint64_t address)
{
	return child(parent, NULL, address);
}

void account_add(struct node *node, enum phase phase, enum kind kind, uint64_t ns)
{
	node->ns[phase][kind] += ns;
}

static void write_stack(FILE *out, const struct node *node, const struct functions *functions)
{
	if (node->parent) {
		write_stack(out, node->parent, functions);
		fputc(';', out);
	}
	if (node->name) {
		fputs(node->name, out);
	} else {
		fputs("lock_", out);
		functions_write_object(functions, out, node->lock);
	}
}

static void write_node(FILE *out, const struct node *node, const struct functions *functions)
{
	for (int phase = 0; phase < PHASE_COUNT; phase++)
		for (int kind = 0; kind < KIND_COUNT; kind++) {
			if (!node->ns[phase][kind])
				continue;
			fprintf(out, "%s %" PRIu64 " ", phase_names[phase], node->ns[phase][kind]);
			write_stack(out, node, functions);
			fprintf(out, "%s%s\n", kind == KIND_RUNS ? "" : ";", account_kinds[kind]);
		}
	for (const struct node *n = node->first_child; n; n = n->next_sibling)
		write_node(out, n, functions);
}

void account_write(FILE *out, const struct functions *functions)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		write_node(out, &roots[role], functions);
}

static void free_children(struct node *node)
{
	struct node *next;

	for (struct node *child = node->first_child; child; child = next) {
		next = child->next_sibling;
		free_children(child);
		free(child);
	}
	node->first_child = NULL;
	memset(node->ns, 0, sizeof(node->ns));
}

void account_free(void)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		free_children(&roots[role]);
}
