#include "object/directory_locks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dualstore::object {

Result<std::unique_ptr<KeyLocks>> KeyLocks::open(const Descriptor& own) {
    Descriptor file = own.open("lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (!file) return fail(system_error(errno, "cannot open .dualstore/lock"));
    return std::unique_ptr<KeyLocks>(new KeyLocks(std::move(file)));
}

std::size_t KeyLocks::stripe_of(std::string_view key) {
    return XXH3_64bits(key.data(), key.size()) % stripes;
}

// Locks of the open file, not of the process (fcntl(2), F_OFD_SETLK): two stores open in one process exclude each other too.
int KeyLocks::change(std::size_t stripe, short type) {
    while (file_.files().lock_byte(file_.get(), static_cast<off_t>(stripe), type) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

Result<KeyLocks::Held> KeyLocks::lock(std::vector<std::size_t> wanted) {
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    Held held;
    held.locks_ = this;
    held.stripes_.reserve(wanted.size());
    for (const std::size_t stripe : wanted) {
        mutexes_[stripe].lock();
        if (const int number = change(stripe, F_WRLCK)) {
            give_back(stripe);  // an answer may have been lost
            return fail(system_error(number, "cannot lock .dualstore/lock"));
        }
        held.stripes_.push_back(stripe);
    }
    return held;
}

void KeyLocks::give_back(std::size_t stripe) {
    if (change(stripe, F_UNLCK) != 0) stuck_ = true;
    mutexes_[stripe].unlock();
}

KeyLocks::Held::~Held() {
    for (const std::size_t stripe : stripes_) locks_->give_back(stripe);
}

bool KeyLocks::in_place() const {
    return !stuck_ && !file_.removed();
}

}  // namespace dualstore::object
