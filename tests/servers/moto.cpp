#include "servers/moto.hpp"

#include <httplib.h>

#include <stdexcept>

#include "servers/socket.hpp"

namespace dualstore::servers {

Moto::Moto() {
    for (int attempt = 0; attempt < 3; ++attempt) {  // somebody else may take the port between the choice and the start
        if (start()) return;
    }
    throw std::runtime_error("moto did not start:\n" + process_->end_of_log());
}

Moto& Moto::shared() {
    static Moto server;
    use_credentials("testkey", "testsecret");
    return server;
}

bool Moto::start() {
    port_ = free_port();
    process_ = std::make_unique<ServerProcess>(ServerCommand{
        .name = "moto",
        .program = TEST_PYTHON "/python3",
        .arguments = {"-m", "moto.server", "-H", "127.0.0.1", "-p", std::to_string(port_)},
        .environment = {{"PYTHONPATH", TEST_PYTHON}},
    });
    return process_->wait_until([this] { return answers(port_, "/moto-api/"); }, std::chrono::seconds(60));
}

void Moto::post(const std::string& path, const std::string& json) const {
    const auto result = httplib::Client("127.0.0.1", port_).Post(path, json, "application/json");
    if (!result || result->status / 100 != 2) throw std::runtime_error("moto refused " + path + (result ? ": " + result->body : ""));
}

void Moto::reset() const {
    post("/moto-api/reset", "");
}

void Moto::make_bucket(const std::string& name) const {
    const auto result = httplib::Client("127.0.0.1", port_).Put("/" + name);
    if (!result || result->status != 200) throw std::runtime_error("bucket " + name + " was not made");
}

void Moto::queue_athena_results(const std::string& results) const {
    post("/moto-api/static/athena/query-results", R"({"results": )" + results + "}");
}

}  // namespace dualstore::servers
