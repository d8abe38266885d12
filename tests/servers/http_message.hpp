// HTTP/1.1 messages as they come over a connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "servers/socket.hpp"

namespace dualstore::servers {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first of that name, whatever its case; empty where there is none.
[[nodiscard]] std::string_view header_of(const Headers& headers, std::string_view name);

struct Request {
    std::string method;
    std::string target;  // path and query as they stood on the wire
    Headers headers = {};
    std::string body = {};
    int connection = 0;  // the number of the connection it came over, from 1

    [[nodiscard]] std::string_view header(std::string_view name) const { return header_of(headers, name); }
    [[nodiscard]] std::string path() const { return target.substr(0, target.find('?')); }
};

// An answer as another server gave it.
struct RawAnswer {
    int status = 0;
    std::string head;  // with the blank line
    std::string body;  // chunked where it was
    bool closes = false;
};

// Reads message after message. Nothing: the connection ended, or what came is no HTTP.
class MessageReader {
  public:
    explicit MessageReader(const Socket& socket) : socket_(socket) {}

    std::optional<Request> request();
    // The head of the last request as it stood on the wire, with the blank line.
    [[nodiscard]] const std::string& head() const { return head_; }
    std::optional<RawAnswer> answer(std::string_view method);

  private:
    bool fill();
    bool read_head();
    bool read_line(std::string& line);
    bool read_bytes(std::size_t count, std::string& into);
    bool read_chunks(std::string& raw, std::string& body);

    const Socket& socket_;
    std::string buffer_;
    std::string head_;
};

}  // namespace dualstore::servers
