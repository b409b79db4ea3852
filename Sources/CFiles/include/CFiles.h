/* Calls of Linux on files that Swift's import of the C library leaves out. */
#ifndef SIGNET_CFILES_H
#define SIGNET_CFILES_H
#include <stddef.h>
#include <sys/types.h>

/* As pread(2), if the system has all that is asked for in memory (RWF_NOWAIT of preadv2(2)): does not wait for what a disk has,
   though the kernel may begin to read ahead.
   -1 with EAGAIN when nothing is there, or EOPNOTSUPP where the file system cannot say; less than asked for when the rest is not
   there, or the file ends. */
ssize_t signet_pread_at_hand(int descriptor, void *buffer, size_t count, off_t offset);
#endif
