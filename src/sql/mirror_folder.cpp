#include "sql/mirror_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "object/own_files.hpp"
#include "record/random.hpp"

namespace dualstore::sql {
namespace {

// Of another format: another suffix, so that programs of two versions do not take each other's files for damaged ones.
constexpr std::string_view suffix = ".snapshot1";
constexpr const char* current_file = "current1";
constexpr std::size_t name_digits = 32;

// Of this format's snapshots and what belongs to one; what DuckDB writes beside one has a longer name.
bool is_ours(std::string_view name) {
    return name.size() >= name_digits && name.substr(0, name_digits).find_first_not_of("0123456789abcdef") == name.npos &&
           name.substr(name_digits).starts_with(suffix);
}

bool is_snapshot(std::string_view name) {
    return name.size() == name_digits + suffix.size() && is_ours(name);
}

}  // namespace

MirrorFolder::Lock::~Lock() {
    if (descriptor_ >= 0) close(descriptor_);
}

std::string MirrorFolder::current() const {
    if (folder_.empty()) return {};
    auto name = object::read_file(system_files(), folder_ / current_file);
    return name && *name && is_snapshot(**name) ? std::move(**name) : std::string();
}

std::optional<MirrorFolder::Lock> MirrorFolder::try_lock() const {
    if (folder_.empty()) return std::nullopt;
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    const int descriptor = open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0) return std::nullopt;
    Lock lock(descriptor);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
    return lock;
}

std::string MirrorFolder::new_name() {
    return record::random_name().append(suffix);
}

bool MirrorFolder::publish(const std::string& snapshot) const {
    // No sync: after a power cut the file may be damaged, which its checksums show, and it is built again.
    if (!write(current_file, snapshot)) return false;
    remove_leftovers();
    return true;
}

Environment::Time MirrorFolder::listed(const std::string& snapshot, const std::string& table) const {
    const auto text = object::read_file(system_files(), folder_ / fmt::format("{}.listed.{}", snapshot, table));
    std::int64_t microseconds = 0;
    if (text && *text) std::from_chars((*text)->data(), (*text)->data() + (*text)->size(), microseconds);
    return Environment::Time(std::chrono::microseconds(microseconds));
}

void MirrorFolder::mark_listed(const std::string& snapshot, const std::string& table, Environment::Time time) const {
    // Where it cannot be written the store is asked again.
    (void)write(fmt::format("{}.listed.{}", snapshot, table), std::to_string(time.time_since_epoch().count()));
}

void MirrorFolder::discard(const std::string& snapshot) const {
    std::error_code error;
    if (current() == snapshot) std::filesystem::remove(folder_ / current_file, error);
    std::filesystem::remove(folder_ / snapshot, error);
}

std::vector<std::string> MirrorFolder::leftovers() const {
    std::vector<std::string> found;
    const std::string kept = current();
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        std::string name = entry->path().filename().string();
        if (is_ours(name) && (kept.empty() || !name.starts_with(kept))) found.push_back(std::move(name));
    }
    return found;
}

void MirrorFolder::remove_leftovers() const {
    for (const std::string& name : leftovers()) {
        std::error_code ignored;
        std::filesystem::remove(folder_ / name, ignored);
    }
}

// Whole or not at all, under the name of a snapshot that never was: what is left of it after a crash goes with those.
bool MirrorFolder::write(const std::string& name, const std::string& text) const {
    const std::filesystem::path next = folder_ / new_name();
    const int file = open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0) return false;
    const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const bool closed = close(file) == 0;
    if (written && closed && std::rename(next.c_str(), (folder_ / name).c_str()) == 0) return true;
    unlink(next.c_str());
    return false;
}

}  // namespace dualstore::sql
