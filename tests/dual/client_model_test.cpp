// Random sequences of everything that a program may do with a store, beside a model of what must come of it: after every step reading by
// key, listing and SQL say the same as the model.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "dualstore/client.hpp"
#include "environment_number.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

using Json = nlohmann::json;

constexpr const char* table = "generated_metadata";

class ClientModel : public testing::Test {
  protected:
    void open() {
        client_.reset();
        auto opened = Client::open({.store = "file:" + folder_.root().string() + "?sync=off"});
        ASSERT_TRUE(opened) << opened.error().message;
        client_.emplace(std::move(*opened));
    }

    [[nodiscard]] std::filesystem::path file_of(int id) const { return folder_.root() / "metadata" / fmt::format("brand_{}.json", id); }

    int any_id() { return static_cast<int>(random_() % 12); }
    std::string any_name() { return fmt::format("n{}", random_() % 1000); }
    static std::string record(int id, const std::string& name) { return Json{{"brandid", id}, {"brandname", name}}.dump(); }

    void put_one() {
        const int id = any_id();
        const std::string name = any_name();
        ASSERT_TRUE(client_->put(table, record(id, name)));
        model_[id] = name;
    }

    // Some of them are refused, and are nowhere.
    void put_many() {
        std::vector<std::string> texts;
        std::vector<std::pair<int, std::string>> good;
        std::vector<bool> is_good;
        for (std::size_t count = 1 + random_() % 20; count > 0; --count) {
            const int id = any_id();
            const std::string name = any_name();
            is_good.push_back(random_() % 5 != 0);
            texts.push_back(is_good.back() ? record(id, name) : R"({"brandid": "not a number"})");
            if (is_good.back()) good.emplace_back(id, name);
        }
        const auto outcomes = client_->put_many(table, std::vector<std::string_view>(texts.begin(), texts.end()));
        ASSERT_EQ(outcomes.size(), texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(outcomes[i].has_value(), is_good[i]) << texts[i];
        for (const auto& [id, name] : good) model_[id] = name;
    }

    void create() {
        const int id = any_id();
        const std::string name = any_name();
        const auto done = client_->put(table, record(id, name), {.mode = PutMode::create()});
        ASSERT_EQ(done.has_value(), !model_.contains(id));
        if (!done) {
            ASSERT_EQ(done.error().code, ErrorCode::conflict);
        } else {
            model_[id] = name;
        }
    }

    // Over the version that is there, or over another one.
    void put_expected() {
        const int id = any_id();
        const std::string name = any_name();
        const auto found = client_->get(table, {std::to_string(id)});
        ASSERT_TRUE(found);
        const bool right = *found && random_() % 2 == 0;
        const auto done =
            client_->put(table, record(id, name), {.mode = PutMode::if_match(right ? (*found)->version : "0123456789abcdef")});
        ASSERT_EQ(done.has_value(), right);
        if (right) model_[id] = name;
    }

    void remove() {
        const int id = any_id();
        const std::vector<std::string> ids = {std::to_string(id)};
        const auto done = client_->remove(table, ids);
        ASSERT_TRUE(done) << done.error().message;
        ASSERT_EQ(*done, model_.contains(id));
        model_.erase(id);
    }

    // As another program does: a new file beside it and a rename, or in place.
    void foreign_write() {
        const int id = any_id();
        const std::string name = any_name();
        std::filesystem::create_directories(file_of(id).parent_path());
        const auto path = random_() % 2 == 0 ? file_of(id) : folder_.path() / "new";
        std::ofstream(path) << record(id, name) << "\n";
        if (path != file_of(id)) std::filesystem::rename(path, file_of(id));
        model_[id] = name;
    }

    void foreign_remove() {
        const int id = any_id();
        std::error_code error;
        ASSERT_EQ(std::filesystem::remove(file_of(id), error), model_.contains(id));
        model_.erase(id);
    }

    struct Choice {
        const char* name;
        void (ClientModel::*step)();
    };
    static const std::vector<Choice>& choices() {
        static const std::vector<Choice> all = {{"put", &ClientModel::put_one},   {"put_many", &ClientModel::put_many},
                                                {"create", &ClientModel::create}, {"put expected", &ClientModel::put_expected},
                                                {"remove", &ClientModel::remove}, {"foreign write", &ClientModel::foreign_write},
                                                {"reopen", &ClientModel::open},   {"foreign remove", &ClientModel::foreign_remove}};
        return all;
    }

    void look() {
        std::map<int, std::string> listed, in_sql;
        const auto page = client_->list(table);
        ASSERT_TRUE(page) << page.error().message;
        for (const auto& object : page->objects) {
            const std::string id = object.key.substr(object.key.find('_') + 1);
            listed[std::stoi(id)] = "";
        }
        for (int id = 0; id < 12; ++id) {
            const auto found = client_->get(table, {std::to_string(id)});
            ASSERT_TRUE(found) << found.error().message;
            ASSERT_EQ(found->has_value(), model_.contains(id)) << id;
            ASSERT_EQ(listed.contains(id), model_.contains(id)) << id;
            if (*found) {
                ASSERT_EQ(Json::parse((*found)->bytes)["brandname"], model_[id]) << id;
            }
        }
        const auto rows = client_->query(fmt::format("SELECT brandid, brandname FROM {}", table));
        ASSERT_TRUE(rows) << rows.error().message;
        for (const auto& row : rows->rows) in_sql[static_cast<int>(std::get<std::int64_t>(row[0]))] = std::get<std::string>(row[1]);
        ASSERT_EQ(rows->rows.size(), in_sql.size()) << "a record is there twice";
        ASSERT_EQ(in_sql, model_);
    }

    TemporaryFolder folder_;
    std::optional<Client> client_;
    std::mt19937_64 random_;
    std::map<int, std::string> model_;  // id -> name
};

// SEED: of the sequences. DUALSTORE_STEPS: how many steps, of all of them.
TEST_F(ClientModel, KeyListingAndSqlSayTheSameAfterEveryStep) {
    const std::uint64_t seed = seed_of_run();
    const auto steps = environment_number("DUALSTORE_STEPS", 400);
    random_.seed(seed);
    open();
    for (std::uint64_t i = 0; i < steps; ++i) {
        const Choice& choice = choices()[random_() % choices().size()];
        (this->*choice.step)();
        if (!HasFatalFailure()) look();
        if (HasFatalFailure()) FAIL() << "SEED=" << seed << ", step " << i << ": " << choice.name;
    }
    fmt::print("{} steps, {} records at the end\n", steps, model_.size());
}

}  // namespace
}  // namespace dualstore
