#include "dualstore/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "dual/checker.hpp"
#include "dual/engine_url.hpp"
#include "dual/exporter.hpp"
#include "dual/place.hpp"
#include "dual/queried_put.hpp"
#include "dual/table_check.hpp"
#include "object/directory_store.hpp"
#include "record/table.hpp"
#include "record/text.hpp"
#include "sql/catalog.hpp"
#include "sql/embedded_engine.hpp"
#include "sql/mirror_folder.hpp"

namespace dualstore {
namespace {

// The caller's definitions, then those the store knows, then the built-in ones; of one name the first.
std::vector<TableDefinition> merged(const std::vector<TableDefinition>& given, const std::vector<TableDefinition>& known) {
    std::vector<TableDefinition> all = given;  // a name that stands twice here is check_together's to find
    for (const auto* source : {&known, &builtin_tables()}) {
        const auto before = static_cast<std::ptrdiff_t>(all.size());
        for (const auto& table : *source) {
            const auto same_name = [&](const TableDefinition& one) { return one.name == table.name; };
            if (std::none_of(all.begin(), all.begin() + before, same_name)) all.push_back(table);
        }
    }
    std::sort(all.begin(), all.end(), [](const TableDefinition& a, const TableDefinition& b) { return a.name < b.name; });
    return all;
}

// What a crash left in a directory's own folder.
Result<void> add_leftovers(const dual::Place& place, CheckReport& report) {
    auto left = object::leftovers(place.root);
    if (!left) return fail(left.error());
    for (auto& path : *left) {
        report.findings.push_back({std::move(path), "a crashed writer left it; it goes with the next write", {}, false});
    }
    const sql::MirrorFolder mirror(place.mirror);
    if (mirror.leftovers().empty()) return {};
    if (const auto lock = mirror.try_lock()) {  // else they are a living writer's
        for (const auto& name : mirror.leftovers()) {
            report.findings.push_back({".dualstore/mirror/" + name, "a crashed query left it; it goes with the next one", {}, false});
        }
    }
    return {};
}

}  // namespace

struct Client::State {
    dual::Place place;
    std::shared_ptr<QueryEngine> engine;
    sql::EmbeddedOptions embedded;
    std::map<std::string, std::unique_ptr<record::Table>, std::less<>> tables;
    std::optional<dual::TableCheck> check;
    Verify verify = Verify::table;
    std::function<void(std::string_view)> warn;
    std::once_flag asked;  // whether the store can roll back
    Environment environment;

    [[nodiscard]] Result<const record::Table*> table(std::string_view name) const {
        const auto found = tables.find(record::fold(name));
        if (found != tables.end()) return found->second.get();
        std::string names;
        for (const auto& [known, ignored] : tables) names += (names.empty() ? "" : ", ") + known;
        return fail(ErrorCode::invalid_argument, fmt::format("there is no table '{}': the tables are {}", record::excerpt(name), names));
    }

    void warn_of_no_roll_back() {
        std::call_once(asked, [this] {
            const auto can = place.store->capabilities();
            if (!warn || !can || (can->create && can->if_match && can->remove_if_match)) return;
            warn(fmt::format("the server of {} has no conditional writes: a record that SQL does not show cannot be rolled back",
                             place.bucket));
        });
    }

