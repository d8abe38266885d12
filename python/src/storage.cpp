#include "storage.hpp"

#include "dualstore/storage.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "calls.hpp"
#include "encode.hpp"
#include "errors.hpp"
#include "opened.hpp"
#include "query.hpp"
#include "record/table.hpp"
#include "result.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace dualstore::python {
namespace {

bool is_local(const StorageOptions& storage) {
    return !storage.home.empty() && (storage.engine.empty() || storage.engine == "embedded");
}

// With what the variables say now, whenever a forked child opens it again; `open` takes the options.
template <class Open>
auto opener(const Calls& calls, StorageOptions storage, Open open) {
    storage.warn = calls.warn();
    return [storage = std::move(storage), open = std::move(open)] { return open(storage); };
}

// Bytes, since another program may have put there what is no text.
nb::object bytes_or_none(const std::optional<std::string>& bytes) {
    return bytes ? nb::object(nb::bytes(bytes->data(), bytes->size())) : nb::none();
}

class PyS3Client {
  public:
    PyS3Client(std::string bucket, std::string region)
        : PyS3Client(StorageOptions::from_environment(), std::move(bucket), std::move(region)) {}

    std::string write_metadata(std::int64_t brandid, nb::handle metadata, std::string prefix) {
        return calls_.point([client = opened_.get(), brandid, json = record_text(metadata), prefix = std::move(prefix)]() mutable {
            return client.write_metadata(brandid, json, prefix);
        });
    }
    nb::object read_metadata(std::int64_t brandid, std::string prefix) {
        return bytes_or_none(calls_.point(
            [client = opened_.get(), brandid, prefix = std::move(prefix)]() mutable { return client.read_metadata(brandid, prefix); }));
    }
    std::string write_json(std::string key, nb::handle data) {
        return calls_.point(
            [client = opened_.get(), key = std::move(key), json = to_json(data)]() mutable { return client.write_json(key, json); });
    }
    nb::object read_json(std::string key) {
        return bytes_or_none(calls_.point([client = opened_.get(), key = std::move(key)]() mutable { return client.read_json(key); }));
    }
    std::vector<std::string> list_keys(std::string prefix) {
        return calls_.lengthy([client = opened_.get(), prefix = std::move(prefix)]() mutable { return client.list_keys(prefix); });
    }
    bool delete_key(std::string key) {
        return calls_.point([client = opened_.get(), key = std::move(key)]() mutable { return client.delete_key(key); });
    }
    bool key_exists(std::string key) {
        return calls_.point([client = opened_.get(), key = std::move(key)]() mutable { return client.key_exists(key); });
    }

  private:
    PyS3Client(StorageOptions storage, std::string bucket, std::string region)
        : calls_(!storage.home.empty()),
          opened_(opener(calls_, std::move(storage), [bucket = std::move(bucket), region = std::move(region)](const auto& options) {
              return dualstore::S3Client::open(bucket, region, options);
          })) {}

    Calls calls_;
    Opened<dualstore::S3Client> opened_;
};

class PyAthenaClient {
  public:
    explicit PyAthenaClient(AthenaClient::Options options)
        : calls_(false), opened_(opener(calls_, StorageOptions::from_environment(), [options = std::move(options)](const auto& storage) {
              return AthenaClient::open(options, storage);
          })) {}

    nb::list execute_query(std::string sql, nb::handle parameters) {
        return to_dicts(*run_query(calls_, bind_query(std::move(sql), parameters),
                                   [client = opened_.get()](const Query& query, const QueryOptions& options) mutable {
                                       return client.execute_query(query.sql, query.parameters, options);
                                   }));
    }
    nb::list query_table(std::string table, std::string columns, std::optional<std::string> where, std::optional<std::uint64_t> limit) {
        return to_dicts(*run_query(calls_, {},
                                   [client = opened_.get(), table = std::move(table), columns = std::move(columns),
                                    where = std::move(where), limit](const Query&, const QueryOptions& options) mutable {
                                       return client.query_table(table, columns, std::move(where), limit, options);
                                   }));
    }
    std::int64_t get_table_count(std::string table, std::optional<std::string> where) {
        std::stop_source stop;
        return calls_.lengthy(
            [client = opened_.get(), table = std::move(table), where = std::move(where), token = stop.get_token()]() mutable {
                return client.get_table_count(table, std::move(where), {.stop = token});
            },
            &stop);
    }

