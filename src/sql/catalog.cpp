#include "sql/catalog.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dualstore/environment.hpp"

namespace dualstore::sql {
namespace {

tl::unexpected<Error> cannot_write(const std::filesystem::path& path, int number) {
    const bool denied = number == EACCES || number == EPERM || number == EROFS;
    return fail(denied ? ErrorCode::permission_denied : ErrorCode::unavailable,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(number)), "add table");
}

// Writes and syncs a new file; errno, or 0.
int write_new(const std::filesystem::path& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0) return errno;
    int error = 0;
    while (!text.empty() && error == 0) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0) {
            error = errno == EINTR ? 0 : errno;
        } else {
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    if (error == 0 && ::fsync(file) != 0) error = errno;
    if (::close(file) != 0 && error == 0) error = errno;
    return error;
}

std::string columns_difference(const TableDefinition& wanted, const TableDefinition& known) {
    for (const Column& column : wanted.columns) {
        const auto other =
            std::find_if(known.columns.begin(), known.columns.end(), [&](const Column& one) { return one.name == column.name; });
        if (other == known.columns.end()) return fmt::format("column {} {} is new", column.name, hive_name(column.type));
        if (hive_name(other->type) != hive_name(column.type)) {
            return fmt::format("column {} is {} here and {} in the store", column.name, hive_name(column.type), hive_name(other->type));
        }
    }
    for (const Column& column : known.columns) {
        const auto same = [&](const Column& one) { return one.name == column.name; };
        if (std::none_of(wanted.columns.begin(), wanted.columns.end(), same))
            return fmt::format("column {} is only in the store", column.name);
    }
    const auto same_place = [](const Column& a, const Column& b) { return a.name == b.name; };
    const bool ordered = std::equal(wanted.columns.begin(), wanted.columns.end(), known.columns.begin(), known.columns.end(), same_place);
    return ordered ? "" : "the columns stand in another order";
}

}  // namespace

Result<std::vector<TableDefinition>> Catalog::load() const {
    std::error_code error;
    if (!std::filesystem::is_directory(folder_, error)) return std::vector<TableDefinition>();
    auto tables = load_tables(folder_);
    if (!tables) {
        // The store's own file, not the caller's.
        tables.error().code = ErrorCode::corrupt;
        tables.error().message += "; mend the file, or remove it and `dualstore init` makes it anew";
    }
    return tables;
}

Result<void> Catalog::add(const TableDefinition& table) const {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) return cannot_write(folder_, error.value());
    const auto temporary = folder_ / fmt::format(".{}.{}", table.name, new_uuid(Environment::system()));
    const auto path = folder_ / (table.name + ".sql");
    int number = write_new(temporary, to_ddl(table, {}));
    if (number == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) number = errno;
    if (number != 0) {
        ::unlink(temporary.c_str());
        return cannot_write(path, number);
    }
    const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return cannot_write(folder_, errno);
    number = ::fsync(folder) != 0 ? errno : 0;
    ::close(folder);
    if (number != 0) return cannot_write(folder_, number);
    return {};
}

std::string difference(const TableDefinition& wanted, const TableDefinition& known) {
    if (auto columns = columns_difference(wanted, known); !columns.empty()) return columns;
    if (wanted.serde != known.serde) return "the SerDe is another";
    if (wanted.location != known.location)
        return fmt::format("the location is '{}' here and '{}' in the store", wanted.location, known.location);
    if (wanted.key_template != known.key_template) {
        return fmt::format("the key is '{}' here and '{}' in the store", wanted.key_template, known.key_template);
    }
    // In any order: a metastore keeps none.
    if (!std::ranges::is_permutation(wanted.automatic, known.automatic)) return "the automatic fields are others";
    return {};
}

}  // namespace dualstore::sql
