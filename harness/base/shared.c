// SPDX-License-Identifier: GPL-2.0-only
/* Memory for more than one process. */
#include "shared.h"

#include <string.h>
#include <sys/mman.h>

static void *memory(size_t size, int flag)
{
	void *memory = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE,
			    flag | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void *shared_memory(size_t size)
{
	return memory(size, MAP_SHARED);
}

void *own_memory(size_t size)
{
	void *own = memory(size, MAP_PRIVATE);

	if (own)
		madvise(own, size, MADV_WIPEONFORK);
	return own;
}

void *shared_copy(const void *from, size_t size)
{
	void *memory = shared_memory(size);

	if (memory)
		memcpy(memory, from, size);
	return memory;
}
