// How a statement is run on Trino, and its rows fetched (Trino documentation, "Trino client REST API").
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "aws/service.hpp"
#include "dualstore/engines.hpp"

namespace dualstore::sql::remote {

struct TrinoStatement {
    std::string sql;
    std::size_t shift = 0;    // characters in front of the caller's own text
    bool repeatable = false;  // running it twice does no harm
};

// The headers of every request. invalid_argument: an option is wrong, or a secret would go over plain http.
[[nodiscard]] Result<aws::Headers> trino_headers(const TrinoOptions& options);

// Safe to use from many threads. A statement is a session of its own: what SET SESSION or USE change ends with it.
class TrinoServer {
  public:
    // Over a service that answers as Trino does. `headers`: those of every request.
    TrinoServer(TrinoOptions options, aws::Headers headers, std::shared_ptr<aws::Service> service)
        : options_(std::move(options)), headers_(std::move(headers)), service_(std::move(service)) {}
    // No request is made.
    [[nodiscard]] static Result<TrinoServer> open(TrinoOptions options);

    // Fetches every row. Trino begins a statement when its answer is first asked for, not when it is handed in (measured), so handing in is
    // repeated after a lost answer, whatever the statement does. Asking is repeated too: the same page comes again.
    // query: also USER_CANCELED and EXCEEDED_TIME_LIMIT, after the statement was stopped where it ran.
    // outcome_unknown: a statement that is not repeatable was begun, and how it ended cannot be found out here.
    [[nodiscard]] Result<QueryResult> run(const TrinoStatement& statement, const QueryOptions& options) const;

    [[nodiscard]] const TrinoOptions& options() const { return options_; }

  private:
    TrinoOptions options_;
    aws::Headers headers_;
    std::shared_ptr<aws::Service> service_;
};

}  // namespace dualstore::sql::remote
