#include "servers/http_message.hpp"

#include <strings.h>

#include <array>
#include <charconv>

namespace dualstore::servers {
namespace {

std::size_t number(std::string_view text, int base = 10) {
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

bool same(std::string_view one, std::string_view other) {
    return one.size() == other.size() && ::strncasecmp(one.data(), other.data(), one.size()) == 0;
}

Headers headers_in(std::string_view head) {
    Headers headers;
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.starts_with("\r\n")) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        const auto colon = line.find(':');
        const auto value = colon == line.npos ? line.npos : line.find_first_not_of(' ', colon + 1);
        headers.emplace_back(line.substr(0, colon), value == line.npos ? "" : line.substr(value));
        head.remove_prefix(line.size() + 2);
    }
    return headers;
}

}  // namespace

std::string_view header_of(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (same(key, name)) return value;
    }
    return {};
}

bool MessageReader::fill() {
    std::array<char, 65536> bytes;
    const std::size_t got = socket_.receive(bytes.data(), bytes.size());
    buffer_.append(bytes.data(), got);
    return got > 0;
}

bool MessageReader::read_head() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
        if (!fill()) return false;
    }
    head_ = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    return true;
}

bool MessageReader::read_line(std::string& line) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == buffer_.npos) {
        if (!fill()) return false;
    }
    line = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 2);
    return true;
}

bool MessageReader::read_bytes(std::size_t count, std::string& into) {
    while (buffer_.size() < count) {
        if (!fill()) return false;
    }
    into.append(buffer_, 0, count);
    buffer_.erase(0, count);
    return true;
}

bool MessageReader::read_chunks(std::string& raw, std::string& body) {
    std::string line;
    while (read_line(line)) {
        raw += line;
        const std::size_t size = number(line, 16);
        if (size == 0) break;
        if (!read_bytes(size, body) || !read_line(line)) return false;
        raw.append(body, body.size() - size, size).append(line);
    }
    while (read_line(line)) {  // trailers, up to the blank line
        raw += line;
        if (line == "\r\n") return true;
    }
    return false;
}

std::optional<Request> MessageReader::request() {
    if (!read_head()) return std::nullopt;
    const auto method_end = head_.find(' ');
    const auto target_end = head_.find(' ', method_end + 1);
    if (target_end > head_.find("\r\n")) return std::nullopt;
    Request request{.method = head_.substr(0, method_end), .target = head_.substr(method_end + 1, target_end - method_end - 1)};
    request.headers = headers_in(head_);
    if (same(request.header("Expect"), "100-continue") && !socket_.send("HTTP/1.1 100 Continue\r\n\r\n")) return std::nullopt;
    if (same(request.header("Transfer-Encoding"), "chunked")) {
        std::string raw;
        if (!read_chunks(raw, request.body)) return std::nullopt;
    } else if (!read_bytes(number(request.header("Content-Length")), request.body)) {
        return std::nullopt;
    }
    return request;
}

std::optional<RawAnswer> MessageReader::answer(std::string_view method) {
    RawAnswer answer;
    do {
        if (!read_head() || head_.size() < 12) return std::nullopt;
        answer.status = static_cast<int>(number(std::string_view(head_).substr(9, 3)));
    } while (answer.status / 100 == 1);
    answer.head = head_;
    const Headers headers = headers_in(answer.head);
    answer.closes = same(header_of(headers, "Connection"), "close");
    if (method == "HEAD" || answer.status == 204 || answer.status == 304) return answer;
    if (same(header_of(headers, "Transfer-Encoding"), "chunked")) {
        std::string body;
        if (!read_chunks(answer.body, body)) return std::nullopt;
    } else if (const auto length = header_of(headers, "Content-Length"); !length.empty()) {
        if (!read_bytes(number(length), answer.body)) return std::nullopt;
    } else {
        while (fill()) {
        }
        answer.body = std::exchange(buffer_, {});
        answer.closes = true;
    }
    return answer;
}

}  // namespace dualstore::servers
