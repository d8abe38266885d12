// SeaweedFS: an S3 server that checks signatures.
#pragma once

#include <memory>
#include <string>

#include "servers/process.hpp"
#include "servers/socket.hpp"
#include "temporary_folder.hpp"

namespace dualstore::servers {

// Up in four seconds. Its objects go with it.
class SeaweedFs {
  public:
    static constexpr const char* region = "us-east-1";
    static constexpr const char* access_key = "testkey";
    static constexpr const char* secret_key = "testsecret";

    SeaweedFs();
    SeaweedFs(const SeaweedFs&) = delete;
    SeaweedFs& operator=(const SeaweedFs&) = delete;
    ~SeaweedFs();

    // The one of this test program, started by the first who asks, which must be main's thread; it is given to clients as use_credentials
    // does.
    static SeaweedFs& shared();

    [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port()); }
    [[nodiscard]] std::uint16_t port() const { return ports_.s3; }
    // Not through S3, so that it does not rest on what is tested. Lower-case letters, digits and hyphens.
    void make_bucket(const std::string& name) const;

  private:
    struct Ports {
        std::uint16_t master = free_port();
        std::uint16_t volume = free_port();
        std::uint16_t filer = free_port();
        std::uint16_t s3 = free_port();
    };
    bool start();
    void stop();

    TemporaryFolder folder_;
    Ports ports_;
    std::unique_ptr<ServerProcess> process_;
};

}  // namespace dualstore::servers
