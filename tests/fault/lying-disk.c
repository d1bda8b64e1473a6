/* For LD_PRELOAD: a disk that gives back of a container another byte than was written to it. */
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

ssize_t pread64(int fd, void *out, size_t len, off64_t offset)
{
    ssize_t (*real)(int, void *, size_t, off64_t);
    *(void **)&real = dlsym(RTLD_NEXT, "pread64");
    ssize_t got = real(fd, out, len, offset);
    if (got > 5000 && memcmp(out, "age-encryption.org/v1", 21) == 0)
        ((unsigned char *)out)[5000] ^= 1;
    return got;
}

ssize_t pread(int fd, void *out, size_t len, off_t offset)
{
    return pread64(fd, out, len, offset);
}
