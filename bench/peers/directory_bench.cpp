// The directory store beside SQLite and beside bare calls of the system: durable writes by number of writers, batches, reads by key.
//
//     directory_bench FOLDER [ROUNDS]
//
// Nothing is removed before the end: ext4 passes over the inodes of files that were removed in the last minutes, one by one, and so is slow
// to make new ones for a while.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "dualstore/client.hpp"
#include "measure.hpp"
#include "sqlite.hpp"

namespace {

using namespace dualstore;
using namespace dualstore::bench;
namespace fs = std::filesystem;

constexpr const char* table = "generated_metadata";
constexpr double seconds_a_run = 1.0;
constexpr std::uint64_t batch_records = 100'000;
constexpr std::size_t records_a_batch = 1000;

Client open(const fs::path& root) {
    auto client = Client::open({.store = "file:" + root.string()});
    if (!client) give_up(client.error().message);
    return *client;
}

void put(Client& client, std::uint64_t id, std::uint64_t version) {
    if (const auto stored = client.put(table, record(id, version)); !stored) give_up(stored.error().message);
}

std::string key_of(std::uint64_t id) {
    return fmt::format("metadata/brand_{}.json", id);
}

// Calls a second of `work(writer, number)`, by so many threads at once.
double rate(unsigned writers, const std::function<void(unsigned, std::uint64_t)>& work) {
    std::atomic<std::uint64_t> calls = 0;
    std::vector<std::thread> threads;
    const auto begun = std::chrono::steady_clock::now();
    for (unsigned writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&, writer] {
            std::uint64_t own = 0;
            while (seconds_since(begun) < seconds_a_run) work(writer, own++);
            calls += own;
        });
    }
    for (auto& thread : threads) thread.join();
    return static_cast<double>(calls) / seconds_since(begun);
}

// Durable single writes: new keys, and 1,000 keys again and again.
void writes(const fs::path& folder, unsigned writers, int rounds) {
    Client client = open(folder / "store");
    std::vector<std::unique_ptr<Sqlite>> connections;
    for (unsigned i = 0; i < writers; ++i) connections.push_back(std::make_unique<Sqlite>(folder / "sqlite.db"));
    std::atomic<std::uint64_t> next = 1'000'000;
    const auto new_id = [&] { return next.fetch_add(1); };
    constexpr std::uint64_t replaced = 1000;
    const auto old_id = [](unsigned writer, std::uint64_t number) { return (number * 16 + writer) % replaced; };
    for (std::uint64_t id = 0; id < replaced; ++id) {
        put(client, id, 0);
        connections[0]->put(key_of(id), record(id, 0));
    }
    compare("durable put of new keys, writers", writers, rounds,
            {{"dualstore", [&] { return rate(writers, [&](unsigned, std::uint64_t n) { put(client, new_id(), n); }); }},
             {"SQLite", [&] {
                  return rate(writers, [&](unsigned writer, std::uint64_t n) {
                      const std::uint64_t id = new_id();
                      connections[writer]->put(key_of(id), record(id, n));
                  });
              }}});
    compare("durable replacement, writers", writers, rounds,
            {{"dualstore", [&] { return rate(writers, [&](unsigned writer, std::uint64_t n) { put(client, old_id(writer, n), n); }); }},
             {"SQLite", [&] {
                  return rate(writers, [&](unsigned writer, std::uint64_t n) {
                      const std::uint64_t id = old_id(writer, n);
                      connections[writer]->put(key_of(id), record(id, n));
                  });
              }}});
}

double put_many(const fs::path& root) {
    Client client = open(root);
    std::vector<std::string> texts;
    for (std::uint64_t id = 0; id < batch_records; ++id) texts.push_back(record(id, 0));
    const std::vector<std::string_view> records(texts.begin(), texts.end());
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t from = 0; from < records.size(); from += records_a_batch) {
        for (const auto& stored : client.put_many(table, std::span(records).subspan(from, records_a_batch))) {
            if (!stored) give_up(stored.error().message);
        }
    }
    return static_cast<double>(batch_records) / seconds_since(begun);
}

// The same files, written without a sync or a check.
double bare_writes(const fs::path& root) {
    fs::create_directories(root / "metadata");
    std::vector<std::string> texts, paths;
    for (std::uint64_t id = 0; id < batch_records; ++id) {
        texts.push_back(record(id, 0) + "\n");
        paths.push_back((root / key_of(id)).string());
    }
    const auto begun = std::chrono::steady_clock::now();
    for (std::uint64_t id = 0; id < batch_records; ++id) {
        const int file = ::open(paths[id].c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (file < 0 || ::write(file, texts[id].data(), texts[id].size()) < 0 || ::close(file) != 0) give_up("cannot write");
    }
    const double figure = static_cast<double>(batch_records) / seconds_since(begun);
    ::sync();  // what it left to be written is not the next one's to wait for
    return figure;
}

void reads(const fs::path& folder, int rounds) {
    constexpr std::uint64_t count = 10'000;
    Client client = open(folder / "read");
    std::vector<std::string> texts, ids, paths;
    for (std::uint64_t id = 0; id < count; ++id) {
        texts.push_back(record(id, 0));
        ids.push_back(std::to_string(id));
        paths.push_back((folder / "read" / key_of(id)).string());
    }
    (void)client.put_many(table, std::vector<std::string_view>(texts.begin(), texts.end()));
    const auto get = [&](unsigned, std::uint64_t n) {
        const auto found = client.get(table, {ids[n * 7919 % count]});
        if (!found || !*found) give_up("a record is missing");
    };
    const auto bare = [&](unsigned, std::uint64_t n) {
        std::string bytes(512, '\0');
        const int file = ::open(paths[n * 7919 % count].c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0 || ::read(file, bytes.data(), bytes.size()) <= 0 || ::close(file) != 0) give_up("cannot read");
    };
    compare("get by key, warm, readers", 1, rounds,
            {{"dualstore", [&] { return rate(1, get); }}, {"open, read, close", [&] { return rate(1, bare); }}});
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) give_up("name a folder on the disk to measure");
    const fs::path folder = arguments[1];
    fs::create_directories(folder);
    const int rounds = count > 2 ? std::atoi(arguments[2]) : 5;
    for (const unsigned writers : {1U, 2U, 4U, 8U, 16U}) {
        const fs::path own = folder / fmt::format("writers-{}", writers);
        fs::create_directories(own);
        writes(own, writers, rounds);
    }
    int round = 0;
    compare("put_many, records", batch_records, std::min(rounds, 3),
            {{"dualstore", [&] { return put_many(folder / fmt::format("many-{}", round)); }},
             {"bare writes without sync", [&] { return bare_writes(folder / fmt::format("bare-{}", round++)); }}});
    reads(folder, rounds);
    return 0;
}
