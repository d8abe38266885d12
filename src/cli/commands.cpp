// The commands that take a line or two each.
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "cli/options.hpp"
#include "cli/print.hpp"

namespace dualstore::cli {
namespace {

// A table's objects, page by page.
template <class Visit>
Result<void> each_object(Client& client, std::string_view table, Visit visit) {
    std::string after;
    do {
        auto page = client.list(table, after);
        if (!page) return fail(page.error());
        for (const auto& object : page->objects) visit(object);
        after = page->next;
    } while (!after.empty());
    return {};
}

// One line a request; a single write, so that lines of several threads do not mix.
void print_trace(const RequestTrace& trace) {
    std::string line = fmt::format("{} {}", trace.service, trace.operation);
    if (!trace.key.empty()) line += fmt::format(" {}", trace.key);
    line += trace.status == 0 ? std::string(": no answer") : fmt::format(": {}", trace.status);
    line += fmt::format(", {:.1f} ms, {} bytes out, {} in", static_cast<double>(trace.duration.count()) / 1000, trace.bytes_sent,
                        trace.bytes_received);
    if (trace.attempt > 1) line += fmt::format(", attempt {}", trace.attempt);
    if (!trace.error.empty()) line += fmt::format(" ({})", trace.error);
    say(line);
}

int opened(const Options& options, int (*run)(Client&, const Options&)) {
    auto client = open_client(options, false);
    return client ? run(*client, options) : report(client.error());
}

}  // namespace

int exit_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return Exit::usage;
        case ErrorCode::invalid_record:
        case ErrorCode::not_found:
        case ErrorCode::conflict:
        case ErrorCode::query:
            return Exit::refused;
        case ErrorCode::unsupported:
            return Exit::usage;
        case ErrorCode::permission_denied:
        case ErrorCode::unavailable:
        case ErrorCode::corrupt:
        case ErrorCode::outcome_unknown:
            return Exit::failed;
    }
    return Exit::failed;
}

int report(const Error& error) {
    std::string line = "dualstore: ";
    if (!error.operation.empty()) line += error.operation + ": ";
    if (!error.key.empty()) line += error.key + ": ";
    say(line + error.message);
    return exit_code(error.code);
}

Result<Client> open_client(const Options& options, bool write) {
    ClientOptions wanted{.store = options.store, .engine = options.engine, .create = write};
    wanted.verify = options.verify == "none" ? Verify::none : options.verify == "query" ? Verify::query : Verify::table;
    wanted.stale = std::chrono::seconds(options.stale);
    wanted.warn = [](std::string_view line) { say(fmt::format("dualstore: warning: {}", line)); };
    if (options.verbose) wanted.trace = print_trace;
    if (!options.tables.empty()) {
        auto tables = load_tables(options.tables);
        if (!tables) {
            if (tables.error().code == ErrorCode::not_found) tables.error().code = ErrorCode::invalid_argument;  // the option is wrong
            return fail(tables.error());
        }
        wanted.tables = std::move(*tables);
    }
    auto client = Client::open(std::move(wanted));
    if (!client && client.error().code == ErrorCode::not_found) {
        // Exit code 1 would say that the store has no such record.
        client.error().code = ErrorCode::unavailable;
        client.error().message += ": `dualstore init` makes a store, --store names another";
    }
    return client;
}

int init(const Options& options) {
    auto client = open_client(options, true);  // which alone makes nothing
    if (!client) return report(client.error());
    if (options.print) {
        for (const auto& table : client->tables()) print(to_ddl(table, client->bucket()) + "\n");
        return flushed();
    }
    if (auto made = client->init(); !made) return report(made.error());
    say(fmt::format("the store {} is ready, with {} tables", options.store, client->tables().size()));
    return Exit::done;
}

int get(const Options& options) {
    return opened(options, [](Client& client, const Options& wanted) -> int {
        auto record = client.get(wanted.table, wanted.arguments);
        if (!record) return report(record.error());
        if (!*record) return Exit::refused;
        print((*record)->bytes);
        return flushed();
    });
}

int remove(const Options& options) {
    return opened(options, [](Client& client, const Options& wanted) -> int {
        auto removed = client.remove(wanted.table, wanted.arguments, wanted.if_version);
        if (!removed) return report(removed.error());
        return *removed ? Exit::done : Exit::refused;
    });
}

int list(const Options& options) {
    return opened(options, [](Client& client, const Options& wanted) -> int {
        if (!wanted.table.empty()) {
            auto listed = each_object(client, wanted.table, [](const ObjectInfo& object) { print(object.key + "\n"); });
            return listed ? flushed() : report(listed.error());
        }
        TextTable table({"table", "objects", "bytes"});
        for (const auto& definition : client.tables()) {
            std::uint64_t objects = 0;
            std::uint64_t bytes = 0;
            auto listed = each_object(client, definition.name, [&](const ObjectInfo& object) {
                ++objects;
                bytes += object.size;
            });
            if (!listed) return report(listed.error());
            table.add({definition.name, std::to_string(objects), std::to_string(bytes)});
        }
        print(table.text());
        return flushed();
    });
}

int tables(const Options& options) {
    return opened(options, [](Client& client, const Options&) -> int {
        TextTable table({"table", "columns", "key"});
        for (const auto& definition : client.tables()) {
            table.add({definition.name, std::to_string(definition.columns.size()), definition.location + definition.key_template});
        }
        print(table.text());
        return flushed();
    });
}

int describe(const Options& options) {
    return opened(options, [](Client& client, const Options& wanted) -> int {
        auto definition = client.describe(wanted.table);
        if (!definition) return report(definition.error());
        print(to_ddl(*definition, client.bucket()));
        return flushed();
    });
}

int check(const Options& options) {
    return opened(options, [](Client& client, const Options& wanted) -> int {
        auto report_or = client.check(wanted.table, wanted.repair);
        if (!report_or) return report(report_or.error());
        std::size_t wrong = 0;
        for (const auto& finding : report_or->findings) {
            wrong += finding.wrong ? 1 : 0;
            print(fmt::format("{}: {}{}{}\n", one_line(finding.key), one_line(finding.problem), finding.repair.empty() ? "" : "; ",
                              one_line(finding.repair)));
        }
        const int printed = flushed();
        say(fmt::format("{} objects looked at, {} wrong", report_or->objects, wrong));
        return printed != Exit::done ? printed : wrong > 0 ? Exit::refused : Exit::done;
    });
}

int export_table(const Options& options) {
    return opened(options, [](Client& client, const Options& wanted) -> int {
        if (wanted.file == "-") {
            say("dualstore: export: name a file: the table is placed there once it is whole (`dualstore sql` writes to a pipe)");
            return Exit::usage;
        }
        const auto format = wanted.format == "parquet" ? ExportFormat::parquet : ExportFormat::ndjson;
        auto written = client.export_table(wanted.table, format, wanted.file);
        if (!written) return report(written.error());
        say(fmt::format("{} records written to {}", *written, wanted.file));
        return Exit::done;
    });
}

}  // namespace dualstore::cli
