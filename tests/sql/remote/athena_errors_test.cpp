// What goes wrong, in dualstore's words.
#include "sql/remote/athena_fixture.hpp"

namespace dualstore::sql::remote {
namespace {

TEST_F(AthenaTest, AFailedQuerysErrorBeginsWithTrinosName) {
    struct Case {
        std::string reason;
        ErrorCode code;
        std::string begins;
    };
    const auto opened = engine();
    for (const Case& one : std::vector<Case>{
             {"TYPE_MISMATCH: line 1:8: Cannot apply operator: integer + varchar", ErrorCode::query, "TYPE_MISMATCH: line 1:8: Cannot"},
             {"COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested resources",
              ErrorCode::query, "COLUMN_NOT_FOUND: line 1:8"},
             {"FAILED: SemanticException [Error 10001]: Table not found nosuch", ErrorCode::query, "TABLE_NOT_FOUND: SemanticException"},
             {"Query timeout", ErrorCode::query, "EXCEEDED_TIME_LIMIT: Query timeout"},
             {"HIVE_BAD_DATA: Error parsing field value for field 1: For input string: \"x\"\nThis query ran against the \"db\" database",
              ErrorCode::corrupt, "HIVE_BAD_DATA: Error parsing field value for field 1"},
             {"HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: A JSONObject text must end with '}' "
              "s3://b/metadata/brand_1.json",
              ErrorCode::corrupt, "HIVE_CURSOR_ERROR: Row is not"},
             {"PERMISSION_DENIED: Access denied when writing output to url: s3://results/q.csv", ErrorCode::permission_denied,
              "PERMISSION_DENIED: Access denied"},
             {"FAILED: Execution Error, return code 1. MetaException(message:Insufficient Lake Formation permission(s): Required Create "
              "Database",
              ErrorCode::permission_denied, "GENERIC_USER_ERROR: Execution Error"},
             {"something new", ErrorCode::query, "GENERIC_USER_ERROR: something new"},
         }) {
        ScriptedQuery query;
        query.statuses = {status("RUNNING"), status("FAILED", one.reason)};
        athena_.script(query);
        const Error error = refused(*opened, "SELECT 1");
        EXPECT_EQ(error.code, one.code) << one.reason;
        EXPECT_TRUE(error.message.starts_with(one.begins)) << error.message;
        EXPECT_EQ(error.message.find('\n'), std::string::npos);
        EXPECT_EQ(error.message.find("This query ran"), std::string::npos);
    }
}

TEST_F(AthenaTest, AthenasOwnFailureIsNotTheQuerys) {
    ScriptedQuery query;
    query.statuses = {
        {{"State", "FAILED"}, {"AthenaError", {{"ErrorCategory", 1}, {"ErrorMessage", "internal error"}, {"Retryable", false}}}}};
    athena_.script(query);
    const Error error = refused(*engine(), "SELECT 1");
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.message, "GENERIC_INTERNAL_ERROR: internal error");
}

TEST_F(AthenaTest, AQueryStoppedFromOutsideIsAnError) {
    const auto opened = engine();
    ScriptedQuery query;
    query.statuses = {status("CANCELLED")};
    athena_.script(query);
    EXPECT_EQ(refused(*opened, "SELECT 1").message, "USER_CANCELED: the query was stopped from outside");
    query.statuses = {status("CANCELLED", "Bytes scanned limit was exceeded")};
    athena_.script(query);
    EXPECT_EQ(refused(*opened, "SELECT 1").message, "EXCEEDED_SCAN_LIMIT: Bytes scanned limit was exceeded");
}

TEST_F(AthenaTest, RefusedRequestsSayWhatToDo) {
    struct Case {
        Answer answer;
        ErrorCode code;
        std::string says;
    };
    const auto opened = engine();
    for (const Case& one : std::vector<Case>{
             {refusal("InvalidRequestException", "line 1:1: mismatched input 'SELEC'. Expecting: 'ALTER', 'ANALYZE'"), ErrorCode::query,
              "SYNTAX_ERROR: line 1:1: mismatched input 'SELEC'"},
             {refusal("InvalidRequestException", "Only one sql statement is allowed. Got: SELECT 1; SELECT 2"), ErrorCode::query,
              "SYNTAX_ERROR: Only one"},
             {refusal("InvalidRequestException",
                      "No output location provided. An output location is required either through the Workgroup result "
                      "configuration setting or as an API input."),
              ErrorCode::invalid_argument, "output=s3://bucket/prefix/"},
             {refusal("InvalidRequestException", "Unable to verify/create output bucket results"), ErrorCode::invalid_argument,
              "output=s3://bucket/prefix/"},
             {refusal("InvalidRequestException", "WorkGroup analysts is not found."), ErrorCode::invalid_argument, "check the workgroup"},
             {refusal("AccessDeniedException",
                      "User: arn:aws:iam::1:user/u is not authorized to perform: athena:StartQueryExecution on resource: x"),
              ErrorCode::permission_denied, "athena:StartQueryExecution"},
             {refusal("UnrecognizedClientException", "The security token included in the request is invalid."),
              ErrorCode::permission_denied, "The security token"},
         }) {
        athena_.refuse("StartQueryExecution", one.answer);
        const Error error = refused(*opened, "SELECT 1");
        EXPECT_EQ(error.code, one.code) << error.message;
        EXPECT_NE(error.message.find(one.says), std::string::npos) << error.message;
    }
    EXPECT_EQ(athena_.started(), 0U);
}

TEST_F(AthenaTest, ThrottlingThatDoesNotEndIsUnavailable) {
    athena_.refuse_always("StartQueryExecution", refusal("ThrottlingException", "Rate exceeded"));
    AthenaOptions hasty = options();
    hasty.aws.deadline = std::chrono::milliseconds(700);
    const Error error = refused(*engine(hasty), "SELECT 1");
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_GE(athena_.asked("StartQueryExecution").size(), 2U);
}

TEST_F(AthenaTest, CredentialsAreInNoErrorAndNoTrace) {
    AthenaOptions traced = options();
    std::mutex mutex;
    std::string seen;
    std::size_t attempts = 0;
    traced.aws.trace = [&](const RequestTrace& trace) {
        const std::lock_guard lock(mutex);
        ++attempts;
        seen += std::string(trace.service) + " " + std::string(trace.operation) + " " + std::string(trace.key) + " " +
                std::string(trace.error) + "\n";
    };
    athena_.refuse("StartQueryExecution", refusal("InvalidSignatureException", "The request signature we calculated does not match"));
    const auto opened = engine(traced);
    const Error error = refused(*opened, "SELECT 1");
    ask(*opened, "SELECT 1");
    const std::lock_guard lock(mutex);
    EXPECT_EQ(attempts, athena_.requests().size());
    EXPECT_NE(seen.find("athena StartQueryExecution"), std::string::npos) << seen;
    for (const char* secret : {"testsecret", "testkey", "Signature="}) {
        EXPECT_EQ(seen.find(secret), std::string::npos) << seen;
        EXPECT_EQ(error.message.find(secret), std::string::npos) << error.message;
    }
}

}  // namespace
}  // namespace dualstore::sql::remote
