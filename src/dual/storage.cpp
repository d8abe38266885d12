#include "dualstore/storage.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "dual/engine_url.hpp"
#include "dual/home.hpp"
#include "dual/select.hpp"
#include "record/json.hpp"
#include "record/text.hpp"
#include "record/validator.hpp"

namespace dualstore {
namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::string engine_or(const StorageOptions& storage, const std::string& otherwise) {
    return storage.engine.empty() ? otherwise : storage.engine;
}

Result<Client> open_directory(const dual::Home& home, std::string_view bucket, std::string_view database, const StorageOptions& storage) {
    auto folder = home.bucket_folder(bucket);
    if (!folder) return fail(folder.error());
    // With a setting of its own, a '?' before it is the folder's.
    return Client::open({.store = fmt::format("file:{}?sync=on", *folder),
                         .engine = engine_or(storage, "embedded"),
                         .database = std::string(database),
                         .warn = storage.warn});
}

// Regions and databases come from configuration; in an URL they must not turn into settings.
Result<void> check_name(std::string_view name, std::string_view what) {
    if (!name.empty() && name.find_first_of("/?&#%@: ") == name.npos) return {};
    return fail(ErrorCode::invalid_argument, fmt::format("'{}' is no {} name", record::excerpt(name), what));
}

Result<void> check_table_name(std::string_view table) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$";
    if (!table.empty() && table.find_first_not_of(letters) == table.npos) return {};
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no table name: expected letters, digits and '_'", record::excerpt(table)));
}

Result<Client> open_cloud(std::string_view bucket, std::string_view database, std::string_view region, const StorageOptions& storage) {
    for (const auto& checked : {dual::check_bucket_name(bucket), check_name(database, "database"), check_name(region, "region")}) {
        if (!checked) return fail(checked.error());
    }
    return Client::open({.store = fmt::format("s3://{}?region={}", bucket, region),
                         .engine = engine_or(storage, fmt::format("athena://{}?region={}", database, region)),
                         .database = std::string(database),
                         .warn = storage.warn});
}

std::string without_line_break(std::string bytes) {
    if (bytes.ends_with('\n')) bytes.pop_back();
    return bytes;
}

std::string metadata_key(std::int64_t brandid, std::string_view prefix) {
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    return fmt::format("{}/brand_{}.json", prefix, brandid);
}

// S3Client refuses what a file system could not hold under its own name.
Result<void> check_raw_key(std::string_view key) {
    for (std::size_t from = 0; from <= key.size();) {
        const std::size_t to = std::min(key.find('/', from), key.size());
        if (to - from > 255) return fail(ErrorCode::invalid_argument, "a part of the key is longer than 255 bytes", {}, std::string(key));
        from = to + 1;
    }
    return {};
}

// One JSON value on one line; with `brandid`, set in the object, in its place or at the end.
Result<std::string> compact(std::string_view json, std::optional<std::int64_t> brandid) {
    auto document = brandid ? record::parse_record(json) : record::parse_json(json);
    if (!document) return fail(document.error());
    yyjson_val* root = yyjson_doc_get_root(document->get());
    record::Walk walk;
    if (!brandid) {
        if (auto done = record::append_checked(walk, root, nullptr, {}, 0); !done) return fail(done.error());
        return walk.bytes + '\n';
    }
    if (auto distinct = record::check_names(root, {}); !distinct) return fail(distinct.error());
    bool found = false;
    for (const auto [name, value] : record::Members(root)) {
        walk.bytes += walk.bytes.empty() ? '{' : ',';
        record::append_json_string(walk.bytes, name);
        walk.bytes += ':';
        if (record::fold(name) == "brandid") {
            found = true;
            walk.bytes += fmt::format("{}", *brandid);
        } else if (auto done = record::append_checked(walk, value, nullptr, {}, 1); !done) {
            return fail(done.error());
        }
    }
    if (!found) walk.bytes += fmt::format("{}\"brandid\":{}", walk.bytes.empty() ? "{" : ",", *brandid);
    return walk.bytes + "}\n";
}

Result<std::optional<std::string>> read_text(ObjectStore& store, std::string_view key) {
    auto object = get_object(store, std::string(key));
    if (!object) return fail(object.error());
    if (!*object) return std::optional<std::string>();
    return std::optional(without_line_break(std::move((*object)->bytes)));
}

Result<std::string> put_text(ObjectStore& store, std::string key, const Result<std::string>& bytes) {
    if (!bytes) return fail(bytes.error());
    if (auto fits = check_raw_key(key); !fits) return fail(fits.error());
    auto written = put_object(store, key, *bytes);
    if (!written) return fail(written.error());
    return key;
}

}  // namespace

