// dualstore: the command line. docs/DESIGN of the commands is in README.md and in --help.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/options.hpp"

namespace {

using dualstore::cli::Options;

int run(int argc, char** argv) {
    namespace cli = dualstore::cli;
    Options options;
    int (*command)(const Options&) = nullptr;

    // An empty variable of a script must not turn a guarded write into an unguarded one.
    const CLI::Validator not_empty([](const std::string& text) { return std::string(text.empty() ? "it is empty" : ""); }, "");

    CLI::App app("Writes JSON records once; gives them back by key and in SQL.", "dualstore");
    app.set_version_flag("--version", "dualstore " DUALSTORE_VERSION);
    app.fallthrough();
    app.require_subcommand(0, 1);  // none is found below, after a word that is no command
    app.add_option("--store", options.store, "Where the objects are: file:PATH, s3://BUCKET[/PREFIX]?region=...&endpoint=...")
        ->envname("DUALSTORE_STORE")
        ->default_val("file:./dualstore-data");
    app.add_option("--engine", options.engine,
                   "What answers SQL: embedded, athena://DATABASE?region=...&workgroup=...&output=s3://..., "
                   "trino://USER@HOST:PORT/CATALOG/SCHEMA")
        ->envname("DUALSTORE_ENGINE")
        ->default_val("embedded");
    app.add_option("--tables", options.tables, "Folder of .sql files: Athena DDL of your own tables")->envname("DUALSTORE_TABLES");
    app.add_option("--verify", options.verify,
                   "How a write makes sure that SQL can show it: table (it is looked up first), query (the record is read back, or rolled "
                   "back), none")
        ->check(CLI::IsMember({"table", "query", "none"}))
        ->default_val("table");
    app.add_option("--stale", options.stale, "Embedded engine on S3: take a list of the bucket that is at most so many seconds old")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--verbose", options.verbose, "Say each request to S3, Athena or Trino on standard error");

    const auto add = [&](const char* name, const char* help, int (*action)(const Options&)) {
        CLI::App* sub = app.add_subcommand(name, help);
        sub->callback([&command, action] { command = action; });
        return sub;
    };
    const auto table = [&](CLI::App* sub, bool required) {
        return sub->add_option("TABLE", options.table, "The table's name")->required(required);
    };

    CLI::App* init = add("init", "Make the store and its tables; again does no harm", cli::init);
    init->add_flag("--print", options.print, "Print the tables' DDL instead");

    CLI::App* put =
        add("put", "Write records: JSON objects, one a line or over several; a line on standard output acknowledges each", cli::put);
    table(put, true);
    put->add_option("FILE", options.arguments, "Files to read; - or none: standard input");
    put->add_flag("--quiet", options.quiet, "Print a summary instead of a line for each record");
    put->add_flag("--continue", options.go_on, "Go on behind refused records (exit code 1 all the same)");
    auto* if_new = put->add_flag("--if-new", options.if_new, "Write only where there is no record of these ids");
    put->add_option("--if-version", options.if_version, "Write only over this version (as an earlier put printed it)")
        ->excludes(if_new)
        ->check(not_empty);

    CLI::App* get = add("get", "Print the record with these ids (-- before an id that begins with -)", cli::get);
    table(get, true);
    get->add_option("ID", options.arguments, "The ids, in the order of the table's key")->required();

    CLI::App* rm = add("rm", "Remove the record with these ids", cli::remove);
    table(rm, true);
    rm->add_option("ID", options.arguments, "The ids, in the order of the table's key")->required();
    rm->add_option("--if-version", options.if_version, "Remove only this version")->check(not_empty);

    table(add("ls", "List a table's keys, or the tables with the number and bytes of their objects", cli::list), false);

    CLI::App* count = add("count", "Count a table's records, by SQL", cli::count);
    table(count, true);
    count->add_option("--where", options.where, "Only records for which this SQL condition holds");

    CLI::App* sql = add("sql", "Ask one question in Athena's SQL", cli::sql);
    sql->add_option("QUERY", options.sql, "The query")->required();
    sql->add_option("--param", options.parameters,
                    "Value of the next ? in the query: a JSON number, true, false or null; anything else is text")
        ->allow_extra_args(false);
    sql->add_option("--format", options.format, "How to print rows (default: table on a terminal, ndjson in a pipe)")
        ->check(CLI::IsMember({"table", "csv", "json", "ndjson", "arrays"}));

    sql->add_flag("--stats", options.stats, "Say on standard error what the query took: bytes scanned, times, cost");

    add("tables", "Show the tables and their keys", cli::tables);
    table(add("describe", "Print a table's definition", cli::describe), true);

    CLI::App* check = add("check", "Look at every object: one line, valid, readable, at its key", cli::check);
    table(check, false);
    check->add_flag("--repair", options.repair, "Write again, move or set aside what is wrong; no record is deleted");

    CLI::App* exporting = add("export", "Write a whole table to one file", cli::export_table);
    table(exporting, true);
    exporting->add_option("FILE", options.file, "The file; replaced when the export is whole")->required();
    exporting->add_option("--format", options.format, "ndjson (default) or parquet")->check(CLI::IsMember({"ndjson", "parquet"}));

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        std::cerr << "dualstore: " << error.what() << "; see dualstore --help\n";
        return cli::Exit::usage;
    }
    if (!command) {
        std::cerr << "dualstore: a command is missing; see dualstore --help\n";
        return cli::Exit::usage;
    }
    return command(options);
}

// A standard stream that was closed must not become the next file that is opened: output would go into the store. Reading it and writing it
// still fail.
void occupy_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0) continue;
        (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // gets the lowest number that is free: this one
    }
}

}  // namespace

int main(int argc, char** argv) {
    occupy_standard_streams();
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc&) {
        std::cerr << "dualstore: out of memory\n";
    } catch (const std::exception& error) {
        std::cerr << "dualstore: internal error: " << error.what() << "; please report it\n";
    }
    return dualstore::cli::Exit::failed;
}
