#include "dualstore/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "dual/checker.hpp"
#include "dual/exporter.hpp"
#include "dual/store_url.hpp"
#include "object/directory_store.hpp"
#include "record/table.hpp"
#include "record/text.hpp"
#include "sql/catalog.hpp"
#include "sql/embedded_engine.hpp"

namespace dualstore {
namespace {

// How long the answer that a table can serve what was validated is believed.
constexpr std::chrono::seconds verified_for{60};

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

}  // namespace

struct Client::State {
    std::string root;
    std::string bucket;
    std::shared_ptr<ObjectStore> store;
    sql::EmbeddedOptions embedded;
    std::unique_ptr<QueryEngine> engine;
    sql::Catalog catalog{{}};
    std::map<std::string, std::unique_ptr<record::Table>, std::less<>> tables;
    Environment environment;

    std::mutex mutex;  // guards `verified`
    std::map<std::string, Environment::Time, std::less<>> verified;

    [[nodiscard]] Result<const record::Table*> table(std::string_view name) const {
        const auto found = tables.find(record::fold(name));
        if (found != tables.end()) return found->second.get();
        std::string names;
        for (const auto& [known, ignored] : tables) names += (names.empty() ? "" : ", ") + known;
        return fail(ErrorCode::invalid_argument, fmt::format("there is no table '{}': the tables are {}", record::excerpt(name), names));
    }

    // Makes the table known to the store, or finds it known as it is here.
    [[nodiscard]] Result<void> settle(const TableDefinition& definition) {
        auto known = engine->describe(definition.name);
        if (!known) return fail(known.error());
        if (!*known) return engine->create(definition, bucket);
        const std::string differs = sql::difference(definition, **known);
        if (differs.empty()) return {};
        return fail(
            ErrorCode::conflict,
            fmt::format("the store knows table {} by another definition: {}; change the definition, or remove {} to let the new one in",
                        definition.name, differs, (catalog.folder() / (definition.name + ".sql")).string()),
            "verify", definition.name);
    }

    // Step 1 of a write: the table can serve what was validated against it.
    [[nodiscard]] Result<void> verify(const record::Table& table) {
        const std::string& name = table.definition().name;
        const auto now = environment.now();
        const std::lock_guard lock(mutex);
        const auto last = verified.find(name);
        if (last != verified.end() && now >= last->second && now - last->second < verified_for) return {};
        auto settled = settle(table.definition());
        if (settled) verified[name] = now;
        return settled;
    }
};

Result<Client> Client::open(ClientOptions options) {
    auto url = dual::parse_store_url(options.store);
    if (!url) return fail(url.error());
    if (auto engine = dual::check_engine_url(options.engine); !engine) return fail(engine.error());
    auto state = std::make_shared<State>();
    state->root = url->root;
    state->bucket = url->bucket;
    state->environment = options.environment;
    auto store = open_directory_store(url->root, {.sync = url->sync, .create = options.create});
    if (!store) return fail(store.error());
    state->store = *store;
    const auto own = std::filesystem::path(url->root) / ".dualstore";
    state->catalog = sql::Catalog(own / "tables");
    auto known = state->catalog.load();
    if (!known) return fail(known.error());
    auto definitions = merged(options.tables, *known);
    if (auto together = check_together(definitions); !together) return fail(together.error());
    for (const auto& definition : definitions) {
        state->tables.emplace(definition.name, std::make_unique<record::Table>(definition));
    }
    state->embedded = {.store = state->store,
                       .tables = std::move(definitions),
                       .database = options.database,
                       .url = "file://" + url->root + "/",
                       .mirror = own / "mirror",
                       .catalog = state->catalog.folder()};
    state->engine = sql::make_embedded_engine(state->embedded);
    return Client(std::move(state));
}

Result<PutResult> Client::put(std::string_view table, std::string_view json, const PutOptions& options) {
    return std::move(put_many(table, std::span(&json, 1), options).front());
}

std::vector<Result<PutResult>> Client::put_many(std::string_view name, std::span<const std::string_view> records,
                                                const PutOptions& options) {
    auto table = state_->table(name);
    if (!table) return {records.size(), fail(table.error())};
    std::vector<Result<PutResult>> outcomes;
    outcomes.reserve(records.size());
    std::vector<record::Encoded> encoded;
    std::vector<std::size_t> position;  // of each encoded record among the outcomes
    bool stopped = false;
    for (const auto json : records) {
        if (stopped) {
            outcomes.emplace_back(fail(ErrorCode::invalid_record, "not tried: a record before it was refused", "put"));
            continue;
        }
        auto one = (*table)->encode(json, state_->environment, options.arguments);
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
    if (encoded.empty()) return outcomes;
    if (auto verified = state_->verify(**table); !verified) {
        for (const std::size_t i : position) outcomes[i] = fail(verified.error());
        return outcomes;
    }
    std::vector<PutRequest> requests;
    requests.reserve(encoded.size());
    for (const auto& one : encoded) requests.push_back({one.key, one.bytes, options.mode});
    auto stored = state_->store->put(requests);
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (stored[i]) {
            outcomes[position[i]]->version = std::move(stored[i]->etag);
        } else {
            outcomes[position[i]] = fail(std::move(stored[i].error()));
        }
    }
    return outcomes;
}

Result<std::optional<Record>> Client::get(std::string_view name, std::span<const std::string> ids) {
    auto table = state_->table(name);
    if (!table) return fail(table.error());
    auto key = (*table)->key(ids);
    if (!key) return fail(key.error());
    auto object = get_object(*state_->store, *key);
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
    return remove_object(*state_->store, std::move(*key), std::move(expected_version));
}

Result<ObjectPage> Client::list(std::string_view name, std::string_view after, std::size_t limit) {
    auto table = state_->table(name);
    if (!table) return fail(table.error());
    return state_->store->list((*table)->definition().location, after, limit);
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
    auto report = dual::check(*state_->store, wanted, repair);
    if (!report || !name.empty()) return report;
    auto left = object::leftovers(state_->root);
    if (!left) return fail(left.error());
    for (auto& path : *left)
        report->findings.push_back({std::move(path), "a crashed writer left it; it goes with the next write", {}, false});
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
    return dual::export_ndjson(*state_->store, (*table)->definition().location, path);
}

Result<void> Client::init() {
    for (const auto& definition : state_->embedded.tables) {
        if (auto settled = state_->settle(definition); !settled) return settled;
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
    return state_->bucket;
}
const std::shared_ptr<ObjectStore>& Client::objects() const {
    return state_->store;
}

}  // namespace dualstore
