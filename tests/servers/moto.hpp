// moto: Amazon's interfaces of S3, Athena and Glue, without anything behind them. Checks no signature; its Athena runs no SQL.
#pragma once

#include <memory>
#include <string>

#include "servers/process.hpp"

namespace dualstore::servers {

class Moto {
  public:
    static constexpr const char* region = "us-east-1";

    Moto();

    // The one of this test program, started by the first who asks, which must be main's thread.
    static Moto& shared();

    [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
    // Forgets everything: buckets, databases, queries, queued results.
    void reset() const;
    void make_bucket(const std::string& name) const;
    // What the next queries of Athena answer, in order, in the region above:
    //   [{"rows": [{"Data": [{"VarCharValue": "1"}]}], "column_info": [{"Name": "n", "Type": "integer", …}]}]
    void queue_athena_results(const std::string& results) const;

  private:
    bool start();
    void post(const std::string& path, const std::string& json) const;

    std::uint16_t port_ = 0;
    std::unique_ptr<ServerProcess> process_;
};

}  // namespace dualstore::servers
