// SPDX-License-Identifier: GPL-2.0-only
/* A file of ids, and the cases among them. */
#include "ids.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ids {
	char **names; /* owned, as each of them is */
	size_t count, room;
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add(struct ids *ids, const char *name)
{
	if (ids->count == ids->room) {
		const size_t room = ids->room ? 2 * ids->room : 256;
		char **names = realloc(ids->names, room * sizeof(*names));

		if (!names)
			return -ENOMEM;
		ids->names = names;
		ids->room = room;
	}
	ids->names[ids->count] = strdup(name);
	return ids->names[ids->count++] ? 0 : -ENOMEM;
}

/* Sorted. Return: 0 or -errno; what has been read is to be cleared either way. */
static int read_ids(struct ids *ids, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[CASE_ID + 1];
	int error = 0;

	if (!file)
		return -errno;
	while (!error && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (*line)
			error = add(ids, line);
	}
	if (!error && ferror(file))
		error = -EIO;
	fclose(file);
	if (ids->count)
		qsort(ids->names, ids->count, sizeof(*ids->names), compare);
	return error;
}

static void clear(struct ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		free(ids->names[i]);
	free(ids->names);
}

/* Each case comes once: as many are kept as there are ids, unless one is no case, or twice there.
 */
static size_t keep(const struct ids *ids, struct test_case *cases, size_t count)
{
	char id[CASE_ID];
	const char *key = id;
	size_t kept = 0;

	for (size_t i = 0; i < count && ids->count; i++) {
		case_id(&cases[i], id);
		if (bsearch(&key, ids->names, ids->count, sizeof(*ids->names), compare))
			cases[kept++] = cases[i];
	}
	return kept;
}

void ids_keep(const char *path, struct test_case *cases, size_t *count)
{
	struct ids ids = { 0 };
	const int error = read_ids(&ids, path);

	if (error) {
		fprintf(stderr, "%s: --ids %s: %s\n", program_invocation_short_name, path,
			strerror(-error));
		exit(1);
	}
	*count = keep(&ids, cases, *count);
	if (*count < ids.count) {
		fprintf(stderr, "%s: --ids %s: %zu of its %zu lines name no further case\n",
			program_invocation_short_name, path, ids.count - *count, ids.count);
		exit(1);
	}
	clear(&ids);
}