    // The records are encoded: what remains is verification and the put, in the order that `verify` says.
    [[nodiscard]] std::vector<Result<Version>> store(const record::Table& table, std::span<const record::Encoded> records,
                                                     const PutMode& mode) {
        if (verify == Verify::query) {
            warn_of_no_roll_back();
            return dual::put_and_query(place, *engine, table, records, mode);
        }
        if (verify == Verify::table) {
            if (auto verified = check->verify(table.definition()); !verified) return {records.size(), fail(verified.error())};
        }
        std::vector<PutRequest> requests;
        requests.reserve(records.size());
        for (const auto& one : records) requests.push_back({one.key, one.bytes, mode});
        return place.store->put(requests);
    }
};

struct PreparedRecords::State {
    const record::Table* table = nullptr;  // the client's
    PutMode mode;
    std::vector<Result<PutResult>> outcomes;  // of those that are encoded, what is known before they are stored
    std::vector<record::Encoded> encoded;
    std::vector<std::size_t> position;  // of each encoded record among the outcomes
};

PreparedRecords::PreparedRecords(std::unique_ptr<State> state) : state_(std::move(state)) {}
PreparedRecords::PreparedRecords(PreparedRecords&&) noexcept = default;
PreparedRecords& PreparedRecords::operator=(PreparedRecords&&) noexcept = default;
PreparedRecords::~PreparedRecords() = default;

Result<Client> Client::open(ClientOptions options) {
    auto engine = dual::parse_engine_url(options.engine);
    if (!engine) return fail(engine.error());
    auto place = dual::open_place(options);
    if (!place) return fail(place.error());
    auto state = std::make_shared<State>();
    state->place = std::move(*place);
    state->verify = options.verify;
    state->warn = options.warn;
    state->environment = options.environment;
    std::vector<TableDefinition> known;
    if (!state->place.catalog.empty()) {
        auto loaded = sql::Catalog(state->place.catalog).load();
        if (!loaded) return fail(loaded.error());
        known = std::move(*loaded);
    }
    auto definitions = merged(options.tables, known);
    if (auto together = check_together(definitions); !together) return fail(together.error());
    for (const auto& definition : definitions) {
        state->tables.emplace(definition.name, std::make_unique<record::Table>(definition));
    }
    state->embedded = {.store = state->place.store,
                       .tables = std::move(definitions),
                       .database = options.database,
                       .url = state->place.location,
                       .mirror = state->place.mirror,
                       .catalog = state->place.catalog,
                       .remote = state->place.root.empty(),
                       .stale = options.stale,
                       .now = options.environment.now};
    auto opened = dual::open_engine(std::move(*engine), state->embedded, options.trace);
    if (!opened) return fail(opened.error());
    state->engine = std::move(*opened);
    state->check.emplace(state->place, *state->engine, options);
    return Client(std::move(state));
}

Result<PutResult> Client::put(std::string_view table, std::string_view json, const PutOptions& options) {
    return std::move(put_many(table, std::span(&json, 1), options).front());
}

std::vector<Result<PutResult>> Client::put_many(std::string_view table, std::span<const std::string_view> records,
                                                const PutOptions& options) {
    return store(prepare(table, records, options));
}

PreparedRecords Client::prepare(std::string_view name, std::span<const std::string_view> records, const PutOptions& options) const {
    auto state = std::make_unique<PreparedRecords::State>();
    auto& [table, mode, outcomes, encoded, position] = *state;
    mode = options.mode;
    if (auto found = state_->table(name)) {
        table = *found;
    } else {
        outcomes.assign(records.size(), fail(found.error()));
        return PreparedRecords(std::move(state));
    }
    outcomes.reserve(records.size());
    bool stopped = false;
    for (const auto json : records) {
        if (stopped) {
            outcomes.emplace_back(fail(ErrorCode::invalid_record, "not tried: a record before it was refused", "put"));
            continue;
        }
        auto one = table->encode(json, state_->environment, options.arguments);
        stopped = !one && options.stop_at_refused;
        if (one) {
            position.push_back(outcomes.size());
            outcomes.emplace_back(PutResult{one->key, {}, std::move(one->generated)});
            encoded.push_back(std::move(*one));
        } else {
            one.error().operation = "put";
            outcomes.emplace_back(fail(std::move(one.error())));
        }
    }
    return PreparedRecords(std::move(state));
}

std::vector<Result<PutResult>> Client::store(PreparedRecords records) {
    auto& [table, mode, outcomes, encoded, position] = *records.state_;
    if (encoded.empty()) return std::move(outcomes);
    auto stored = state_->store(*table, encoded, mode);
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (stored[i]) {
            outcomes[position[i]]->version = std::move(stored[i]->etag);
        } else {
            outcomes[position[i]] = fail(std::move(stored[i].error()));
        }
    }
    return std::move(outcomes);
}