StorageOptions StorageOptions::from_environment() {
    std::error_code error;
    const std::string home = variable("DUALSTORE_HOME");
    auto absolute = home.empty() ? std::filesystem::path() : std::filesystem::absolute(home, error);
    return {.home = error ? home : absolute.string(), .engine = variable("DUALSTORE_ENGINE")};
}

Result<S3Client> S3Client::open(std::string bucket, std::string region, const StorageOptions& storage) {
    if (const auto home = dual::Home::in(storage.home)) {
        auto folder = home->bucket_folder(bucket);
        if (!folder) return fail(folder.error());
        auto store = open_directory_store(*folder);
        if (!store) return fail(store.error());
        return S3Client(std::move(*store));
    }
    if (auto fits = dual::check_bucket_name(bucket); !fits) return fail(fits.error());
    auto store = open_s3_store({.bucket = std::move(bucket), .aws = {.region = std::move(region)}});
    if (!store) return fail(store.error());
    return S3Client(std::move(*store));
}

Result<std::string> S3Client::write_metadata(std::int64_t brandid, std::string_view metadata, std::string_view prefix) {
    return put_text(*store_, metadata_key(brandid, prefix), compact(metadata, brandid));
}

Result<std::optional<std::string>> S3Client::read_metadata(std::int64_t brandid, std::string_view prefix) {
    return read_text(*store_, metadata_key(brandid, prefix));
}

Result<std::string> S3Client::write_json(std::string_view key, std::string_view json) {
    return put_text(*store_, std::string(key), compact(json, std::nullopt));
}

Result<std::optional<std::string>> S3Client::read_json(std::string_view key) {
    return read_text(*store_, key);
}

Result<std::vector<std::string>> S3Client::list_keys(std::string_view prefix) {
    std::vector<std::string> keys;
    auto objects = list_all(*store_, prefix);
    if (!objects) return fail(objects.error());
    for (auto& object : *objects) keys.push_back(std::move(object.key));
    return keys;
}

Result<bool> S3Client::delete_key(std::string_view key) {
    return remove_object(*store_, std::string(key));
}

Result<bool> S3Client::key_exists(std::string_view key) {
    auto found = store_->head(std::string(key));
    if (!found) return fail(found.error());
    return found->has_value();
}

namespace {

// Where the tables of a database are, for the embedded engine over buckets, which have no catalog: what the DualStorageClients of this
// process said. Safe to use from many threads.
class NamedDatabases {
  public:
    static NamedDatabases& of_this_process() {
        static auto& databases = *new NamedDatabases;
        return databases;
    }

    void name(const std::string& database, const std::string& bucket) {
        const std::scoped_lock lock(mutex_);
        buckets_[database] = bucket;
    }

