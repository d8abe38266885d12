// What Trino 476 wrote for values of each of its types, read.
#include "sql/remote/trino_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <variant>

#include "record/json.hpp"
#include "shown_value.hpp"
#include "sql/remote/base64.hpp"

namespace dualstore::sql::remote {
namespace {

std::string scalar(const std::string& name) {
    return R"({"rawType":")" + name + R"(","arguments":[]})";
}
std::string nested(const std::string& name, const std::string& first, const std::string& second = {}) {
    std::string text = R"({"rawType":")" + name + R"(","arguments":[{"kind":"TYPE","value":)" + first + "}";
    if (!second.empty()) text += R"(,{"kind":"TYPE","value":)" + second + "}";
    return text + "]}";
}

std::optional<TrinoColumn> column(const std::string& signature, const std::string& type = "t") {
    const auto document = record::parse_json(R"({"name":"c","type":")" + type + R"(","typeSignature":)" + signature + "}").value();
    return trino_column(yyjson_doc_get_root(document.get()));
}

std::optional<Value> read(const std::string& signature, const std::string& json) {
    const auto document = record::parse_json(json).value();
    return trino_value(column(signature)->type, yyjson_doc_get_root(document.get()));
}

TEST(TrinoValues, OfEveryType) {
    const std::string two_numbers = R"("arguments":[{"kind":"LONG","value":38},{"kind":"LONG","value":0}]})";
    const std::string row = R"({"rawType":"row","arguments":[
        {"kind":"NAMED_TYPE","value":{"fieldName":{"name":"a b"},"typeSignature":{"rawType":"integer","arguments":[]}}},
        {"kind":"NAMED_TYPE","value":{"typeSignature":{"rawType":"varbinary","arguments":[]}}}]})";
    struct Case {
        std::string type;
        const char* json;
        const char* value;
    };
    const Case cases[] = {
        {scalar("boolean"), "true", "true"},
        {scalar("tinyint"), "-128", "-128"},
        {scalar("bigint"), "9223372036854775807", "9223372036854775807"},
        {scalar("bigint"), "-9223372036854775808", "-9223372036854775808"},
        {scalar("real"), "0.1", "0.1"},
        {scalar("double"), "1.0E300", "1e300"},
        {scalar("double"), "-1e-300", "-1e-300"},
        {R"({"rawType":"decimal",)" + two_numbers, R"("12345678901234567890123456789012345678")",
         R"({"decimal":"12345678901234567890123456789012345678"})"},
        {scalar("varchar"), R"("é\u0000\"\n")", R"("é\u0000\"\n")"},
        {scalar("char"), R"("ab   ")", R"("ab   ")"},
        {scalar("json"), R"("{\"a\":[1,2]}")", R"("{\"a\":[1,2]}")"},
        {scalar("varbinary"), R"("AP8=")", R"({"hex":"00ff"})"},
        {scalar("varbinary"), R"("")", R"({"hex":""})"},
        {scalar("timestamp with time zone"), R"("2024-01-02 03:04:05.123 UTC")", R"("2024-01-02 03:04:05.123 UTC")"},
        {scalar("uuid"), R"("12151fd2-7586-11e9-8f9e-2a86e4085a59")", R"("12151fd2-7586-11e9-8f9e-2a86e4085a59")"},
        {scalar("unknown"), "null", "null"},
        {nested("array", scalar("integer")), "[1,null]", "[1,null]"},
        {nested("map", scalar("varchar"), nested("map", scalar("integer"), scalar("integer"))), R"({"\"":{"1":2},"":null})",
         R"({"map":{"\"":{"map":{"1":2}},"":null}})"},
        {nested("map", scalar("boolean"), scalar("double")), R"({"true":1.0})", R"({"map":{"true":1.0}})"},
        {nested("map", scalar("varbinary"), scalar("integer")), R"({"Cg==":1})", R"({"map":{"{\"hex\":\"0a\"}":1}})"},
        {nested("map", scalar("double"), scalar("integer")), R"({"1.0E300":1})", R"({"map":{"1e+300":1}})"},
        {nested("map", nested("array", scalar("integer")), scalar("integer")), R"({"[1, 2]":1})", R"({"map":{"[1, 2]":1}})"},
        {row, R"([1,"AA=="])", R"({"row":[1,{"hex":"00"}]})"},
        {nested("array", row), R"([[null,null],null])", R"([{"row":[null,null]},null])"},
    };
    for (const Case& one : cases) {
        const auto value = read(one.type, one.json);
        ASSERT_TRUE(value) << one.type << " " << one.json;
        EXPECT_EQ(shown(*value), nlohmann::json::parse(one.value)) << one.type << " " << one.json;
    }
    EXPECT_EQ(std::get<Row>(*read(row, R"([1,"AA=="])")).fields[0].first, "a b");
    EXPECT_TRUE(std::holds_alternative<std::int64_t>(
        std::get<Map>(*read(nested("map", scalar("bigint"), scalar("real")), R"({"5":1})")).entries[0].first));
    EXPECT_TRUE(std::holds_alternative<double>(*read(scalar("double"), "1")));
}

