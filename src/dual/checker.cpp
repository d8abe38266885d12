#include "dual/checker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "record/json.hpp"
#include "record/reader.hpp"
#include "record/text.hpp"

namespace dualstore::dual {
namespace {

// How many objects are held in memory at once: at 16 MiB each, still bounded.
constexpr std::size_t batch = 64;

struct Repair {
    bool done;
    std::string text;
};

Repair failed(const Error& error) {
    return {false, "not mended: " + error.message};
}

class Checker {
  public:
    Checker(ObjectStore& store, const record::Table& table, bool repair, CheckReport& report)
        : store_(store), table_(table), repair_(repair), report_(report) {}

    Result<void> run() {
        const auto objects = list_all(store_, table_.definition().location);
        if (!objects) return fail(objects.error());
        for (std::size_t from = 0; from < objects->size(); from += batch) {
            std::vector<std::string> keys;
            for (std::size_t i = from; i < std::min(from + batch, objects->size()); ++i) {
                const ObjectInfo& object = (*objects)[i];
                auto fault = record::size_fault(object.size);
                if (fault && !record::hidden(object.key, table_.definition().location)) {
                    ++report_.objects;
                    report_.findings.push_back({object.key, std::move(*fault), {}, true});
                } else {
                    keys.push_back(object.key);
                }
            }
            look_at(keys);
        }
        return {};
    }

  private:
    void look_at(const std::vector<std::string>& keys) {
        const auto objects = store_.get(keys);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (!objects[i]) {
                report_.findings.push_back({keys[i], objects[i].error().message, {}, true});
            } else if (*objects[i]) {
                ++report_.objects;
                look_at(keys[i], **objects[i]);
            }
        }
    }

    void look_at(const std::string& key, const Object& object) {
        if (record::hidden(key, table_.definition().location)) {
            report_.findings.push_back({key, "readers skip names that begin with '.' or '_'", {}, false});
            return;
        }
        std::string_view line = object.bytes;
        if (line.ends_with('\n')) line.remove_suffix(1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.find('\n') != line.npos || line.empty()) return several_lines(key, object, line);
        if (auto read = record::Line::read(table_.definition(), line); !read) return rewrite(key, object, read.error().message);
        const auto own = table_.own_key(line);
        if (own && *own != key) move(key, object, *own);
    }

    void several_lines(const std::string& key, const Object& object, std::string_view text) {
        if (text.empty()) return finding(key, "it is empty: expected one JSON object on one line", [&] { return set_aside(key, object); });
        if (record::parse_record(text)) return rewrite(key, object, "it is not on one line, which no reader of JSON tables takes");
        finding(key, "it holds several lines: expected one JSON object on one line (`dualstore put` takes such a file)",
                [&] { return set_aside(key, object); });
    }

    // Writes the object again as a writer would, where its values fit the table.
    void rewrite(const std::string& key, const Object& object, const std::string& problem) {
        finding(key, problem, [&]() -> Repair {
            auto bytes = table_.reencode(object.bytes);
            if (!bytes) return set_aside(key, object);
            const auto written = put_object(store_, key, *bytes, PutMode::if_match(object.etag));
            return written ? Repair{true, "written again as a record of this table"} : failed(written.error());
        });
    }

    void move(const std::string& key, const Object& object, const std::string& own) {
        finding(key, fmt::format("it is not at its key: its ids say {}", own), [&]() -> Repair {
            const auto written = put_object(store_, own, object.bytes, PutMode::create());
            if (!written && written.error().code == ErrorCode::conflict) return set_aside(key, object);
            return written ? remove_copied(key, object, "moved to " + own) : failed(written.error());
        });
    }

    // The last step of a move; whoever changed the object since keeps it.
    [[nodiscard]] Repair remove_copied(const std::string& key, const Object& object, std::string done) {
        const auto removed = remove_object(store_, key, object.etag);
        return removed ? Repair{true, std::move(done)} : failed(removed.error());
    }

    [[nodiscard]] Repair set_aside(const std::string& key, const Object& object) {
        for (int attempt = 0; attempt < 1000; ++attempt) {
            const std::string place = fmt::format("{}{}{}", set_aside_prefix, key, attempt == 0 ? "" : fmt::format(".{}", attempt));
            const auto written = put_object(store_, place, object.bytes, PutMode::create());
            if (!written && written.error().code == ErrorCode::conflict) continue;
            return written ? remove_copied(key, object, "set aside as " + place) : failed(written.error());
        }
        return {false, "not mended: too many objects of this name are set aside already"};
    }

    template <class Mend>
    void finding(const std::string& key, std::string problem, Mend mend) {
        const Repair repair = repair_ ? mend() : Repair{false, {}};
        report_.findings.push_back({key, std::move(problem), repair.text, !repair.done});
    }

    ObjectStore& store_;
    const record::Table& table_;
    bool repair_;
    CheckReport& report_;
};

}  // namespace

Result<CheckReport> check(ObjectStore& store, std::span<const record::Table* const> tables, bool repair) {
    CheckReport report;
    for (const auto* table : tables) {
        if (auto done = Checker(store, *table, repair, report).run(); !done) return fail(done.error());
    }
    return report;
}

}  // namespace dualstore::dual
