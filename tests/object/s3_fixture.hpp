// A store whose server answers what a test says.
#pragma once

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dualstore/s3.hpp"
#include "servers/process.hpp"
#include "servers/scripted_server.hpp"

namespace dualstore {

using servers::Answer;
using servers::ScriptedServer;

inline Answer error_answer(int status, const std::string& code, const std::string& message = "So it is.", servers::Headers headers = {}) {
    headers.emplace_back("x-amz-request-id", "REQUEST1");
    return {
        .status = status,
        .headers = std::move(headers),
        .body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>"};
}

inline Answer stored(const std::string& etag = "e1") {
    return {.status = 200, .headers = {{"ETag", '"' + etag + '"'}}};
}

// To HEAD: of an object of three bytes that a put with this id wrote.
inline Answer headed(const std::string& put_id, const std::string& etag = "e1") {
    return {.status = 200, .headers = {{"ETag", '"' + etag + '"'}, {"x-amz-meta-dualstore-put", put_id}, {"Content-Length", "3"}}};
}

class S3Test : public testing::Test {
  protected:
    S3Test() { servers::use_credentials("AKIDEXAMPLE", "not-a-secret"); }

    S3Options options() {
        S3Options options{.bucket = "bucket"};
        options.aws.region = "eu-west-1";
        options.aws.endpoint = server_.endpoint();
        options.aws.deadline = std::chrono::seconds(5);
        options.aws.trace = [this](const RequestTrace& trace) {
            const std::lock_guard guard(mutex_);
            operations_.emplace_back(trace.operation);
        };
        return options;
    }
    static std::shared_ptr<ObjectStore> open(const S3Options& options) {
        auto store = open_s3_store(options);
        EXPECT_TRUE(store) << store.error().message;
        return store.value();
    }

    // The server keeps to every condition.
    void probe(ObjectStore& store) {
        for (const int status : {200, 412, 412, 412, 200, 204}) server_.answer({.status = status, .headers = {{"ETag", "\"probe\""}}});
        EXPECT_TRUE(store.capabilities());
        forget();
    }
    // Requests from now on.
    void forget() {
        seen_ = server_.requests().size();
        const std::lock_guard guard(mutex_);
        operations_.clear();
    }
    std::vector<servers::Request> requests() {
        const auto all = server_.requests();
        return {all.begin() + static_cast<std::ptrdiff_t>(seen_), all.end()};
    }
    std::vector<std::string> methods() {
        std::vector<std::string> methods;
        for (const auto& request : requests()) methods.push_back(request.method);
        return methods;
    }
    // By the trace: one for each attempt.
    std::vector<std::string> operations() {
        const std::lock_guard guard(mutex_);
        return operations_;
    }

    ScriptedServer server_;
    std::size_t seen_ = 0;
    std::mutex mutex_;
    std::vector<std::string> operations_;
};

}  // namespace dualstore