  private:
    Calls calls_;
    Opened<AthenaClient> opened_;
};

class PyDualStorageClient {
  public:
    using Written = DualStorageClient::Written;

    PyDualStorageClient(std::string bucket, std::string database, std::string region)
        : PyDualStorageClient(StorageOptions::from_environment(), std::move(bucket), std::move(database), std::move(region)) {}

    nb::dict write_metadata(std::int64_t brandid, nb::handle metadata) {
        return write(metadata,
                     [brandid](DualStorageClient& client, const std::string& json) { return client.write_metadata(brandid, json); });
    }
    nb::dict write_feedback(std::int64_t brandid, nb::handle feedback) {
        return write(feedback,
                     [brandid](DualStorageClient& client, const std::string& json) { return client.write_feedback(brandid, json); });
    }
    nb::dict write_workflow_execution(nb::handle execution) {
        return write(execution, [](DualStorageClient& client, const std::string& json) { return client.write_workflow_execution(json); });
    }
    nb::dict write_escalation(nb::handle escalation) {
        return write(escalation, [](DualStorageClient& client, const std::string& json) { return client.write_escalation(json); });
    }

    nb::object read_metadata(std::int64_t brandid) {
        return read([brandid](DualStorageClient& client) { return client.read_metadata(brandid); });
    }
    nb::object read_feedback(std::int64_t brandid, std::string feedback_id) {
        return read([brandid, id = std::move(feedback_id)](DualStorageClient& client) { return client.read_feedback(brandid, id); });
    }
    nb::object read_workflow_execution(std::string execution_id) {
        return read([id = std::move(execution_id)](DualStorageClient& client) { return client.read_workflow_execution(id); });
    }
    nb::object read_escalation(std::string brandid, std::string escalation_id) {
        return read([brandid = std::move(brandid), id = std::move(escalation_id)](DualStorageClient& client) {
            return client.read_escalation(brandid, id);
        });
    }

  private:
    template <class Call>
    nb::dict write(nb::handle record, Call call) {
        const Written written = calls_.point([client = opened_.get(), json = record_text(record), call = std::move(call)]() mutable {
            auto outcome = call(client, json);
            if (!outcome) outcome.error().message.erase(0, write_failure.size());  // shared.storage says it of all its failures
            return outcome;
        });
        nb::dict result;
        result["s3_key"] = written.s3_key;
        result["status"] = written.status;
        result["bucket"] = written.bucket;
        result["table"] = written.table;
        if (written.feedback_id) result["feedback_id"] = *written.feedback_id;
        if (written.escalation_id) result["escalation_id"] = *written.escalation_id;
        return result;
    }

    template <class Call>
    nb::object read(Call call) {
        return bytes_or_none(calls_.point([client = opened_.get(), call = std::move(call)]() mutable { return call(client); }));
    }

    PyDualStorageClient(StorageOptions storage, std::string bucket, std::string database, std::string region)
        : calls_(is_local(storage)),
          opened_(opener(calls_, std::move(storage),
                         [bucket = std::move(bucket), database = std::move(database), region = std::move(region)](const auto& options) {
                             return DualStorageClient::open(bucket, database, region, options);
                         })) {}

