// What the command line says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dualstore/client.hpp"

namespace dualstore::cli {

// Exit codes, the same for every command.
enum Exit : int {
    done = 0,
    refused = 1,  // not found, or refused
    usage = 2,    // wrong use
    failed = 3,   // the store or engine failed
};

struct Options {
    std::string store;
    std::string engine;
    std::string tables;  // a folder; empty: none
    std::string verify;
    long stale = 0;  // seconds
    bool verbose = false;
    bool stats = false;

    std::string table;
    std::vector<std::string> arguments;  // ids, or files
    bool print = false;
    bool quiet = false;
    bool go_on = false;
    bool repair = false;
    bool if_new = false;
    std::optional<std::string> if_version;
    std::string where;
    std::string sql;
    std::vector<std::string> parameters;
    std::string format;
    std::string file;
};

// Says on standard error, in one line, what went wrong; gives the exit code that fits.
int report(const Error& error);
int exit_code(ErrorCode code);

// `write`: the command makes the store where it is missing.
[[nodiscard]] Result<Client> open_client(const Options& options, bool write);

int put(const Options& options);
int sql(const Options& options);
int count(const Options& options);
int init(const Options& options);
int get(const Options& options);
int remove(const Options& options);
int list(const Options& options);
int tables(const Options& options);
int describe(const Options& options);
int check(const Options& options);
int export_table(const Options& options);

}  // namespace dualstore::cli
