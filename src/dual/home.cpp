#include "dual/home.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "dualstore/environment.hpp"
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

Result<std::string> read_line(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) return fail(ErrorCode::unavailable, fmt::format("cannot read {}", path.string()));
    return line;
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
    std::error_code error;
    if (!std::filesystem::exists(*path, error)) return std::string();
    return read_line(*path);
}

Result<void> Home::name_database(std::string_view database, std::string_view bucket) const {
    auto path = database_file(database);
    if (!path) return fail(path.error());
    std::error_code error;
    if (!std::filesystem::exists(*path, error)) {
        std::filesystem::create_directories(std::filesystem::path(*path).parent_path(), error);
        // Written whole beside it, then linked: the first one stays.
        const std::string temporary = fmt::format("{}.{}", *path, new_uuid(Environment::system()));
        std::ofstream(temporary) << bucket << '\n';
        const int linked = ::link(temporary.c_str(), path->c_str());
        const int number = linked == 0 || errno == EEXIST ? 0 : errno;
        ::unlink(temporary.c_str());
        if (number != 0) {
            return fail(ErrorCode::unavailable,
                        fmt::format("cannot write {}: {}", *path, std::error_code(number, std::generic_category()).message()));
        }
    }
    auto located = read_line(*path);
    if (!located) return fail(located.error());
    if (*located == bucket) return {};
    return fail(ErrorCode::conflict,
                fmt::format("the tables of database {} are located in bucket {}, not in {}", database, *located, bucket));
}

}  // namespace dualstore::dual
