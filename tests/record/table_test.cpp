#include "record/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/json.hpp"

namespace dualstore::record {
namespace {

using testing::HasSubstr;

// A clock that stands still, and bytes that do not change.
const Environment fixed = {[] { return Environment::Time(std::chrono::microseconds(1'700'000'000'123'456)); },
                           [] { return std::array<std::uint8_t, 16>{}; }};

const Table& builtin(std::string_view name) {
    static const auto tables = [] {
        std::vector<std::unique_ptr<Table>> all;
        for (const auto& definition : builtin_tables()) all.push_back(std::make_unique<Table>(definition));
        return all;
    }();
    for (const auto& table : tables) {
        if (table->definition().name == name) return *table;
    }
    throw std::invalid_argument(std::string(name));
}

Encoded encode(std::string_view table, std::string_view json, const Arguments& arguments = {}) {
    auto encoded = builtin(table).encode(json, fixed, arguments);
    if (!encoded) ADD_FAILURE() << encoded.error().message;
    return encoded ? *encoded : Encoded();
}

std::string refusal(std::string_view table, std::string_view json, const Arguments& arguments = {}) {
    auto encoded = builtin(table).encode(json, fixed, arguments);
    return encoded ? "taken: " + encoded->bytes : encoded.error().message;
}

TEST(Encode, KeepsFieldOrderAndDigitsAndPutsTheRecordOnOneLine) {
    const auto encoded =
        encode("generated_metadata",
               "{ \"zeta\" : [ 1.50 , 1e400, {\"a\" : 12345678901234567890123} ],\n \"brandid\": 7, \"confidence_score\": 0.10 }");
    EXPECT_EQ(encoded.key, "metadata/brand_7.json");
    EXPECT_EQ(encoded.bytes,
              "{\"zeta\":[1.50,1e400,{\"a\":12345678901234567890123}],\"brandid\":7,\"confidence_score\":0.10,"
              "\"generated_at\":\"2023-11-14 22:13:20.123456\"}\n");
}

TEST(Encode, FillsAutomaticFieldsOnlyWhereLeftOut) {
    const auto filled = encode("escalations", "{}");
    EXPECT_EQ(filled.key, "escalations/brand_unknown_00000000-0000-4000-8000-000000000000.json");
    EXPECT_EQ(filled.bytes,
              "{\"escalation_id\":\"00000000-0000-4000-8000-000000000000\",\"escalated_at\":\"2023-11-14 22:13:20.123456\","
              "\"status\":\"pending\"}\n");
    const auto given =
        encode("escalations", R"({"Escalation_ID":"e","status":null,"escalated_at":"2024-01-02T03:04:05+01:00","brandid":null})");
    EXPECT_EQ(given.key, "escalations/brand_unknown_e.json");
    EXPECT_EQ(given.bytes, "{\"Escalation_ID\":\"e\",\"status\":null,\"escalated_at\":\"2024-01-02 02:04:05\",\"brandid\":null}\n");
    EXPECT_THAT(given.generated, testing::ElementsAre(testing::Pair("escalation_id", "e")));
}

TEST(Encode, TakesTheArgumentAsTheTableSays) {
    // Metadata: the argument always wins. Feedback: it names the key, the record keeps its own.
    EXPECT_THAT(encode("generated_metadata", R"({"brandid":1})", {{"brandid", "2"}}).bytes, HasSubstr("{\"brandid\":2,"));
    const auto feedback = encode("feedback_history", R"({"brandid":1,"feedback_id":"f"})", {{"brandid", "2"}});
    EXPECT_EQ(feedback.key, "feedback/brand_2_f.json");
    EXPECT_THAT(feedback.bytes, HasSubstr("{\"brandid\":1,"));
    EXPECT_THAT(encode("feedback_history", R"({"feedback_id":"f"})", {{"brandid", "2"}}).bytes, HasSubstr("\"brandid\":2"));
    EXPECT_THAT(refusal("generated_metadata", "{}", {{"brandid", "\"x\""}}), HasSubstr("field 'brandid'"));
}

TEST(Encode, TakesTheExecutionIdFromTheArn) {
    EXPECT_EQ(encode("workflow_executions", R"({"execution_arn":"arn:aws:states:x:exec-1"})").key, "workflow-executions/exec-1.json");
    EXPECT_EQ(encode("workflow_executions", R"({"execution_arn":"exec-2"})").key, "workflow-executions/exec-2.json");
    EXPECT_EQ(encode("workflow_executions", "{}").key, "workflow-executions/00000000-0000-4000-8000-000000000000.json");
    EXPECT_THAT(refusal("workflow_executions", R"({"execution_arn":"arn:"})"), HasSubstr("leaves the record's key empty"));
}

TEST(Encode, NamesFieldValueAndTypeOfWhatDoesNotFit) {
    EXPECT_EQ(refusal("generated_metadata", R"({"brandid":1,"mccids":[1,"x"]})"),
              "field 'mccids[1]': \"x\" does not fit the column type int: expected a number");
    EXPECT_THAT(refusal("generated_metadata", R"({"brandid":1.5})"),
                HasSubstr("1.5 does not fit the column type int: it is not a whole number"));
    EXPECT_THAT(refusal("generated_metadata", R"({"brandid":1,"generated_at":"yesterday"})"),
                HasSubstr("column type timestamp: expected YYYY-MM-DD"));
    EXPECT_THAT(refusal("generated_metadata", R"({"brandid":1,"brandname":{"a":[1]}})"),
                HasSubstr("{\"a\":[1]} does not fit the column type string"));
    EXPECT_THAT(refusal("generated_metadata", "{}"), HasSubstr("field 'brandid': it is missing, and the record's key needs it"));
    EXPECT_THAT(refusal("generated_metadata", R"({"brandid":null})"), HasSubstr("field 'brandid': it is null"));
}

TEST(Encode, RefusesNamesThatAreEqualButForCaseAtEveryDepth) {
    for (const char* json :
         {R"({"brandid":1,"BRANDID":2})", R"({"brandid":1,"x":{"a":1,"a":2}})", R"({"brandid":1,"x":[{"É":1,"é":2}]})"}) {
        EXPECT_THAT(refusal("generated_metadata", json), HasSubstr("stands twice")) << json;
    }
    EXPECT_THAT(refusal("generated_metadata", R"({"brandid":1,"x":{"a\u0000b":1,"a\u0000c":2}})"), HasSubstr("taken"));
}

TEST(Encode, LimitsDepthTo128) {
    const auto nested = [](int depth) {
        return "{\"brandid\":1,\"x\":" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "}";
    };
    EXPECT_THAT(refusal("generated_metadata", nested(127)), HasSubstr("taken"));
    EXPECT_THAT(refusal("generated_metadata", nested(128)), HasSubstr("nested deeper than 128"));
    EXPECT_THAT(refusal("generated_metadata", nested(1'000'000)), HasSubstr("nested deeper than 128"));
}

TEST(Key, TakesOneIdATemplateFieldInItsShortestForm) {
    const auto key = [](std::string_view table, std::vector<std::string> ids) {
        auto result = builtin(table).key(ids);
        return result ? *result : result.error().message;
    };
    EXPECT_EQ(key("escalations", {"unknown", "e/f"}), "escalations/brand_unknown_e%2Ff.json");
    EXPECT_EQ(key("escalations", {"-5", "e"}), "escalations/brand_-5_e.json");
    EXPECT_THAT(key("escalations", {"5"}), HasSubstr("takes 2 ids (brandid, escalation_id), not 1"));
    for (const char* id : {"007", "+7", "7.0", "x", "-", "-0", "0x7", " 7", "99999999999999999999"}) {
        EXPECT_THAT(key("generated_metadata", {id}), HasSubstr("expected a whole number in its shortest form")) << id;
    }
    EXPECT_THAT(key("generated_metadata", {""}), HasSubstr("is empty"));
    EXPECT_THAT(key("workflow_executions", {"\xe9"}), HasSubstr("not valid UTF-8"));
    EXPECT_THAT(key("workflow_executions", {std::string(1100, 'x')}), HasSubstr("more than the limit of 1024"));
}

TEST(OwnKey, BindsOnlyWhereEveryIdIsInTheRecord) {
    EXPECT_EQ(builtin("escalations").own_key(R"({"brandid":5,"escalation_id":"e"})"), "escalations/brand_5_e.json");
    EXPECT_EQ(builtin("escalations").own_key(R"({"escalation_id":"e"})"), std::nullopt);
    EXPECT_EQ(builtin("feedback_history").own_key(R"({"brandid":5,"feedback_id":"f"})"), std::nullopt);
    EXPECT_EQ(builtin("workflow_executions").own_key("{}"), std::nullopt);
}

}  // namespace
}  // namespace dualstore::record
