#include "dual/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace dualstore::dual {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string> decode(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) return fail(ErrorCode::invalid_argument, "a '%' in an URL stands before two hexadecimal digits");
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return plain;
}

// What stands before `mark`, which is taken off; all of it where there is no mark.
std::string_view take_until(std::string_view& text, char mark) {
    const std::size_t at = std::min(text.find(mark), text.size());
    const std::string_view before = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return before;
}

Result<void> read_settings(Url& url, std::string_view text) {
    while (!text.empty()) {
        std::string_view value = take_until(text, '&');
        auto name = decode(take_until(value, '='));
        auto plain = decode(value);
        if (!name) return fail(name.error());
        if (!plain) return fail(plain.error());
        url.settings.emplace_back(std::move(*name), std::move(*plain));
    }
    return {};
}

}  // namespace

std::string Url::setting(std::string_view name, std::string_view otherwise) const {
    const auto found = std::find_if(settings.begin(), settings.end(), [&](const auto& one) { return one.first == name; });
    return found == settings.end() ? std::string(otherwise) : found->second;
}

Result<void> Url::check_settings(std::string_view owner, std::initializer_list<std::string_view> names) const {
    for (auto one = settings.begin(); one != settings.end(); ++one) {
        if (std::find(names.begin(), names.end(), one->first) == names.end()) {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("'{}' is no setting of {}: expected {}", one->first, owner, fmt::join(names, ", ")));
        }
        if (std::any_of(settings.begin(), one, [&](const auto& other) { return other.first == one->first; })) {
            return fail(ErrorCode::invalid_argument, fmt::format("the setting '{}' of {} stands twice", one->first, owner));
        }
    }
    return {};
}

Result<long> Url::seconds(std::string_view name, long otherwise) const {
    const std::string text = setting(name);
    if (text.empty()) return otherwise;
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    constexpr long year = 366L * 24 * 3600;
    if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > year) {
        return fail(ErrorCode::invalid_argument, fmt::format("{}={} is no number of seconds, 1 or more", name, text));
    }
    return number;
}

Result<std::optional<bool>> Url::flag(std::string_view name) const {
    const std::string text = setting(name);
    if (text.empty()) return std::optional<bool>();
    if (text != "on" && text != "off") return fail(ErrorCode::invalid_argument, fmt::format("{}={}: expected on or off", name, text));
    return std::optional(text == "on");
}

Result<Url> parse_url(std::string_view text) {
    const std::size_t mark = text.find("://");
    if (mark == text.npos || mark == 0) return fail(ErrorCode::invalid_argument, "an URL begins with a scheme, as in s3://BUCKET");
    Url url;
    url.scheme = text.substr(0, mark);
    text.remove_prefix(mark + 3);
    std::string_view query = text;
    std::string_view place = take_until(query, '?');
    if (auto read = read_settings(url, query); !read) return fail(read.error());
    std::string_view host = take_until(place, '/');
    if (const std::size_t at = host.rfind('@'); at != host.npos) {
        std::string_view password = host.substr(0, at);
        auto user = decode(take_until(password, ':'));
        auto plain = decode(password);
        if (!user) return fail(user.error());
        if (!plain) return fail(plain.error());
        url.user = std::move(*user);
        url.password = std::move(*plain);
        host.remove_prefix(at + 1);
    }
    url.host = host;
    auto path = decode(place);
    if (!path) return fail(path.error());
    url.path = std::move(*path);
    return url;
}

}  // namespace dualstore::dual
