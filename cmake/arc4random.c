// Debian's static libstdc++ calls arc4random, which glibc has since 2.36 only. With it in the libraries themselves a wheel runs on 2.34.
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

uint32_t arc4random(void);

uint32_t arc4random(void) {
    uint32_t number = 0;
    if (getentropy(&number, sizeof number) != 0) abort();
    return number;
}
