// A template in the first line and ids in those behind it: a key gives its ids back, and stays below its folder.
#include <string>
#include <vector>

#include "check.hpp"
#include "record/key_template.hpp"
#include "record/text.hpp"

using namespace dualstore;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto end = text.find('\n');
    if (end == text.npos || !record::valid_utf8(text)) return 0;
    const auto key_template = record::KeyTemplate::parse(text.substr(0, end));
    // Any text may be a key; most are no template's.
    if (!key_template) return 0;
    std::vector<std::string> ids;
    std::string_view rest = text.substr(end + 1);
    static_cast<void>(key_template->ids(rest));
    while (ids.size() < key_template->fields().size()) {
        const auto next = std::min(rest.find('\n'), rest.size());
        ids.emplace_back(rest.substr(0, next));
        rest.remove_prefix(std::min(next + 1, rest.size()));
        if (ids.back().empty()) return 0;
    }
    const std::string key = key_template->key(ids);
    check(key_template->ids(key) == ids, "other ids", key);
    std::string_view parts = key;
    while (true) {
        const auto slash = parts.find('/');
        const std::string_view part = parts.substr(0, slash);
        check(!part.empty() && part[0] != '.' && part[0] != '_', "a part that leads elsewhere or is hidden", key);
        if (slash == parts.npos) return 0;
        parts.remove_prefix(slash + 1);
    }
}