TEST(TrinoValues, NumbersThatJsonDoesNotHave) {
    EXPECT_TRUE(std::isnan(std::get<double>(*read(scalar("double"), R"("NaN")"))));
    EXPECT_EQ(std::get<double>(*read(scalar("real"), R"("Infinity")")), INFINITY);
    EXPECT_EQ(std::get<double>(*read(scalar("double"), R"("-Infinity")")), -INFINITY);
    EXPECT_TRUE(std::isnan(
        std::get<double>(std::get<Map>(*read(nested("map", scalar("double"), scalar("integer")), R"({"NaN":1})")).entries[0].first)));
}

TEST(TrinoValues, WhatDoesNotFitItsTypeIsNoValue) {
    for (const auto& [type, json] :
         std::initializer_list<std::pair<std::string, const char*>>{{scalar("boolean"), "1"},
                                                                    {scalar("integer"), "1.5"},
                                                                    {scalar("bigint"), "9223372036854775808"},
                                                                    {scalar("double"), R"("nan?")"},
                                                                    {scalar("varbinary"), R"("A")"},
                                                                    {nested("array", scalar("integer")), "{}"},
                                                                    {nested("map", scalar("integer"), scalar("integer")), R"({"x":1})"},
                                                                    {R"({"rawType":"row","arguments":[]})", "[1]"}}) {
        EXPECT_FALSE(read(type, json)) << type << " " << json;
    }
    EXPECT_FALSE(column(R"({"rawType":"map","arguments":[]})"));
    EXPECT_FALSE(column("1"));
}

TEST(TrinoValues, ColumnsHaveTheNamesOfTypesThatTypeofGives) {
    EXPECT_EQ(
        column(R"({"rawType":"decimal","arguments":[{"kind":"LONG","value":3},{"kind":"LONG","value":2}]})", "decimal(3, 2)")->column.type,
        "decimal(3, 2)");
    EXPECT_EQ(column(R"({"rawType":"varchar","arguments":[{"kind":"LONG","value":2147483647}]})", "varchar")->column.type, "varchar");
    EXPECT_EQ(column(scalar("interval day to second"), "INTERVAL DAY TO SECOND")->column.type, "interval day to second");
}

// RFC 4648, section 10.
TEST(Base64, TestVectors) {
    for (const auto& [bytes, text] : std::initializer_list<std::pair<std::string, std::string>>{{"", ""},
                                                                                                {"f", "Zg=="},
                                                                                                {"fo", "Zm8="},
                                                                                                {"foo", "Zm9v"},
                                                                                                {"foob", "Zm9vYg=="},
                                                                                                {"fooba", "Zm9vYmE="},
                                                                                                {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
    EXPECT_EQ(from_base64("+/8="), "\xfb\xff");
    for (const char* wrong : {"Zg", "Zg=", "Z===", "Z\n==", "Zm=v", "===="}) EXPECT_FALSE(from_base64(wrong)) << wrong;
}

}  // namespace
}  // namespace dualstore::sql::remote
