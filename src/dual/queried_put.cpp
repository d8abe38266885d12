#include "dual/queried_put.hpp"

#include <fmt/format.h>

#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "dual/select.hpp"

namespace dualstore::dual {
namespace {

constexpr int looks = 10;  // at what is there, while others write the same keys

struct Written {
    std::size_t record;
    Version own;
    std::optional<Object> before;  // what it replaced
};

class Group {
  public:
    Group(const Place& place, QueryEngine& engine, const record::Table& table, bool conditional)
        : place_(place), engine_(engine), table_(table), conditional_(conditional) {}

    // Records of distinct keys.
    void put(std::span<const record::Encoded> records, const PutMode& mode, std::span<Result<Version>> outcomes) {
        written_.clear();
        std::vector<std::size_t> pending(records.size());
        std::iota(pending.begin(), pending.end(), std::size_t{0});
        for (int look = 1; !pending.empty(); ++look) pending = put_over(records, pending, mode, look == looks, outcomes);
        if (written_.empty()) return;
        const auto shown = ask(records);
        for (const Written& one : written_) {
            const std::string& key = records[one.record].key;
            if (shown && shown->contains(place_.location + key)) continue;
            const std::string why = shown ? "the table does not show the record" : shown.error().message;
            outcomes[one.record] = fail(take_back(one, key, shown ? ErrorCode::unavailable : shown.error().code, why));
        }
    }

  private:
    // Puts each record on the condition that what a look finds is still there. Returns those to be tried again: someone else was between.
    std::vector<std::size_t> put_over(std::span<const record::Encoded> records, const std::vector<std::size_t>& pending,
                                      const PutMode& mode, bool last, std::span<Result<Version>> outcomes) {
        std::vector<std::string> keys;
        for (const std::size_t i : pending) keys.push_back(records[i].key);
        auto there = conditional_ ? place_.store->get(keys) : std::vector<Result<std::optional<Object>>>(keys.size());
        std::vector<PutRequest> requests;
        std::vector<Written> asked;
        for (std::size_t n = 0; n < pending.size(); ++n) {
            const std::size_t i = pending[n];
            if (!there[n]) {
                outcomes[i] = fail(std::move(there[n].error()));
            } else if (auto refused = refusal(mode, *there[n])) {
                outcomes[i] = fail(ErrorCode::conflict, std::string(*refused), "put", keys[n]);
            } else {
                const PutMode seen = *there[n] ? PutMode::if_match((*there[n])->etag) : PutMode::create();
                requests.push_back({keys[n], records[i].bytes, conditional_ ? seen : mode});
                asked.push_back({i, {}, std::move(*there[n])});
            }
        }
        auto stored = place_.store->put(requests);
        std::vector<std::size_t> again;
        for (std::size_t n = 0; n < asked.size(); ++n) {
            const bool outrun = !stored[n] && stored[n].error().code == ErrorCode::conflict;
            if (outrun && mode.kind == PutMode::Kind::replace && conditional_ && !last) {
                again.push_back(asked[n].record);
                continue;
            }
            outcomes[asked[n].record] = stored[n];
            if (!stored[n]) continue;
            asked[n].own = std::move(*stored[n]);
            written_.push_back(std::move(asked[n]));
        }
        return again;
    }

    // Why the caller's condition does not hold over what is there.
    [[nodiscard]] std::optional<std::string_view> refusal(const PutMode& mode, const std::optional<Object>& there) const {
        if (!conditional_) return std::nullopt;
        if (mode.kind == PutMode::Kind::create && there) return "an object with this key is there already";
        if (mode.kind != PutMode::Kind::if_match || (there && there->etag == mode.etag)) return std::nullopt;
        if (!there) return "no object has this key, so not the expected version";
        return "another version than the expected one is there: read it again";
    }

    // The paths of those that SQL shows. All columns are read, so that a value the reader cannot take fails here.
    Result<std::set<std::string>> ask(std::span<const record::Encoded> records) {
        std::string paths;
        for (const Written& one : written_) {
            std::string path = place_.location + records[one.record].key;
            for (std::size_t quote = 0; (quote = path.find('\'', quote)) != std::string::npos; quote += 2) path.insert(quote, 1, '\'');
            paths += fmt::format("{}'{}'", paths.empty() ? "" : ", ", path);
        }
        auto answer = engine_.execute(select_from(table_.definition(), "\"$path\", *", fmt::format("\"$path\" IN ({})", paths)), {});
        if (!answer) return fail(std::move(answer.error()));
        std::set<std::string> shown;
        for (const auto& row : answer->rows) {
            if (const auto* path = std::get_if<std::string>(&row.at(0))) shown.insert(*path);
        }
        return shown;
    }

    Error take_back(const Written& one, const std::string& key, ErrorCode code, const std::string& why) {
        Error error{code, Retry::never, "put", key, fmt::format("the record is stored but could not be verified in SQL: {}", why)};
        if (!conditional_) {
            error.message += fmt::format("; this store cannot roll back safely, so it stays. {}{}", manual_cleanup, key);
            return error;
        }
        Result<bool> undone = true;
        if (!one.own.id.empty()) {
            undone = remove({key, {}, one.own.id});
        } else if (one.before) {
            auto restored = put_object(*place_.store, key, one.before->bytes, PutMode::if_match(one.own.etag));
            if (!restored) undone = fail(std::move(restored.error()));
        } else {
            undone = remove({key, one.own.etag, {}});
        }
        if (undone) {
            error.message += one.before ? "; rolled back: the version before is there again" : "; rolled back: it is removed";
        } else if (undone.error().code == ErrorCode::conflict) {
            error.message += "; another writer has replaced it since, and that stays";
        } else {
            error.code = ErrorCode::outcome_unknown;
            error.message += fmt::format("; rollback also failed: {}. {}{}", undone.error().message, manual_cleanup, key);
        }
        return error;
    }

    Result<bool> remove(const RemoveRequest& request) { return std::move(place_.store->remove({&request, 1}).front()); }

    const Place& place_;
    QueryEngine& engine_;
    const record::Table& table_;
    bool conditional_;
    std::vector<Written> written_;
};

}  // namespace

std::vector<Result<Version>> put_and_query(const Place& place, QueryEngine& engine, const record::Table& table,
                                           std::span<const record::Encoded> records, const PutMode& mode) {
    auto can = place.store->capabilities();
    if (!can) return {records.size(), fail(can.error())};
    Group group(place, engine, table, can->create && can->if_match && can->remove_if_match);
    std::vector<Result<Version>> outcomes(records.size());
    // Records of one key are verified one after another: of two in one query, only the last would be shown.
    for (std::size_t from = 0; from < records.size();) {
        std::set<std::string_view> keys;
        std::size_t to = from;
        while (to < records.size() && keys.insert(records[to].key).second) ++to;
        group.put(records.subspan(from, to - from), mode, std::span(outcomes).subspan(from, to - from));
        from = to;
    }
    return outcomes;
}

}  // namespace dualstore::dual
