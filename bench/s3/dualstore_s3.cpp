// dualstore as a service uses it: the public interface, a thread for each call in flight.
#include <thread>

#include "dualstore/client.hpp"
#include "worker.hpp"

namespace {

using namespace dualstore;
using namespace dualstore::bench;

constexpr const char* table = "generated_metadata";

Client open(const std::string& endpoint, const std::string& bucket, const std::string& prefix) {
    auto client = Client::open({.store = fmt::format("s3://{}/{}?endpoint={}&region=us-east-1", bucket, prefix, endpoint)});
    if (!client) give_up(client.error().message);
    return *client;
}

void with_threads(Turn& turn, unsigned count, const std::function<void()>& call) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < count; ++i) {
        threads.emplace_back([&] {
            while (turn.goes_on()) {
                call();
                turn.count();
            }
        });
    }
    for (auto& thread : threads) thread.join();
}

void put(Client& client, std::uint64_t id) {
    if (const auto stored = client.put(table, record(id, 0)); !stored) give_up(stored.error().message);
}

void get(Client& client, std::uint64_t id) {
    const auto found = client.get(table, {std::to_string(id)});
    if (!found) give_up(found.error().message);
    if (!*found) give_up("a record is not there");
}

void put_many(Client& client, Turn& turn, unsigned in_flight) {
    while (turn.goes_on()) {
        std::vector<std::string> texts;
        for (unsigned i = 0; i < in_flight; ++i) texts.push_back(record(new_id(), 0));
        const std::vector<std::string_view> records(texts.begin(), texts.end());
        for (const auto& stored : client.put_many(table, records)) {
            if (!stored) give_up(stored.error().message);
        }
        turn.count(in_flight);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) give_up("usage: dualstore_s3 ENDPOINT BUCKET");
    Client written = open(arguments[1], arguments[2], "dualstore/");
    Client read = open(arguments[1], arguments[2], "readable/");
    serve({{"fill",
            [&](Turn& turn, unsigned) {
                for (std::uint64_t id = 0; id < readable; ++id) put(read, id);
                turn.count(readable);
            }},
           {"put", [&](Turn& turn, unsigned in_flight) { with_threads(turn, in_flight, [&] { put(written, new_id()); }); }},
           {"put_many", [&](Turn& turn, unsigned in_flight) { put_many(written, turn, in_flight); }},
           {"get", [&](Turn& turn, unsigned in_flight) { with_threads(turn, in_flight, [&] { get(read, readable_id()); }); }}});
}
