// So many durable puts of new records, or gets of one that is there, and nothing else: for a program that counts instructions
// (scripts/instructions).
//
//     instructions_bench FOLDER put|get TIMES
#include "../peers/measure.hpp"
#include "dualstore/client.hpp"

int main(int count, char** arguments) {
    using namespace dualstore;
    if (count != 4) bench::give_up("name a folder, put or get, and how often");
    const std::string_view call = arguments[2];
    const std::uint64_t times = std::strtoull(arguments[3], nullptr, 10);
    constexpr const char* table = "generated_metadata";
    constexpr std::uint64_t first = 1'000'000;  // all ids are of one length
    auto client = Client::open({.store = std::string("file:") + arguments[1]});
    if (!client) bench::give_up(client.error().message);
    std::string record = bench::record(first, 0);
    const std::string id = std::to_string(first);
    const std::size_t place = record.find(id);
    if (!client->put(table, record)) bench::give_up("put");
    for (std::uint64_t i = 1; i <= times; ++i) {
        if (call == "put") {
            record.replace(place, id.size(), std::to_string(first + i));
            if (!client->put(table, record)) bench::give_up("put");
        } else if (!client->get(table, {id}).value()) {
            bench::give_up("get");
        }
    }
    return 0;
}