    Calls calls_;
    Opened<DualStorageClient> opened_;
};

const record::Table& builtin_table(const std::string& name) {
    static const auto tables = [] {
        std::map<std::string, record::Table> known;
        for (const auto& definition : builtin_tables()) known.try_emplace(definition.name, definition);
        return known;
    }();
    return tables.at(name);
}

// The key of a client that is driven by its methods: the ids as they are.
std::string plain_key(const std::string& name, const std::vector<std::string>& ids) {
    const record::Table& table = builtin_table(name);
    return table.definition().location + table.key_template().plain(ids);
}

// What such a client is given: that key, the record's bytes with its automatic fields, and the generated ids.
nb::object prepare(const std::string& name, nb::handle record, const nb::dict& arguments) {
    const record::Table& table = builtin_table(name);
    const auto encoded = value_or_throw(table.encode(record_text(record), Environment::system(), to_arguments(arguments)));
    const auto ids = table.key_template().ids(std::string_view(encoded.key).substr(table.definition().location.size()));
    nb::dict generated;
    for (const auto& [field, value] : encoded.generated) generated[nb::cast(field)] = nb::cast(value);
    return nb::make_tuple(plain_key(name, *ids), nb::bytes(encoded.bytes.data(), encoded.bytes.size()), generated);
}

}  // namespace

void bind_storage(nb::module_& module) {
    module.attr("write_failure") = std::string(write_failure);
    module.attr("default_bucket") = std::string(default_bucket);
    module.attr("default_database") = std::string(default_database);
    module.attr("default_region") = std::string(default_region);
    module.def("plain_key", &plain_key, "table"_a, "ids"_a);
    module.def("prepare", &prepare, "table"_a, "record"_a, "arguments"_a);

    nb::class_<PyS3Client>(module, "S3Client")
        .def(nb::init<std::string, std::string>(), "bucket"_a, "region"_a)
        .def("write_metadata", &PyS3Client::write_metadata, "brandid"_a, "metadata"_a, "prefix"_a)
        .def("read_metadata", &PyS3Client::read_metadata, "brandid"_a, "prefix"_a)
        .def("write_json", &PyS3Client::write_json, "key"_a, "data"_a.none())
        .def("read_json", &PyS3Client::read_json, "key"_a)
        .def("list_keys", &PyS3Client::list_keys, "prefix"_a)
        .def("delete_key", &PyS3Client::delete_key, "key"_a)
        .def("key_exists", &PyS3Client::key_exists, "key"_a);

    nb::class_<PyAthenaClient>(module, "AthenaClient")
        .def(
            "__init__",
            [](PyAthenaClient* self, std::string database, std::string region, std::string output_location, std::string workgroup,
               std::string catalog, std::optional<int> max_retries) {
                new (self) PyAthenaClient({.database = std::move(database),
                                           .region = std::move(region),
                                           .output_location = std::move(output_location),
                                           .workgroup = std::move(workgroup),
                                           .catalog = std::move(catalog),
                                           .max_retries = max_retries});
            },
            "database"_a, "region"_a, "output_location"_a, "workgroup"_a, "catalog"_a, "max_retries"_a.none())
        .def("execute_query", &PyAthenaClient::execute_query, "sql"_a, "parameters"_a.none())
        .def("query_table", &PyAthenaClient::query_table, "table"_a, "columns"_a, "where"_a.none(), "limit"_a.none())
        .def("get_table_count", &PyAthenaClient::get_table_count, "table"_a, "where"_a.none());

    nb::class_<PyDualStorageClient>(module, "DualStorageClient")
        .def(nb::init<std::string, std::string, std::string>(), "bucket"_a, "database"_a, "region"_a)
        .def("write_metadata", &PyDualStorageClient::write_metadata, "brandid"_a, "metadata"_a)
        .def("write_feedback", &PyDualStorageClient::write_feedback, "brandid"_a, "feedback"_a)
        .def("write_workflow_execution", &PyDualStorageClient::write_workflow_execution, "execution"_a)
        .def("write_escalation", &PyDualStorageClient::write_escalation, "escalation"_a)
        .def("read_metadata", &PyDualStorageClient::read_metadata, "brandid"_a)
        .def("read_feedback", &PyDualStorageClient::read_feedback, "brandid"_a, "feedback_id"_a)
        .def("read_workflow_execution", &PyDualStorageClient::read_workflow_execution, "execution_id"_a)
        .def("read_escalation", &PyDualStorageClient::read_escalation, "brandid"_a, "escalation_id"_a);
}

}  // namespace dualstore::python
