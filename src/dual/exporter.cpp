#include "dual/exporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "record/random.hpp"
#include "record/reader.hpp"
#include "record/table.hpp"

namespace dualstore::dual {
namespace {

constexpr std::size_t batch = 64;

tl::unexpected<Error> cannot_write(const std::string& path) {
    return fail(ErrorCode::unavailable, fmt::format("cannot write {}: {}", path, std::strerror(errno)), "export");
}

// The file beside the wanted one that becomes it, or goes.
class Replacement {
  public:
    explicit Replacement(const std::string& path)
        : path_(path), temporary_(record::part_name(path)), file_(std::fopen(temporary_.c_str(), "wxe")) {}
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;
    ~Replacement() {
        if (!file_) return;
        std::fclose(file_);
        std::remove(temporary_.c_str());
    }

    [[nodiscard]] Result<void> write(std::string_view text) {
        if (!file_ || std::fwrite(text.data(), 1, text.size(), file_) != text.size()) return cannot_write(temporary_);
        return {};
    }

    [[nodiscard]] Result<void> finish() {
        if (!file_) return cannot_write(temporary_);
        const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
        if (closed && std::rename(temporary_.c_str(), path_.c_str()) == 0) return {};
        auto error = cannot_write(path_);
        std::remove(temporary_.c_str());
        return error;
    }

  private:
    std::string path_;
    std::string temporary_;
    std::FILE* file_;
};

}  // namespace

Result<std::uint64_t> export_ndjson(ObjectStore& store, std::string_view prefix, const std::string& path) {
    Replacement file(path);
    const auto objects = list_all(store, prefix);
    if (!objects) return fail(objects.error());
    std::uint64_t lines = 0;
    for (std::size_t from = 0; from < objects->size(); from += batch) {
        std::vector<std::string> keys;
        for (std::size_t i = from; i < std::min(from + batch, objects->size()); ++i) {
            const ObjectInfo& object = (*objects)[i];
            if (record::hidden(object.key, prefix)) continue;
            if (auto fault = record::size_fault(object.size)) return fail(ErrorCode::corrupt, std::move(*fault), "export", object.key);
            keys.push_back(object.key);
        }
        for (auto& object : store.get(keys)) {
            if (!object) return fail(object.error());
            if (!*object) continue;
            std::string& bytes = (*object)->bytes;
            if (!bytes.empty() && !bytes.ends_with('\n')) bytes += '\n';
            lines += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
            if (auto written = file.write(bytes); !written) return fail(written.error());
        }
    }
    if (auto finished = file.finish(); !finished) return fail(finished.error());
    return lines;
}

}  // namespace dualstore::dual
