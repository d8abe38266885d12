#include "object/key_rules.hpp"

#include "record/text.hpp"

namespace dualstore::object {
namespace {

std::optional<std::string_view> part_fault(std::string_view part) {
    if (part.empty()) return "the key has an empty part: it begins or ends with '/' or holds '//'";
    if (part == "." || part == "..") return "the key has a part '.' or '..', which a directory cannot hold";
    if (part.ends_with("%+")) return "the key has a part that ends in '%+', which is the directory store's mark for long names";
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> key_fault(std::string_view key) {
    if (key.empty()) return "the key is empty";
    if (key.size() > longest_key) return "the key is longer than 1,024 bytes";
    if (key.find('\0') != key.npos) return "the key holds a NUL byte";
    if (!record::valid_utf8(key)) return "the key is not valid UTF-8";
    return std::nullopt;
}

std::optional<std::string_view> path_key_fault(std::string_view key) {
    if (const auto fault = key_fault(key)) return fault;
    if (key == ".dualstore" || key.starts_with(".dualstore/")) return "the key lies in .dualstore, the store's own folder";
    for (std::size_t at = 0;;) {
        const auto end = key.find('/', at);
        if (const auto fault = part_fault(key.substr(at, end - at))) return fault;
        if (end == key.npos) return std::nullopt;
        at = end + 1;
    }
}

}  // namespace dualstore::object
