// SPDX-License-Identifier: GPL-2.0-only
/* Memory for more than one process. */
#include "shared.h"

#include <string.h>
#include <sys/mman.h>

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void *shared_copy(const void *from, size_t size)
{
	void *memory = shared_memory(size);

	if (memory)
		memcpy(memory, from, size);
	return memory;
}
