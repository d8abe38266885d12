// Every operation of a client over a directory, with its mirror, while any one of the calls on files below it fails, and all later ones:
// an error is an error, a success is durable, key, listing and SQL agree afterwards, and what is left lying about `check` names.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dualstore/client.hpp"
#include "environment_number.hpp"
#include "faults/failing_calls.hpp"
#include "temporary_folder.hpp"

namespace dualstore {
namespace {

namespace fs = std::filesystem;
using failing_calls::Plan;
using Names = std::map<std::int64_t, std::string>;                   // brandid -> brandname
using Changes = std::map<std::int64_t, std::optional<std::string>>;  // none: removed

constexpr const char* table = "generated_metadata";
constexpr int bulk_rows = 1200;  // in one object: enough for a snapshot of the mirror
const Names names_before = {{1, "one"}, {2, "two"}, {3, "three"}};

std::string record(std::int64_t id, std::string_view name) {
    return fmt::format(R"({{"brandid":{},"brandname":"{}"}})", id, name);
}

void write_bulk(const fs::path& root, int first) {
    fs::create_directories(root / "bulk");
    std::ofstream file(root / "bulk" / "all.json");
    for (int i = first; i < first + bulk_rows; ++i) file << fmt::format("{{\"id\":{}}}\n", i);
}

std::string whole(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Result<Client> open(const fs::path& root) {
    ClientOptions options{.store = "file:" + root.string()};
    options.tables = parse_ddl(
                         "CREATE EXTERNAL TABLE bulk (id INT) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "
                         "LOCATION 'bulk/' TBLPROPERTIES ('dualstore.key' = '{id}.json')",
                         "test.sql")
                         .value();
    return Client::open(std::move(options));
}

template <class T>
Result<void> done(const Result<T>& result) {
    if (!result) return fail(result.error());
    return {};
}

std::int64_t number(const QueryResult& answer) {
    return std::get<std::int64_t>(answer.rows.at(0).at(0));
}

// What SQL, or a listing, must not say of the store; a text for each lie.
using Lies = std::vector<std::string>;

struct Operation {
    std::string name;
    std::function<Result<void>(Client&, const fs::path&, Lies&)> run;
    Changes effect = {};
    std::function<void(const fs::path&)> prepare = [](const fs::path&) {};
};

void PrintTo(const Operation& operation, std::ostream* out) {
    *out << operation.name;
}

Operation put(std::string name, std::int64_t id, PutOptions options = {}) {
    return {std::move(name),
            [=](Client& client, const fs::path&, Lies&) { return done(client.put(table, record(id, "new"), options)); },
            {{id, "new"}}};
}

Result<void> put_expected(Client& client, const fs::path&, Lies&) {
    auto found = client.get(table, {"2"});
    if (!found) return fail(found.error());
    return done(client.put(table, record(2, "new"), {.mode = PutMode::if_match((*found)->version)}));
}

Result<void> put_many(Client& client, const fs::path&, Lies&) {
    std::vector<std::string> texts;
    for (int id = 10; id < 22; ++id) texts.push_back(record(id, "new"));
    for (const auto& outcome : client.put_many(table, std::vector<std::string_view>(texts.begin(), texts.end()))) {
        if (!outcome) return fail(outcome.error());
    }
    return {};
}

Changes many_effect() {
    Changes changes;
    for (int id = 10; id < 22; ++id) changes[id] = "new";
    return changes;
}

Result<void> remove(Client& client, const fs::path&, Lies& lies) {
    const std::vector<std::string> ids = {"1"};
    const auto removed = client.remove(table, ids);
    if (removed && !*removed) lies.emplace_back("remove says that there was none");
    return done(removed);
}

// The first one is synced in its place, the others go through the log.
Result<void> put_and_remove(Client& client, const fs::path& root, Lies& lies) {
    for (const int id : {4, 2}) {
        if (auto put = done(client.put(table, record(id, "new"))); !put) return put;
    }
    return remove(client, root, lies);
}

Result<void> get(Client& client, const fs::path&, Lies& lies) {
    const auto found = client.get(table, {"1"});
    if (found && (!*found || (*found)->bytes.find("\"one\"") == std::string::npos)) lies.emplace_back("get gives something else");
    const auto none = client.get(table, {"4"});
    if (none && *none) lies.emplace_back("get gives what is not there");
    return found ? done(none) : done(found);
}

Result<void> list(Client& client, const fs::path&, Lies& lies) {
    const auto page = client.list(table);
    if (page && page->objects.size() != names_before.size()) lies.emplace_back("a listing is not whole");
    return done(page);
}

Result<void> query(Client& client, int first_of_bulk, Lies& lies) {
    const auto answer = client.query("SELECT (SELECT count(DISTINCT brandname) FROM generated_metadata) + sum(id) FROM bulk");
    if (!answer) return fail(answer.error());
    const std::int64_t expected = 3 + bulk_rows * first_of_bulk + std::int64_t{bulk_rows} * (bulk_rows - 1) / 2;
    if (number(*answer) != expected) lies.push_back(fmt::format("SQL gives {}, not {}", number(*answer), expected));
    return {};
}

Result<void> check(Client& client, std::string_view name, bool repair) {
    const auto report = client.check(name, repair);
    if (!report) return fail(report.error());
    // What cannot be read is a finding, not an error: then the caller is told there.
    for (const Finding& finding : report->findings) {
        if (finding.wrong && !finding.key.starts_with("bulk/")) return fail(ErrorCode::corrupt, finding.problem + finding.repair);
    }
    return {};
}

Result<void> export_as(Client& client, const fs::path& root, ExportFormat format, Lies& lies) {
    const auto count = client.export_table(table, format, (root / "exported").string());
    if (count && *count != names_before.size()) lies.emplace_back("an export is not whole");
    return done(count);
}

void no_mirror(const fs::path& root) {
    fs::remove_all(root / ".dualstore" / "mirror");
}

void nothing(const fs::path& root) {
    fs::remove_all(root);
}

std::vector<Operation> operations() {
    const auto init = [](Client& client, const fs::path&, Lies&) { return client.init(); };
    const auto query_old = [](Client& client, const fs::path&, Lies& lies) { return query(client, 0, lies); };
    const auto query_new = [](Client& client, const fs::path&, Lies& lies) { return query(client, bulk_rows, lies); };
    const auto ndjson = [](Client& client, const fs::path& root, Lies& lies) {
        return export_as(client, root, ExportFormat::ndjson, lies);
    };
    const auto parquet = [](Client& client, const fs::path& root, Lies& lies) {
        return export_as(client, root, ExportFormat::parquet, lies);
    };
    const auto look = [](Client& client, const fs::path&, Lies&) { return check(client, {}, false); };
    const auto mend = [](Client& client, const fs::path&, Lies&) { return check(client, table, true); };
    const auto break_one = [](const fs::path& root) {  // over several lines, which no reader takes
        std::ofstream(root / "metadata" / "brand_5.json") << "{\"brandid\": 5,\n\"brandname\": \"new\"}\n";
    };
    Operation first = put("FirstPut", 1);
    first.prepare = nothing;
    return {first,
            {"Init", init, {}, nothing},
            put("Put", 4),
            put("Replace", 1),
            put("PutOnlyIfNew", 4, {.mode = PutMode::create()}),
            {"PutExpected", put_expected, {{2, "new"}}},
            {"PutMany", put_many, many_effect()},
            {"Remove", remove, {{1, std::nullopt}}},
            {"PutAndRemove", put_and_remove, {{4, "new"}, {2, "new"}, {1, std::nullopt}}},
            {"Get", get},
            {"List", list},
            {"Query", query_old},
            {"QueryAndFirstSnapshot", query_old, {}, no_mirror},
            {"QueryAndNextSnapshot", query_new, {}, [](const fs::path& root) { write_bulk(root, bulk_rows); }},
            {"Check", look},
            {"Repair", mend, {{5, "new"}}, break_one},
            {"ExportNdjson", ndjson},
            {"ExportParquet", parquet}};
}

class ClientFault : public testing::TestWithParam<Operation> {
  protected:
    void SetUp() override {
        auto client = open(prepared());
        ASSERT_TRUE(client) << client.error().message;
        for (const auto& [id, name] : names_before) ASSERT_TRUE(client->put(table, record(id, name)));
        write_bulk(prepared(), 0);
        ASSERT_TRUE(client->query("SELECT count(*) FROM bulk, generated_metadata"));
        ASSERT_TRUE(fs::exists(prepared() / ".dualstore" / "mirror" / "current1"));
    }

    [[nodiscard]] fs::path prepared() const { return folder_.path() / "prepared"; }
    [[nodiscard]] fs::path root() const { return folder_.root(); }

    void start_again() {
        fs::remove_all(root());
        fs::copy(prepared(), root(), fs::copy_options::recursive);
        GetParam().prepare(root());
    }

    // One run; true: the operation made fewer calls than `plan` wants to fail.
    bool run(const Plan& plan) {
        start_again();
        ++runs_;
        Result<void> outcome;
        Lies lies;
        failing_calls::plan(root(), plan);
        try {
            auto client = open(root());
            outcome = client ? GetParam().run(*client, root(), lies) : Result<void>(fail(client.error()));
        } catch (const std::exception& exception) {
            lies.push_back(fmt::format("it threw: {}", exception.what()));
        }
        const auto calls = failing_calls::stop();
        if (!outcome) ++errors_;
        const bool over = plan.first > calls.size();
        const std::string where =
            fmt::format("call {} of {} ({}), errno {}{}{}", plan.first, calls.size(), over ? "none" : calls[plan.first - 1], plan.number,
                        plan.only_first ? "" : " from then on", plan.after_effect ? " after its effect" : "");
        SCOPED_TRACE(where + (outcome ? ", no error" : ", " + outcome.error().message));
        for (const std::string& lie : lies) ADD_FAILURE() << lie;
        if (over) {
            EXPECT_TRUE(outcome);
        }
        const bool either = plan.after_effect || (!outcome && outcome.error().code == ErrorCode::outcome_unknown);
        look(outcome.has_value(), either);
        if (GetParam().name.starts_with("Export")) look_at_export(outcome.has_value(), plan.after_effect);
        return over;
    }

    // What key, listing and SQL say now: the same, and what the outcome promises.
    void look(bool succeeded, bool either) {
        auto client = open(root());
        ASSERT_TRUE(client) << client.error().message;
        const bool empty = GetParam().name == "FirstPut" || GetParam().name == "Init";
        Names names = empty ? Names() : names_before;
        for (const auto& [id, name] : GetParam().effect) look_by_key(*client, id, name, succeeded, either, names);
        const auto page = client->list(table);
        ASSERT_TRUE(page) << page.error().message;
        const bool broken = GetParam().name == "Repair" && !names.contains(5);
        EXPECT_EQ(page->objects.size(), names.size() + (broken ? 1 : 0));
        if (!broken) {
            const auto answer = client->query("SELECT brandid, brandname FROM generated_metadata");
            ASSERT_TRUE(answer) << answer.error().message;
            Names in_sql;
            for (const auto& row : answer->rows) in_sql[std::get<std::int64_t>(row[0])] = std::get<std::string>(row[1]);
            EXPECT_EQ(in_sql, names);
            EXPECT_EQ(answer->rows.size(), names.size());
        }
        const auto bulk = client->query("SELECT count(*) FROM bulk");
        ASSERT_TRUE(bulk) << bulk.error().message;
        EXPECT_EQ(number(*bulk), empty ? 0 : bulk_rows);
        look_at_files(*client);
    }

    void look_by_key(Client& client, std::int64_t id, const std::optional<std::string>& name, bool succeeded, bool either, Names& names) {
        const auto found = client.get(table, {std::to_string(id)});
        ASSERT_TRUE(found) << found.error().message;
        const bool is_new = name ? *found && (*found)->bytes.find('"' + *name + '"') != std::string::npos &&
                                       (*found)->bytes.find('\n') == (*found)->bytes.size() - 1
                                 : !*found;
        const auto before = names.find(id);
        if (!is_new && before != names.end()) {
            ASSERT_TRUE(*found) << id << " is lost";
            EXPECT_THAT((*found)->bytes, testing::HasSubstr('"' + before->second + '"'));
        }
        const bool several = GetParam().effect.size() > 1 || GetParam().name == "Repair";  // each has an outcome of its own
        if (succeeded) {
            EXPECT_TRUE(is_new) << id;
        } else if (!either && !several) {
            EXPECT_FALSE(is_new) << id << " was not acknowledged, and is there";
        }
        if (is_new && name) names[id] = *name;
        if (is_new && !name) names.erase(id);
    }

    void look_at_export(bool succeeded, bool either) const {
        const std::string text = whole(root() / "exported");
        if (succeeded) {
            for (const auto& [id, name] : names_before) EXPECT_THAT(text, testing::HasSubstr(name));
        } else if (!either) {
            EXPECT_EQ(text, "");
        }
    }

    // Each file is an object, one that the store needs, or one that check names.
    void look_at_files(Client& client) {
        const auto report = client.check();
        ASSERT_TRUE(report) << report.error().message;
        std::set<std::string> named;
        for (const Finding& finding : report->findings) {
            named.insert(finding.key);
            EXPECT_TRUE(!finding.wrong || finding.key.starts_with("bulk/") || finding.key.ends_with("brand_5.json")) << finding.problem;
        }
        if (!fs::exists(root())) return;
        const fs::path mirror = root() / ".dualstore" / "mirror";
        const std::string current = whole(mirror / "current1");
        for (const auto& entry : fs::recursive_directory_iterator(root())) {
            const std::string path = fs::relative(entry.path(), root()).string();
            const std::string name = entry.path().filename().string();
            if (!entry.is_regular_file() || named.contains(path)) continue;
            const bool object = path.starts_with("metadata/") || path.starts_with("bulk/") || name.starts_with("exported");
            const bool definition = path.starts_with(".dualstore/tables/") && path.ends_with(".sql") && !name.starts_with('.');
            const bool of_mirror = entry.path().parent_path() == mirror && (name == "lock" || name == "current1" || name == current);
            const bool of_store = path == ".dualstore/lock" || path == ".dualstore/log/part-0" || path == ".dualstore/log/part-1";
            EXPECT_TRUE(object || definition || of_mirror || of_store) << path << " is left and nobody says so";
        }
    }

    TemporaryFolder folder_;
    std::size_t runs_ = 0;
    std::size_t errors_ = 0;
};

// Each call fails in one of the ways, which take turns. DUALSTORE_ALL_FAULTS=1: in all of them.
TEST_P(ClientFault, TellsTheTruthWhicheverCallFails) {
    std::vector<Plan> ways;
    for (const int number : {EIO, ENOSPC, EACCES, EMFILE}) {
        ways.push_back({.number = number});
        ways.push_back({.number = number, .only_first = false});
        ways.push_back({.number = number, .after_effect = true});
    }
    const bool all = environment_number("DUALSTORE_ALL_FAULTS", 0) != 0;
    bool over = false;
    for (std::uint64_t n = 1; !over && !HasFailure(); ++n) {
        for (std::size_t i = 0; i < (all ? ways.size() : 1); ++i) {
            Plan plan = ways[(n + i) % ways.size()];
            plan.first = n;
            over = run(plan);
        }
    }
    fmt::print("{} runs, {} of them ended with an error\n", runs_, errors_);
}

INSTANTIATE_TEST_SUITE_P(Every, ClientFault, testing::ValuesIn(operations()), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace dualstore
