#include "sql/embedded/mirror_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "record/random.hpp"

namespace dualstore::sql {
namespace {

// Of another format: another suffix, so that programs of two versions do not take each other's files for damaged ones.
constexpr std::string_view suffix = ".snapshot1";
constexpr const char* current_file = "current1";
constexpr std::size_t name_digits = 32;

bool is_snapshot(std::string_view name) {
    return name.size() == name_digits + suffix.size() && name.ends_with(suffix) &&
           name.find_first_not_of("0123456789abcdef") == name_digits;
}

}  // namespace

MirrorFolder::Lock::~Lock() {
    if (descriptor_ >= 0) close(descriptor_);
}

std::string MirrorFolder::current() const {
    if (folder_.empty()) return {};
    std::ifstream file(folder_ / current_file, std::ios::binary);
    std::array<char, name_digits + suffix.size() + 1> text{};
    file.read(text.data(), text.size());
    std::string name(text.data(), static_cast<std::size_t>(file.gcount()));
    return is_snapshot(name) ? name : std::string();
}

std::optional<MirrorFolder::Lock> MirrorFolder::try_lock() const {
    if (folder_.empty()) return std::nullopt;
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    const int descriptor = open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
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
    const std::filesystem::path next = folder_ / "current1.next";
    std::error_code error;
    {
        std::ofstream file(next, std::ios::binary | std::ios::trunc);
        file << snapshot;
        file.close();
        if (!file) return false;
    }
    std::filesystem::rename(next, folder_ / current_file, error);
    if (error) return false;
    remove_others(snapshot);
    return true;
}

Environment::Time MirrorFolder::listed(const std::string& snapshot, const std::string& table) const {
    std::ifstream file(folder_ / fmt::format("{}.listed.{}", snapshot, table));
    std::int64_t microseconds = 0;
    return Environment::Time(std::chrono::microseconds(file >> microseconds ? microseconds : 0));
}

void MirrorFolder::mark_listed(const std::string& snapshot, const std::string& table, Environment::Time time) const {
    // Whoever reads it half written takes it for older than it is, and asks the store.
    std::ofstream(folder_ / fmt::format("{}.listed.{}", snapshot, table)) << time.time_since_epoch().count();
}

void MirrorFolder::discard(const std::string& snapshot) const {
    std::error_code error;
    if (current() == snapshot) std::filesystem::remove(folder_ / current_file, error);
    std::filesystem::remove(folder_ / snapshot, error);
}

void MirrorFolder::remove_others(const std::string& snapshot) const {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        // Also what a writer that died left behind: DuckDB's own files beside a snapshot have longer names.
        const bool ours =
            name.size() >= name_digits + suffix.size() && is_snapshot(std::string_view(name).substr(0, name_digits + suffix.size()));
        if (!ours || name.starts_with(snapshot)) continue;
        std::error_code ignored;
        std::filesystem::remove(entry->path(), ignored);
    }
}

}  // namespace dualstore::sql
