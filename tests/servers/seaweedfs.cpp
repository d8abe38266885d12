#include "servers/seaweedfs.hpp"

#include <httplib.h>

#include <fstream>
#include <stdexcept>

namespace dualstore::servers {

SeaweedFs::SeaweedFs() {
    std::ofstream(folder_.path() / "s3.json") << R"({"identities": [{"name": "test", "credentials": [{"accessKey": ")" << access_key
                                              << R"(", "secretKey": ")" << secret_key
                                              << R"("}], "actions": ["Admin", "Read", "List", "Tagging", "Write"]}]})";
    for (int attempt = 0; attempt < 3; ++attempt) {  // somebody else may take a port between the choice and the start
        if (start()) return;
        stop();
    }
    throw std::runtime_error("SeaweedFS did not start:\n" + process_->end_of_log());
}

SeaweedFs::~SeaweedFs() {
    stop();
}

// It leaves sockets under names that no option changes.
void SeaweedFs::stop() {
    process_->stop();
    const auto remove_socket = [](const std::string& part, std::uint16_t port) {
        std::filesystem::remove("/tmp/seaweedfs-" + part + "-grpc-" + std::to_string(port + 10'000) + ".sock");
    };
    remove_socket("master", ports_.master);
    remove_socket("volume", ports_.volume);
    remove_socket("filer", ports_.filer);
    remove_socket("s3", ports_.s3);
}

SeaweedFs& SeaweedFs::shared() {
    static SeaweedFs server;
    use_credentials(access_key, secret_key);
    return server;
}

bool SeaweedFs::start() {
    const std::string folder = folder_.path();
    ports_ = Ports();
    const auto option = [](const std::string& name, const auto& value) { return "-" + name + "=" + value; };
    const auto port_option = [&](const std::string& name, std::uint16_t port) { return option(name, std::to_string(port)); };
    process_ = std::make_unique<ServerProcess>(ServerCommand{
        .name = "seaweedfs",
        .program = TEST_PYTHON "/bin/weed",
        .arguments = {"server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", option("dir", folder), port_option("master.port", ports_.master),
                      port_option("volume.port", ports_.volume), "-filer", port_option("filer.port", ports_.filer),
                      option("filer.localSocket", folder + "/filer.sock"), "-s3", port_option("s3.port", ports_.s3),
                      option("s3.config", folder + "/s3.json"), option("s3.localSocket", folder + "/s3.sock"), "-s3.autoCreateBucket=false",
                      "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=128",
                      "-volume.max=0"},
        .folder = folder,
    });
    // The first object needs a volume server that has made itself known.
    return process_->wait_until(
        [&] { return answers(ports_.s3, "/healthz") && answers(ports_.filer, "/healthz") && answers(ports_.master, "/dir/assign"); },
        std::chrono::seconds(60));
}

void SeaweedFs::make_bucket(const std::string& name) const {
    httplib::Client filer("127.0.0.1", ports_.filer);
    const auto result = filer.Post("/buckets/" + name + "/");
    if (!result || result->status / 100 != 2) throw std::runtime_error("bucket " + name + " was not made");
}

}  // namespace dualstore::servers
