# liburing wraps io_uring's shared memory and system calls.
PKG_uring := liburing
