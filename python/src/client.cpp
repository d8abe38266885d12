#include "client.hpp"

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <mutex>

#include "dualstore/client.hpp"
#include "encode.hpp"
#include "errors.hpp"
#include "opened.hpp"
#include "query.hpp"
#include "wait.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace dualstore::python {
namespace {

// Lines for a person, said by any thread of the library; passed to Python's logging by the thread that called.
class Warnings {
  public:
    void add(std::string_view line) {
        const std::scoped_lock lock(mutex_);
        lines_.emplace_back(line);
    }

    void log() {
        std::vector<std::string> lines;
        {
            const std::scoped_lock lock(mutex_);
            lines.swap(lines_);
        }
        for (const auto& line : lines) {
            nb::module_::import_("logging").attr("getLogger")("dualstore").attr("warning")("%s", line);
        }
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

Verify verify_of(const std::string& name) {
    if (name == "table") return Verify::table;
    if (name == "none") return Verify::none;
    if (name == "query") return Verify::query;
    throw Failed(ErrorCode::invalid_argument, fmt::format("verify is 'table', 'query' or 'none', not '{}'", name));
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

class PyClient {
    // A directory with the engine inside answers point operations sooner than a signal handler would be missed.
    template <class Work>
    auto point(Work work) {
        auto outcome = local_ ? run(std::move(work)) : run_interruptibly(std::move(work));
        warnings_->log();
        return value_or_throw(std::move(outcome));
    }

    template <class Work>
    auto lengthy(Work work) {
        auto outcome = run_interruptibly(std::move(work));
        warnings_->log();
        return value_or_throw(std::move(outcome));
    }

  public:
    PyClient(ClientOptions options, const std::string& tables)
        : local_(options.store.starts_with("file:") && options.engine == "embedded"), warnings_(std::make_shared<Warnings>()) {
        options.warn = [warnings = warnings_](std::string_view line) { warnings->add(line); };
        opened_.emplace([options = std::move(options), tables]() -> Result<Client> {
            ClientOptions with_tables = options;
            if (!tables.empty()) {
                auto loaded = load_tables(tables);
                if (!loaded) return fail(loaded.error());
                with_tables.tables = std::move(*loaded);
            }
            return Client::open(std::move(with_tables));
        });
    }

    nb::object put(std::string table, nb::handle record, const std::optional<std::string>& expected_version, bool only_if_new,
                   const nb::dict& arguments) {
        auto options = put_options(expected_version, only_if_new, arguments);
        return result_of(point([client = opened_->get(), table = std::move(table), json = record_text(record),
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
        auto outcomes = run_interruptibly([client = opened_->get(), table = std::move(table), texts = std::move(texts), options]() mutable {
            const std::vector<std::string_view> views(texts.begin(), texts.end());
            return client.put_many(table, views, options);
        });
        warnings_->log();
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
        const auto record =
            point([client = opened_->get(), table = std::move(table), ids = std::move(ids)]() mutable { return client.get(table, ids); });
        if (!record) return nb::none();
        return nb::make_tuple(nb::bytes(record->bytes.data(), record->bytes.size()), record->key, record->version);
    }

    bool remove(std::string table, std::vector<std::string> ids, std::optional<std::string> expected_version) {
        return point([client = opened_->get(), table = std::move(table), ids = std::move(ids),
                      expected = std::move(expected_version)]() mutable { return client.remove(table, ids, std::move(expected)); });
    }

    // A page of keys, and what to pass as `after` for the next one; empty at the end.
    nb::object keys(std::string table, std::string after) {
        const auto page = lengthy(
            [client = opened_->get(), table = std::move(table), after = std::move(after)]() mutable { return client.list(table, after); });
        nb::list keys;
        for (const auto& object : page.objects) keys.append(nb::cast(object.key));
        return nb::make_tuple(keys, page.next);
    }

    std::shared_ptr<QueryResult> query(std::string sql, const nb::handle parameters) {
        auto result = run_query(bind_query(std::move(sql), parameters),
                                [client = opened_->get()](const Query& query, const QueryOptions& options) mutable {
                                    return client.query(query.sql, query.parameters, options);
                                });
        warnings_->log();
        return result;
    }

    nb::object check(std::string table, bool repair) {
        const auto report =
            lengthy([client = opened_->get(), table = std::move(table), repair]() mutable { return client.check(table, repair); });
        nb::list findings;
        for (const auto& one : report.findings) findings.append(nb::make_tuple(one.key, one.problem, one.repair, one.wrong));
        return nb::make_tuple(report.objects, findings);
    }

    std::uint64_t export_table(std::string table, const std::string& format, std::string path) {
        if (format != "ndjson" && format != "parquet") {
            throw Failed(ErrorCode::invalid_argument, fmt::format("the format is 'ndjson' or 'parquet', not '{}'", format));
        }
        return lengthy([client = opened_->get(), table = std::move(table), path = std::move(path),
                        kind = format == "parquet" ? ExportFormat::parquet : ExportFormat::ndjson]() mutable {
            return client.export_table(table, kind, path);
        });
    }

    void init() {
        lengthy([client = opened_->get()]() mutable { return client.init(); });
    }

    std::vector<std::string> tables() {
        std::vector<std::string> names;
        for (const auto& table : opened_->get().tables()) names.push_back(table.name);
        return names;
    }

    std::string describe(const std::string& table) {
        const Client client = opened_->get();
        return to_ddl(value_or_throw(client.describe(table)), client.bucket());
    }

    void close() { opened_->close(); }

  private:
    bool local_;
    std::shared_ptr<Warnings> warnings_;
    std::optional<Opened<Client>> opened_;
};

}  // namespace

void bind_client(nb::module_& module) {
    nb::class_<PyClient>(module, "Client")
        .def(
            "__init__",
            [](PyClient* self, std::string store, std::string engine, const std::string& tables, std::string database,
               const std::string& verify, std::int64_t stale, std::string cache, bool create) {
                new (self) PyClient({.store = std::move(store),
                                     .engine = std::move(engine),
                                     .database = std::move(database),
                                     .create = create,
                                     .verify = verify_of(verify),
                                     .stale = std::chrono::seconds(stale),
                                     .cache = std::move(cache)},
                                    tables);
            },
            "store"_a, "engine"_a, "tables"_a, "database"_a, "verify"_a, "stale"_a, "cache"_a, "create"_a)
        .def("put", &PyClient::put, "table"_a, "record"_a.none(), "expected_version"_a.none(), "only_if_new"_a, "arguments"_a)
        .def("put_many", &PyClient::put_many, "table"_a, "records"_a, "stop_at_refused"_a, "only_if_new"_a, "arguments"_a)
        .def("get", &PyClient::get, "table"_a, "ids"_a)
        .def("remove", &PyClient::remove, "table"_a, "ids"_a, "expected_version"_a.none())
        .def("keys", &PyClient::keys, "table"_a, "after"_a)
        .def("query", &PyClient::query, "sql"_a, "parameters"_a.none())
        .def("check", &PyClient::check, "table"_a, "repair"_a)
        .def("export_table", &PyClient::export_table, "table"_a, "format"_a, "path"_a)
        .def("init", &PyClient::init)
        .def("tables", &PyClient::tables)
        .def("describe", &PyClient::describe, "table"_a)
        .def("close", &PyClient::close);
}

}  // namespace dualstore::python