    // Empty: nobody named it.
    [[nodiscard]] std::string bucket_of(const std::string& database) {
        const std::scoped_lock lock(mutex_);
        const auto found = buckets_.find(database);
        return found == buckets_.end() ? std::string() : found->second;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::string> buckets_;
};

// The bucket of "s3://bucket/prefix/"; empty where it names none.
std::string bucket_in(std::string_view output_location) {
    if (!output_location.starts_with("s3://")) return {};
    output_location.remove_prefix(5);
    return std::string(output_location.substr(0, output_location.find('/')));
}

// An engine over a bucket, where there is no Athena or Trino that would know the database's tables.
Result<std::shared_ptr<QueryEngine>> open_engine_of_bucket(const AthenaClient::Options& options, const StorageOptions& storage) {
    const auto home = dual::Home::in(storage.home);
    auto bucket = home ? home->bucket_of(options.database) : NamedDatabases::of_this_process().bucket_of(options.database);
    if (!bucket) return fail(bucket.error());
    if (bucket->empty()) *bucket = bucket_in(options.output_location);
    if (bucket->empty()) {
        return fail(ErrorCode::not_found,
                    fmt::format("nobody named the database {} yet: open a DualStorageClient with it, or give output_location "
                                "('s3://bucket/prefix/') for the built-in tables of that bucket",
                                record::excerpt(options.database)));
    }
    auto client =
        home ? open_directory(*home, *bucket, options.database, storage) : open_cloud(*bucket, options.database, options.region, storage);
    if (!client) return fail(client.error());
    return client->engine();
}

}  // namespace

Result<AthenaClient> AthenaClient::open(Options options, const StorageOptions& storage) {
    if (!storage.home.empty() || storage.engine == "embedded") {
        auto engine = open_engine_of_bucket(options, storage);
        if (!engine) return fail(engine.error());
        return AthenaClient(std::move(*engine));
    }
    AthenaOptions athena{
        .database = std::move(options.database), .workgroup = std::move(options.workgroup), .output = std::move(options.output_location)};
    if (!options.catalog.empty()) athena.catalog = std::move(options.catalog);
    athena.aws.region = std::move(options.region);
    athena.aws.max_retries = options.max_retries;
    dual::EnginePlace place = std::move(athena);
    if (!storage.engine.empty()) {
        auto parsed = dual::parse_engine_url(storage.engine);
        if (!parsed) return fail(parsed.error());
        place = std::move(*parsed);
    }
    auto engine = dual::open_engine(std::move(place), {}, {});
    if (!engine) return fail(engine.error());
    return AthenaClient(std::move(*engine));
}

Result<QueryResult> AthenaClient::execute_query(std::string_view query, std::span<const Value> parameters, const QueryOptions& options) {
    return engine_->execute(query, parameters, options);
}

Result<QueryResult> AthenaClient::query_table(std::string_view table, std::string_view columns, std::optional<std::string> where,
                                              std::optional<std::uint64_t> limit, const QueryOptions& options) {
    if (auto fits = check_table_name(table); !fits) return fail(fits.error());
    // A definition tells the database and the types; the engine, whether there is such a table.
    auto known = engine_->describe(table);
    TableDefinition definition;
    definition.name = record::fold(table);
    if (known && *known) definition = std::move(**known);
    return dual::select_rows(*engine_, definition, columns, where, limit, options);
}

Result<std::int64_t> AthenaClient::get_table_count(std::string_view table, std::optional<std::string> where, const QueryOptions& options) {
    auto result = query_table(table, "count(*)", std::move(where), {}, options);
    if (!result) return fail(result.error());
    return std::get<std::int64_t>(result->rows.at(0).at(0));
}

Result<DualStorageClient> DualStorageClient::open(std::string bucket, std::string database, std::string region,
                                                  const StorageOptions& storage) {
    const auto home = dual::Home::in(storage.home);
    if (auto fits = dual::check_bucket_name(bucket); !fits) return fail(fits.error());
    if (home) {
        if (auto named = home->name_database(database, bucket); !named) return fail(named.error());
    }
    auto client = home ? open_directory(*home, bucket, database, storage) : open_cloud(bucket, database, region, storage);
    if (!client) return fail(client.error());
    if (!home && client->engine()->name() == "embedded") NamedDatabases::of_this_process().name(database, bucket);
    return DualStorageClient(std::move(*client));
}

Result<DualStorageClient::Written> DualStorageClient::write(std::string_view table, std::string_view json, const PutOptions& options) {
    auto stored = client_.put(table, json, options);
    if (!stored) {
        stored.error().message.insert(0, write_failure);
        return fail(std::move(stored.error()));
    }
    Written written{stored->key, "success", client_.bucket(), std::string(table), {}, {}};
    for (const auto& [field, value] : stored->generated) {
        if (field == "feedback_id") written.feedback_id = value;
        if (field == "escalation_id") written.escalation_id = value;
    }
    return written;
}

Result<DualStorageClient::Written> DualStorageClient::write_metadata(std::int64_t brandid, std::string_view metadata) {
    return write("generated_metadata", metadata, {.arguments = {{"brandid", std::to_string(brandid)}}});
}

Result<DualStorageClient::Written> DualStorageClient::write_feedback(std::int64_t brandid, std::string_view feedback) {
    return write("feedback_history", feedback, {.arguments = {{"brandid", std::to_string(brandid)}}});
}

Result<DualStorageClient::Written> DualStorageClient::write_workflow_execution(std::string_view execution) {
    return write("workflow_executions", execution, {});
}

Result<DualStorageClient::Written> DualStorageClient::write_escalation(std::string_view escalation) {
    return write("escalations", escalation, {});
}

Result<std::optional<std::string>> DualStorageClient::read(std::string_view table, std::vector<std::string> ids) {
    auto record = client_.get(table, ids);
    if (!record) return fail(record.error());
    if (!*record) return std::optional<std::string>();
    return std::optional(without_line_break(std::move((*record)->bytes)));
}

Result<std::optional<std::string>> DualStorageClient::read_metadata(std::int64_t brandid) {
    return read("generated_metadata", {std::to_string(brandid)});
}

Result<std::optional<std::string>> DualStorageClient::read_feedback(std::int64_t brandid, std::string_view feedback_id) {
    return read("feedback_history", {std::to_string(brandid), std::string(feedback_id)});
}

Result<std::optional<std::string>> DualStorageClient::read_workflow_execution(std::string_view execution_id) {
    return read("workflow_executions", {std::string(execution_id)});
}

Result<std::optional<std::string>> DualStorageClient::read_escalation(std::string_view brandid, std::string_view escalation_id) {
    return read("escalations", {std::string(brandid), std::string(escalation_id)});
}

}  // namespace dualstore
