// Any text as what an S3 server answers: a list is in order, holds only what was asked for and goes on or ends; an error has a verdict.
// The input's lines: what the keys begin with, after which key, and the answer.
#include <algorithm>
#include <string>

#include "check.hpp"
#include "object/s3_answer.hpp"
#include "object/s3_request.hpp"

namespace {

using namespace dualstore;
using fuzz::check;

std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

void look_at_page(const ObjectPage& page, std::string_view prefix, std::string_view after, std::string_view body) {
    const std::string* last = nullptr;
    for (const ObjectInfo& object : page.objects) {
        check(object.key.starts_with(prefix), "a key that was not asked for", body);
        check(after.starts_with(object::token_mark) || object.key > after, "a key that came before", body);
        check(last == nullptr || *last <= object.key, "keys out of order", body);
        last = &object.key;
    }
    check(page.next.empty() || page.next != after, "a list that never ends", body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body(reinterpret_cast<const char*>(data), size);
    const std::string_view prefix = take_line(body);
    const std::string_view after = take_line(body);
    static const object::S3Address address{"b", "http://127.0.0.1", "r", "/b/", "p/"};
    if (const auto page = object::parse_page(body, address, prefix, after)) look_at_page(*page, prefix, after, body);
    for (const int status : {200, 400, 409, 503}) {
        const aws::Response response{status, {}, std::string(body)};
        (void)object::judge(response);
        check(status == 200 || !object::succeeded(response), "an error taken for success", body);
    }
    return 0;
}
