#define _GNU_SOURCE
#include "CFiles.h"

#include <sys/uio.h>

ssize_t signet_pread_at_hand(int descriptor, void *buffer, size_t count, off_t offset) {
    struct iovec part = {buffer, count};
    return preadv2(descriptor, &part, 1, offset, RWF_NOWAIT);
}
