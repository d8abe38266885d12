// Writes two records, reads one by its key, and asks SQL for both.
#include <dualstore/client.hpp>
#include <iostream>

template <class T>
T must(dualstore::Result<T> result) {
    if (!result) {
        std::cerr << result.error().message << '\n';
        std::exit(1);
    }
    return *std::move(result);
}

int main() {
    auto client = must(dualstore::Client::open({.store = "file:./store"}));

    for (const char* record : {R"({"brandid": 7, "brandname": "Kōji Noodles", "version": 2, "generated_at": "2025-03-01T12:00:00Z"})",
                               R"({"brandid": 8, "brandname": "Osier Baskets", "version": 5, "generated_at": "2025-03-01T12:00:00Z"})"}) {
        std::cout << "stored " << must(client.put("generated_metadata", record)).key << '\n';
    }

    if (auto record = must(client.get("generated_metadata", {"7"}))) {
        std::cout << record->bytes;
    }

    auto answer = must(client.query("SELECT brandname, version FROM generated_metadata ORDER BY version"));
    for (const auto& row : answer.rows) {
        std::cout << std::get<std::string>(row[0]) << ',' << std::get<std::int64_t>(row[1]) << '\n';
    }
}
