#include "dualstore/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "record/text.hpp"
#include "sql/remote/statement.hpp"

namespace dualstore {
namespace {

tl::unexpected<Error> unusable(std::string_view why) {
    return fail(ErrorCode::query, fmt::format("INVALID_PARAMETER_USAGE: {}", why), "query");
}

}  // namespace

Result<BoundQuery> bind_names(std::string_view sql, std::span<const std::pair<std::string, Value>> named) {
    if (!sql::remote::placeholders(sql).empty()) return unusable("the query has '?', but its parameters are given by name: write :name");
    BoundQuery bound;
    std::size_t from = 0;
    for (const auto& [offset, name] : sql::remote::named_placeholders(sql)) {
        const auto value = std::ranges::find(named, name, [](const auto& one) { return std::string_view(one.first); });
        if (value == named.end()) return unusable(fmt::format("there is no value for :{}", record::excerpt(name)));
        bound.sql.append(sql.substr(from, offset - from)).append("?");
        bound.parameters.push_back(value->second);
        from = offset + 1 + name.size();
    }
    bound.sql.append(sql.substr(from));
    return bound;
}

}  // namespace dualstore
