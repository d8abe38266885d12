#include "cli/print.hpp"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <cwchar>

#include "cli/options.hpp"

namespace dualstore::cli {
namespace {

bool number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.-+eE") == text.npos;
}

}  // namespace

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

int flushed() {
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return Exit::done;
    say(fmt::format("dualstore: cannot write to standard output: {}", std::strerror(errno)));
    return Exit::failed;
}

void say(std::string_view line) {
    const std::string safe = one_line(line) + "\n";
    std::fwrite(safe.data(), 1, safe.size(), stderr);
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '\n') {
            line += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            line += fmt::format("\\x{:02x}", byte);
        } else {
            line += c;
        }
    }
    return line;
}

std::size_t width(std::string_view text) {
    // The C library's own table of wide and combining characters, whatever the program's locale is.
    static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    const locale_t before = ::uselocale(unicode);
    std::size_t columns = 0;
    std::mbstate_t state{};
    while (!text.empty()) {
        wchar_t character = 0;
        const std::size_t length = std::mbrtowc(&character, text.data(), text.size(), &state);
        const bool valid = length > 0 && length <= text.size();
        columns += valid ? static_cast<std::size_t>(std::max(::wcwidth(character), 0)) : 1;
        if (!valid) state = {};
        text.remove_prefix(valid ? length : 1);
    }
    ::uselocale(before);
    return columns;
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    std::vector<bool> right(header_.size(), !rows_.empty());
    for (const auto& name : header_) widths.push_back(width(name));
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width(row[i]));
            if (!row[i].empty() && !number(row[i])) right[i] = false;
        }
    }
    std::string text;
    const auto append = [&](const std::vector<std::string>& row) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - width(row[i]), ' ');
            line += (i > 0 ? "  " : "") + (right[i] ? space + row[i] : row[i] + space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    append(header_);
    std::vector<std::string> rule;
    for (const std::size_t one : widths) rule.emplace_back(one, '-');
    append(rule);
    for (const auto& row : rows_) append(row);
    return text;
}

}  // namespace dualstore::cli
