#include "client.hpp"

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "calls.hpp"
#include "dual/store_url.hpp"
#include "dualstore/client.hpp"
#include "encode.hpp"
#include "errors.hpp"
#include "opened.hpp"
#include "query.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace dualstore::python {
namespace {

Verify verify_of(const std::string& name) {
    if (name == "table") return Verify::table;
    if (name == "none") return Verify::none;
    if (name == "query") return Verify::query;
    throw Failed(ErrorCode::invalid_argument, fmt::format("verify is 'table', 'query' or 'none', not '{}'", name));
}

// A path's.
std::string text_of(const nb::bytes& bytes) {
    return {bytes.c_str(), bytes.size()};
}

PutOptions put_options(const std::optional<std::string>& expected_version, bool only_if_new, const nb::dict& arguments) {
    PutOptions options;
    if (expected_version && only_if_new) {
        throw Failed(ErrorCode::invalid_argument, "a record cannot be new and have an expected version: give one of them");
    }
    if (expected_version) options.mode = PutMode::if_match(*expected_version);
    if (only_if_new) options.mode = PutMode::create();
    options.arguments = to_arguments(arguments);
    return options;
}

nb::object result_of(const PutResult& put) {
    nb::dict generated;
    for (const auto& [field, value] : put.generated) generated[nb::cast(field)] = nb::cast(value);
    return nb::make_tuple(put.key, put.version, generated);
}

std::string absolute(const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).string();
}

// What a forked child opens again, from wherever it is, is the same store with the same tables.
ClientOptions settled(ClientOptions options, const std::string& tables) {
    const auto place = value_or_throw(dual::parse_store_url(options.store));
    if (const auto* directory = std::get_if<dual::DirectoryPlace>(&place)) {
        options.store = fmt::format("file:{}?sync={}", directory->root, directory->sync ? "on" : "off");
    }
    options.cache = absolute(options.cache);
    if (!tables.empty()) options.tables = value_or_throw(load_tables(tables));
    return options;
}

class PyClient {
  public:
    explicit PyClient(ClientOptions options)
        : calls_(options.store.starts_with("file:") && options.engine == "embedded"), opened_([&] {
              options.warn = calls_.warn();
              return [options = std::move(options)] { return Client::open(options); };
          }()) {}

    nb::object put(std::string table, nb::handle record, const std::optional<std::string>& expected_version, bool only_if_new,
                   const nb::dict& arguments) {
        auto options = put_options(expected_version, only_if_new, arguments);
        return result_of(calls_.point([client = opened_.get(), table = std::move(table), json = record_text(record),
                                       options = std::move(options)]() mutable { return client.put(table, json, options); }));
    }

    nb::list put_many(std::string table, const nb::list& records, bool stop_at_refused, bool only_if_new, const nb::dict& arguments) {
        auto options = put_options({}, only_if_new, arguments);
        options.stop_at_refused = stop_at_refused;
        // What Python has no JSON for is refused as the library refuses: the others go on, or are not tried.
        std::vector<std::optional<Error>> refused;
        std::vector<std::string> texts;
        for (const nb::handle record : records) {
            if (stop_at_refused && !refused.empty() && refused.back()) break;
            try {
                texts.push_back(record_text(record));
                refused.emplace_back();
            } catch (const Failed& failed) {
                refused.emplace_back(failed.error);
            }
        }
        auto outcomes = calls_.outcome([client = opened_.get(), table = std::move(table), texts = std::move(texts), options]() mutable {
            const std::vector<std::string_view> views(texts.begin(), texts.end());
            return client.put_many(table, views, options);
        });
        nb::list all;
        auto next = outcomes.begin();
        for (const auto& error : refused) {
            if (error) {
                all.append(exception_of(*error));
            } else {
                all.append(*next ? result_of(**next) : exception_of(next->error()));
                ++next;
            }
        }
        return all;
    }

    nb::object get(std::string table, std::vector<std::string> ids) {
        const auto record = calls_.point(
            [client = opened_.get(), table = std::move(table), ids = std::move(ids)]() mutable { return client.get(table, ids); });
        if (!record) return nb::none();
        return nb::make_tuple(nb::bytes(record->bytes.data(), record->bytes.size()), record->key, record->version);
    }

    bool remove(std::string table, std::vector<std::string> ids, std::optional<std::string> expected_version) {
        return calls_.point([client = opened_.get(), table = std::move(table), ids = std::move(ids),
                             expected = std::move(expected_version)]() mutable { return client.remove(table, ids, std::move(expected)); });
    }

