#include "dualstore/storage.hpp"

#include <fmt/format.h>

#include "dual/home.hpp"
#include "dual/select.hpp"
#include "record/json.hpp"
#include "record/text.hpp"
#include "record/validator.hpp"

namespace dualstore {
namespace {

Result<Client> open_bucket(const dual::Home& home, std::string_view bucket, std::string_view database) {
    auto url = home.bucket_url(bucket);
    if (!url) return fail(url.error());
    return Client::open({.store = std::move(*url), .database = std::string(database)});
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

// The region is AWS's; a directory has none.
Result<S3Client> S3Client::open(std::string bucket, std::string) {
    const auto home = dual::Home::from_environment();
    if (!home) return fail(home.error());
    auto client = open_bucket(*home, bucket, default_database);
    if (!client) return fail(client.error());
    return S3Client(client->objects());
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

Result<AthenaClient> AthenaClient::open(Options options) {
    const auto home = dual::Home::from_environment();
    if (!home) return fail(home.error());
    auto bucket = home->bucket_of(options.database);
    if (!bucket) return fail(bucket.error());
    if (bucket->empty()) {
        std::string_view output = options.output_location;
        if (!output.starts_with("s3://")) {
            return fail(ErrorCode::not_found,
                        fmt::format("nobody named the database {} yet: open a DualStorageClient with it, or give output_location "
                                    "('s3://bucket/prefix/') for the built-in tables of that bucket",
                                    options.database));
        }
        output.remove_prefix(5);
        *bucket = output.substr(0, output.find('/'));
    }
    auto client = open_bucket(*home, *bucket, options.database);
    if (!client) return fail(client.error());
    return AthenaClient(std::move(*client));
}

Result<QueryResult> AthenaClient::execute_query(std::string_view query, std::span<const Value> parameters) {
    return client_.query(query, parameters);
}

Result<QueryResult> AthenaClient::query_table(std::string_view table, std::string_view columns, std::optional<std::string> where,
                                              std::optional<std::uint64_t> limit) {
    auto definition = client_.describe(table);
    if (!definition) return fail(definition.error());
    std::string sql = dual::select_from(*definition, columns, where);
    if (limit) sql += fmt::format(" LIMIT {}", *limit);
    return client_.query(sql);
}

Result<std::int64_t> AthenaClient::get_table_count(std::string_view table, std::optional<std::string> where) {
    auto result = query_table(table, "count(*)", std::move(where));
    if (!result) return fail(result.error());
    return std::get<std::int64_t>(result->rows.at(0).at(0));
}

Result<DualStorageClient> DualStorageClient::open(std::string bucket, std::string database, std::string) {
    const auto home = dual::Home::from_environment();
    if (!home) return fail(home.error());
    if (auto named = home->name_database(database, bucket); !named) return fail(named.error());
    auto client = open_bucket(*home, bucket, database);
    if (!client) return fail(client.error());
    return DualStorageClient(std::move(*client));
}

Result<DualStorageClient::Written> DualStorageClient::write(std::string_view table, std::string_view json, const PutOptions& options) {
    auto stored = client_.put(table, json, options);
    if (!stored) {
        stored.error().message = "Failed to write to dual storage: " + stored.error().message;
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
