// Step 1 of a write: that the table can serve, in SQL, what was validated against its definition.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "dual/place.hpp"
#include "dualstore/environment.hpp"
#include "dualstore/query_engine.hpp"

namespace dualstore::dual {

// May be used by many threads at once.
class TableCheck {
  public:
    TableCheck(const Place& place, QueryEngine& engine, const ClientOptions& options);

    // The engine serves this table by this definition. The answer is believed for a while, so that a stream of writes asks once.
    // not_found: the engine has no such table (a directory's own engine is told of it instead). conflict: it has another one; the message
    // shows the difference.
    [[nodiscard]] Result<void> verify(const TableDefinition& table);

    // Makes the table known to the engine, or finds it known by this definition. Errors as verify.
    [[nodiscard]] Result<void> settle(const TableDefinition& table);

  private:
    [[nodiscard]] Result<void> compare(const TableDefinition& table, TableDefinition known) const;
    [[nodiscard]] Result<void> verify_now(const TableDefinition& table);
    [[nodiscard]] Result<void> verify_by_query(const TableDefinition& table, const Error& refused);

    const Place& place_;
    QueryEngine& engine_;
    std::function<Environment::Time()> now_;
    std::chrono::seconds believed_;
    std::function<void(std::string_view)> warn_;

    std::mutex mutex_;  // guards all below
    std::map<std::string, Environment::Time, std::less<>> verified_;
    bool warned_ = false;
};

}  // namespace dualstore::dual