    // A page of keys, and what to pass as `after` for the next one; empty at the end.
    nb::object keys(std::string table, std::string after) {
        const auto page = calls_.lengthy(
            [client = opened_.get(), table = std::move(table), after = std::move(after)]() mutable { return client.list(table, after); });
        nb::list keys;
        for (const auto& object : page.objects) keys.append(nb::cast(object.key));
        return nb::make_tuple(keys, page.next);
    }

    std::shared_ptr<QueryResult> query(std::string sql, const nb::handle parameters, std::stop_source stop) {
        auto query = bind_query(std::move(sql), parameters);
        Client opened = opened_.get();
        const std::stop_callback with_the_client(opened_.stopped(), [stop]() mutable { stop.request_stop(); });
        return run_query(
            calls_, std::move(query),
            [client = std::move(opened)](const Query& bound, const QueryOptions& options) mutable {
                return client.query(bound.sql, bound.parameters, options);
            },
            stop);
    }

    nb::object check(std::string table, bool repair) {
        const auto report =
            calls_.lengthy([client = opened_.get(), table = std::move(table), repair]() mutable { return client.check(table, repair); });
        nb::list findings;
        for (const auto& one : report.findings) findings.append(nb::make_tuple(one.key, one.problem, one.repair, one.wrong));
        return nb::make_tuple(report.objects, findings);
    }

    std::uint64_t export_table(std::string table, const std::string& format, const nb::bytes& path) {
        if (format != "ndjson" && format != "parquet") {
            throw Failed(ErrorCode::invalid_argument, fmt::format("the format is 'ndjson' or 'parquet', not '{}'", format));
        }
        return calls_.lengthy([client = opened_.get(), table = std::move(table), path = text_of(path),
                               kind = format == "parquet" ? ExportFormat::parquet : ExportFormat::ndjson]() mutable {
            return client.export_table(table, kind, path);
        });
    }

    void init() {
        calls_.lengthy([client = opened_.get()]() mutable { return client.init(); });
    }

    std::vector<std::string> tables() {
        std::vector<std::string> names;
        for (const auto& table : opened_.get().tables()) names.push_back(table.name);
        return names;
    }

    std::string describe(const std::string& table) {
        const Client client = opened_.get();
        return to_ddl(value_or_throw(client.describe(table)), client.bucket());
    }

    // Ends the queries that run, and those that are begun later.
    void stop() { opened_.stop(); }

    void close() {
        opened_.stop();
        opened_.close();
    }

  private:
    Calls calls_;
    Opened<Client> opened_;
};

}  // namespace

void bind_client(nb::module_& module) {
    nb::class_<std::stop_source>(module, "Stop").def(nb::init<>()).def("stop", [](std::stop_source& stop) {
        run([&] { stop.request_stop(); });
    });

    nb::class_<PyClient>(module, "Client")
        .def(
            "__init__",
            [](PyClient* self, const nb::bytes& store, std::string engine, const nb::bytes& tables, std::string database,
               const std::string& verify, std::int64_t stale, const nb::bytes& cache, bool create) {
                new (self) PyClient(settled({.store = text_of(store),
                                             .engine = std::move(engine),
                                             .database = std::move(database),
                                             .create = create,
                                             .verify = verify_of(verify),
                                             .stale = std::chrono::seconds(stale),
                                             .cache = text_of(cache)},
                                            text_of(tables)));
            },
            "store"_a, "engine"_a, "tables"_a, "database"_a, "verify"_a, "stale"_a, "cache"_a, "create"_a)
        .def("put", &PyClient::put, "table"_a, "record"_a.none(), "expected_version"_a.none(), "only_if_new"_a, "arguments"_a)
        .def("put_many", &PyClient::put_many, "table"_a, "records"_a, "stop_at_refused"_a, "only_if_new"_a, "arguments"_a)
        .def("get", &PyClient::get, "table"_a, "ids"_a)
        .def("remove", &PyClient::remove, "table"_a, "ids"_a, "expected_version"_a.none())
        .def("keys", &PyClient::keys, "table"_a, "after"_a)
        .def("query", &PyClient::query, "sql"_a, "parameters"_a.none(), "stop"_a)
        .def("check", &PyClient::check, "table"_a, "repair"_a)
        .def("export_table", &PyClient::export_table, "table"_a, "format"_a, "path"_a)
        .def("init", &PyClient::init)
        .def("tables", &PyClient::tables)
        .def("describe", &PyClient::describe, "table"_a)
        .def("stop", &PyClient::stop)
        .def("close", &PyClient::close);
}

}  // namespace dualstore::python
