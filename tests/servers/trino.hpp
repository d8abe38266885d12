// A real Trino, whose Hive connector reads what lies in SeaweedFS.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "servers/process.hpp"
#include "servers/seaweedfs.hpp"
#include "temporary_folder.hpp"

namespace dualstore::servers {

// Up in twelve seconds, with 1 GB of memory. Its catalog `hive` has no schema at first; a test may CREATE CATALOG others. Session time
// zone: UTC, where a client states none.
class Trino {
  public:
    static constexpr const char* catalog = "hive";

    explicit Trino(const SeaweedFs& store);

    // scripts/test_servers could fetch it.
    [[nodiscard]] static bool is_there();
    // The one of this test program, over SeaweedFs::shared(); started by the first who asks, which must be main's thread.
    static Trino& shared();

    [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
    // Runs one statement to its end, by a few lines of HTTP that share nothing with what is tested; gives its rows. Throws Trino's message.
    nlohmann::json query(const std::string& sql) const;

  private:
    bool start(const SeaweedFs& store);
    bool reads_tables() const;
    void write_configuration(const SeaweedFs& store) const;

    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ServerProcess> process_;
};

}  // namespace dualstore::servers
