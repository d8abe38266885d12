// The sample records: every one is taken, and comes back as what it was.
#include <cstdio>
#include <ctime>
#include <map>
#include <optional>

#include "cli/exact_json.hpp"
#include "cli/store_test.hpp"
#include "dualstore/client.hpp"

namespace dualstore::cli_test {
namespace {

using Document = ExactJson::Document;

struct Sample {
    std::string table;
    std::vector<std::string> ids;  // fields of the key
    std::vector<std::string> timestamps;
};

void PrintTo(const Sample& sample, std::ostream* out) {
    *out << sample.table;
}

const std::vector<Sample>& samples() {
    static const std::vector<Sample> all = {
        {"generated_metadata", {"brandid"}, {"generated_at"}},
        {"feedback_history", {"brandid", "feedback_id"}, {"submitted_at"}},
        {"workflow_executions", {"execution_arn"}, {"start_time", "stop_time"}},
        {"escalations", {"brandid", "escalation_id"}, {"escalated_at", "resolved_at"}},
    };
    return all;
}

std::string file_of(const Sample& sample) {
    return TEST_DATA "/records/" + sample.table + ".ndjson";
}

// Microseconds since 1970 of the spellings in the samples, by the C library; none where it is another.
std::optional<long long> instant(const std::string& text) {
    std::tm time{};
    char fraction[16] = "";
    char zone[8] = "";
    int read = 0;
    const int fields = std::sscanf(text.c_str(), "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &time.tm_year, &time.tm_mon, &time.tm_mday,
                                   &time.tm_hour, &time.tm_min, &time.tm_sec, &read);
    if (fields != 6) return std::nullopt;
    std::string rest = text.substr(static_cast<std::size_t>(read));
    if (std::sscanf(rest.c_str(), ".%9[0-9]", fraction) == 1) rest.erase(0, 1 + std::string_view(fraction).size());
    long long offset = 0;
    int hours = 0;
    int minutes = 0;
    char sign = '+';
    if (std::sscanf(rest.c_str(), "%c%2d:%2d", &sign, &hours, &minutes) == 3) {
        offset = (sign == '-' ? -60 : 60) * (hours * 60LL + minutes);
    } else if (std::sscanf(rest.c_str(), "%7s", zone) == 1 && std::string_view(zone) != "Z") {
        return std::nullopt;
    }
    time.tm_year -= 1900;
    time.tm_mon -= 1;
    std::string micros(fraction);
    micros.resize(6, '0');
    return (timegm(&time) - offset) * 1'000'000 + std::stoll(micros);
}

// What `get` takes to find the record.
Arguments ids_of(const Sample& sample, const Document& record) {
    Arguments ids;
    for (const auto& field : sample.ids) {
        if (!record.contains(field)) {
            ids.emplace_back("unknown");
            continue;
        }
        const auto text = record[field].get<std::string>();
        const auto last = text.rfind(field == "execution_arn" ? ':' : ' ');
        ids.push_back(last == text.npos ? text : text.substr(last + 1));
    }
    return ids;
}

// The stored record is the given one, in its order, with nothing but automatic fields behind it.
void expect_same(const Sample& sample, Document given, Document stored) {
    ASSERT_TRUE(given.is_object());
    ASSERT_TRUE(stored.is_object()) << stored;
    const std::map<std::string, Arguments> automatic = {{"generated_metadata", {"generated_at"}},
                                                        {"feedback_history", {"feedback_id", "submitted_at"}},
                                                        {"workflow_executions", {"start_time"}},
                                                        {"escalations", {"escalation_id", "escalated_at", "status"}}};
    for (const auto& field : automatic.at(sample.table)) {
        EXPECT_TRUE(stored.contains(field)) << stored;
        if (!given.contains(field)) stored.erase(field);
    }
    for (const auto& field : sample.timestamps) {
        if (!given.contains(field) || given[field].is_null()) continue;
        const auto before = instant(given[field].get<std::string>());
        const auto after = instant(stored[field].get<std::string>());
        ASSERT_TRUE(before.has_value()) << given[field];
        EXPECT_EQ(before, after) << given[field] << " became " << stored[field];
        stored[field] = given[field];
    }
    EXPECT_EQ(given.dump(), stored.dump());
}

class Records : public StoreTest {
  protected:
    // Every record through the library, and some through `get`, which takes a process each.
    void expect_all_back(const Sample& sample) {
        auto client = Client::open({.store = url(), .create = false});
        ASSERT_TRUE(client.has_value());
        std::size_t number = 0;
        for (const auto& line : lines_of(read_file(file_of(sample)))) {
            SCOPED_TRACE(line);
            const auto given = ExactJson::parse(line);
            const auto ids = ids_of(sample, given);
            auto record = client->get(sample.table, ids);
            ASSERT_TRUE(record.has_value()) << record.error().message;
            ASSERT_TRUE(record->has_value());
            expect_same(sample, given, ExactJson::parse((*record)->bytes));
            EXPECT_EQ(std::count((*record)->bytes.begin(), (*record)->bytes.end(), '\n'), 1);
            if (number++ % 100 != 0) continue;
            Arguments get = {"get", sample.table};
            get.insert(get.end(), ids.begin(), ids.end());
            EXPECT_EQ(done(get), (*record)->bytes);
        }
    }
};

class SampleRecords : public Records, public testing::WithParamInterface<Sample> {};

TEST_P(SampleRecords, FromStandardInputComeBackByKeyAndInSql) {
    const std::string input = read_file(file_of(GetParam()));
    EXPECT_EQ(lines_of(done({"put", GetParam().table}, input)).size(), lines_of(input).size());
    expect_all_back(GetParam());
    expect_records(GetParam().table, lines_of(input).size());
}

TEST_P(SampleRecords, FromFilesComeBackByKeyAndInSql) {
    const std::size_t records = lines_of(read_file(file_of(GetParam()))).size();
    EXPECT_EQ(done({"put", GetParam().table, "--quiet", file_of(GetParam())}), std::to_string(records) + " records stored, 0 refused\n");
    expect_all_back(GetParam());
    expect_records(GetParam().table, records);
    EXPECT_EQ(run({"check"}).code, 0);
}

INSTANTIATE_TEST_SUITE_P(Tables, SampleRecords, testing::ValuesIn(samples()), [](const auto& sample) { return sample.param.table; });

TEST_F(Records, AreTheWholeSample) {
    std::size_t all = 0;
    for (const auto& sample : samples()) all += lines_of(read_file(file_of(sample))).size();
    EXPECT_EQ(all, 7500U);
}

TEST_F(Records, ALineAcknowledgesTheRecordOfTheSameLine) {
    const auto& feedback = samples()[1];
    const auto given = lines_of(read_file(file_of(feedback)));
    const auto acknowledged = lines_of(done({"put", feedback.table, file_of(feedback)}));
    ASSERT_EQ(acknowledged.size(), given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
        const auto line = Json::parse(acknowledged[i]);
        const auto record = Json::parse(given[i]);
        ASSERT_TRUE(line["s3_key"].get<std::string>().starts_with("feedback/brand_" + record["brandid"].dump() + "_")) << acknowledged[i];
        if (record.contains("feedback_id")) {
            ASSERT_EQ(line["feedback_id"], record["feedback_id"]) << acknowledged[i];
        }
    }
}

TEST_F(Records, NumbersKeepEveryDigit) {
    const std::string digits =
        R"({"brandid":1,"a":0.1000000000000000055511151231257827,"b":12345678901234567890123,"c":1.0,"d":1e5,"e":-0.0})";
    done({"put", "generated_metadata"}, digits);
    const auto stored = done({"get", "generated_metadata", "1"});
    EXPECT_TRUE(stored.starts_with(digits.substr(0, digits.size() - 1))) << stored;
}

}  // namespace
}  // namespace dualstore::cli_test