Result<std::optional<Record>> Client::get(std::string_view name, std::span<const std::string> ids) {
    auto table = state_->table(name);
    if (!table) return fail(table.error());
    auto key = (*table)->key(ids);
    if (!key) return fail(key.error());
    auto object = get_object(*state_->place.store, *key);
    if (!object) return fail(object.error());
    if (!*object) return std::optional<Record>();
    return std::optional(Record{std::move(*key), std::move((*object)->bytes), std::move((*object)->etag)});
}

Result<std::optional<Record>> Client::get(std::string_view table, std::initializer_list<std::string> ids) {
    return get(table, std::span(ids.begin(), ids.size()));
}

Result<bool> Client::remove(std::string_view name, std::span<const std::string> ids, std::optional<std::string> expected_version) {
    auto table = state_->table(name);
    if (!table) return fail(table.error());
    auto key = (*table)->key(ids);
    if (!key) return fail(key.error());
    return remove_object(*state_->place.store, std::move(*key), std::move(expected_version));
}

Result<ObjectPage> Client::list(std::string_view name, std::string_view after, std::size_t limit) {
    auto table = state_->table(name);
    if (!table) return fail(table.error());
    return state_->place.store->list((*table)->definition().location, after, limit);
}

Result<QueryResult> Client::query(std::string_view sql, std::span<const Value> parameters, const QueryOptions& options) {
    return state_->engine->execute(sql, parameters, options);
}

Result<CheckReport> Client::check(std::string_view name, bool repair) {
    std::vector<const record::Table*> wanted;
    if (name.empty()) {
        for (const auto& [ignored, table] : state_->tables) wanted.push_back(table.get());
    } else {
        auto table = state_->table(name);
        if (!table) return fail(table.error());
        wanted.push_back(*table);
    }
    auto report = dual::check(*state_->place.store, wanted, repair);
    if (!report || !name.empty() || state_->place.root.empty()) return report;
    if (auto added = add_leftovers(state_->place, *report); !added) return fail(added.error());
    return report;
}

Result<std::uint64_t> Client::export_table(std::string_view name, ExportFormat format, const std::string& path) {
    auto table = state_->table(name);
    if (!table) return fail(table.error());
    std::error_code error;
    const auto there = std::filesystem::status(path, error);
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {  // a device, a pipe, a folder
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{} is there and is not a file, which the export would replace: name a file", path), "export");
    }
    if (format == ExportFormat::parquet) return sql::export_parquet(state_->embedded, (*table)->definition(), path);
    return dual::export_ndjson(*state_->place.store, (*table)->definition().location, path);
}

Result<void> Client::init() {
    // A bucket is not made here, so it is asked whether it is there.
    if (state_->place.root.empty()) {
        if (auto page = state_->place.store->list({}, {}, 1); !page) return fail(page.error());
    }
    for (const auto& definition : state_->embedded.tables) {
        if (auto settled = state_->check->settle(definition); !settled) return settled;
    }
    return {};
}

const std::vector<TableDefinition>& Client::tables() const {
    return state_->embedded.tables;
}

Result<TableDefinition> Client::describe(std::string_view name) const {
    auto table = state_->table(name);
    if (!table) return fail(table.error());
    return (*table)->definition();
}

const std::string& Client::bucket() const {
    return state_->place.bucket;
}
const std::shared_ptr<ObjectStore>& Client::objects() const {
    return state_->place.store;
}

const std::shared_ptr<QueryEngine>& Client::engine() const {
    return state_->engine;
}

}  // namespace dualstore
