#include "dual/home.hpp"

#include <fmt/format.h>

#include "object/own_files.hpp"
#include "record/text.hpp"

namespace dualstore::dual {
namespace {

bool bucket_name(std::string_view name) {
    const bool length = name.size() >= 3 && name.size() <= 63;
    const bool characters = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == name.npos;
    const auto edge = [](char c) { return c != '.' && c != '-'; };
    const bool address = name.find_first_not_of("0123456789.") == name.npos;
    return length && characters && edge(name.front()) && edge(name.back()) && name.find("..") == name.npos && !address;
}

}  // namespace

Result<void> check_bucket_name(std::string_view bucket) {
    if (bucket_name(bucket)) return {};
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no bucket name: expected 3 to 63 lower-case letters, digits, '.' and '-'", record::excerpt(bucket)));
}

std::optional<Home> Home::in(const std::string& folder) {
    if (folder.empty()) return std::nullopt;
    return Home(folder);
}

Result<std::string> Home::bucket_folder(std::string_view bucket) const {
    if (auto fits = check_bucket_name(bucket); !fits) return fail(fits.error());
    return fmt::format("{}/{}", folder_, bucket);
}

Result<std::string> Home::database_file(std::string_view database) const {
    if (database.empty() || database.size() > 200 || database.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != database.npos) {
        return fail(ErrorCode::invalid_argument,
                    fmt::format("'{}' is no database name: expected lower-case letters, digits and '_'", record::excerpt(database)));
    }
    return fmt::format("{}/.dualstore/databases/{}", folder_, database);
}

Result<std::string> Home::bucket_of(std::string_view database) const {
    auto path = database_file(database);
    if (!path) return path;
    auto text = object::read_file(system_files(), *path);
    if (!text) return fail(std::move(text.error()));
    if (!*text) return std::string();
    return (*text)->substr(0, (*text)->find('\n'));
}

Result<void> Home::name_database(std::string_view database, std::string_view bucket) const {
    auto located = bucket_of(database);
    if (located && located->empty()) {
        auto path = database_file(database);
        auto placed = object::place_file(system_files(), *path, fmt::format("{}\n", bucket), true);
        if (!placed && placed.error().code != ErrorCode::conflict) return placed;
        located = bucket_of(database);
    }
    if (!located) return fail(std::move(located.error()));
    if (*located == bucket) return {};
    return fail(ErrorCode::conflict,
                fmt::format("the tables of database {} are located in bucket {}, not in {}", database, *located, bucket));
}

}  // namespace dualstore::dual
