#include "sql/athena/functions/regexp_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "sql/athena/functions/regexp_match.hpp"
#include "sql/athena/functions/utf8.hpp"

namespace dualstore::sql::athena {
namespace {

using Property = std::pair<std::string_view, std::string_view>;

// What stands in a class for a property, by its name in lower case without blanks, '_' and '-'. Those that begin with '^' are all but that.
constexpr std::array<Property, 29> properties = {{
    {"alnum", "\\p{Alphabetic}\\p{Nd}"},
    {"alpha", "\\p{Alphabetic}"},
    {"ascii", "\\x00-\\x7F"},
    {"assigned", "^\\p{Cn}"},
    {"blank", "\\t\\p{Zs}"},
    {"cntrl", "\\p{Cc}"},
    {"digit", "\\p{Nd}"},
    {"graph", "^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}"},
    {"javadigit", "\\p{Nd}"},
    {"javaletter", "\\p{L}"},
    {"javaletterordigit", "\\p{L}\\p{Nd}"},
    {"javalowercase", "\\p{Lowercase}"},
    {"javauppercase", "\\p{Uppercase}"},
    {"javawhitespace", "\\t-\\r\\x1c-\\x20\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200a}\\x{2028}\\x{2029}\\x{205f}\\x{3000}"},
    {"letter", "\\p{L}"},
    {"lower", "\\p{Lowercase}"},
    {"mark", "\\p{M}"},
    {"number", "\\p{N}"},
    {"other", "\\p{C}"},
    {"print", "^\\p{Cc}\\p{Cn}\\p{Cs}\\p{Zl}\\p{Zp}"},
    {"punct", "\\p{P}"},
    {"punctuation", "\\p{P}"},
    {"separator", "\\p{Z}"},
    {"space", "\\p{White_Space}"},
    {"symbol", "\\p{S}"},
    {"unassigned", "\\p{Cn}"},
    {"upper", "\\p{Uppercase}"},
    {"word", "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"},
    {"xdigit", "0-9a-fA-F"},
}};

constexpr std::string_view word = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]";  // what \b is about, though \w is ASCII's
constexpr std::string_view anything = "[\\x{0}-\\x{10FFFF}]";
constexpr std::string_view nothing = "(?!)";

bool is_hexadecimal(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A class or a part of one: characters and ranges as PCRE2 writes them, and classes that must be tried beside them.
struct Members {
    std::string items;
    std::vector<std::string> classes;

    void add_property(std::string_view property, bool negated) {
        const bool without = property.starts_with('^');
        if (without) property.remove_prefix(1);
        if (without == negated) {
            items += property;
        } else {
            classes.push_back(fmt::format("[^{}]", property));
        }
    }

    [[nodiscard]] std::string pattern() const {
        if (classes.empty()) return items.empty() ? std::string(nothing) : fmt::format("[{}]", items);
        if (items.empty() && classes.size() == 1) return classes.front();
        std::string all = items.empty() ? std::string(nothing) : fmt::format("[{}]", items);
        for (const std::string& other : classes) all += "|" + other;
        return fmt::format("(?:{})", all);
    }
};

class Translator {
  public:
    explicit Translator(std::string_view pattern) : text_(pattern) {}

    std::string translate() {
        while (at_ < text_.size()) step();
        return std::move(out_);
    }

  private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
    [[noreturn]] static void fail(std::string_view message) { throw RegexpFailure{std::string(message)}; }

    // Notes where an atom begins, for the quantifiers behind it.
    void atom(std::string_view text, bool anchor = false) {
        atom_ = out_.size();
        wrap_ = anchor;
        out_ += text;
    }

    void step() {
        const char c = peek();
        if (c == '\\') return escape();
        if (c == '[') return atom(character_class());
        if (c == '(') return open_group();
        if (c == ')') return close_group();
        if (extended_ && c == '#') return copy(rest().find('\n'));
        if (c == '*' || c == '+' || c == '?' || (c == '{' && interval_length() > 0)) return quantifier();
        if (c == '|') {
            atom_ = std::string::npos;
            return copy(1);
        }
        atom_ = out_.size();
        wrap_ = c == '^' || c == '$';
        copy(utf8_length(c));
    }

    void copy(std::size_t length) {
        length = std::min(length, text_.size() - at_);
        out_ += text_.substr(at_, length);
        at_ += length;
    }

    // Of "{1,2}"; 0: it is no quantifier.
    [[nodiscard]] std::size_t interval_length() const {
        std::size_t length = 1;
        const auto digits = [&] {
            const std::size_t first = length;
            while (is_digit(peek(length))) ++length;
            return length - first;
        };
        if (digits() == 0) return 0;
        if (peek(length) == ',') {
            ++length;
            digits();
        }
        return peek(length) == '}' ? length + 1 : 0;
    }

    // PCRE2 has none behind another one, and none behind an anchor.
    void quantifier() {
        if (atom_ == std::string::npos) fail("target of repeat operator is not specified");
        if (wrap_) {
            out_.insert(atom_, "(?:");
            out_ += ')';
        }
        copy(peek() == '{' ? interval_length() : 1);
        if (peek() == '?' || peek() == '+') copy(1);
        wrap_ = true;
    }

    void open_group() {
        groups_.emplace_back(out_.size(), extended_);
        atom_ = std::string::npos;
        if (peek(1) == '*') fail("target of repeat operator is not specified");
        if (peek(1) != '?') return copy(1);
        const char kind = peek(2);
        if (kind == '#') {
            groups_.pop_back();
            const auto end = rest().find(')');
            if (end == std::string_view::npos) fail("end pattern in group");
            at_ += end + 1;
            return;
        }
        if (kind == ':' || kind == '=' || kind == '!' || kind == '>') return copy(3);
        if (kind == '<' || kind == '\'') return copy(peek(3) == '=' || peek(3) == '!' ? 4 : 3);
        std::size_t length = 2;
        bool on = true;
        for (; std::string_view("imsx-").find(peek(length)) != std::string_view::npos && peek(length) != '\0'; ++length) {
            if (peek(length) == '-') on = false;
            if (peek(length) == 'x') extended_ = on;
        }
        if (length == 2 || (peek(length) != ':' && peek(length) != ')')) fail("undefined group option");
        // Of what stands alone the enclosing group's rest is meant, up to whose end the option holds.
        if (peek(length) == ')') groups_.pop_back();
        copy(length + 1);
    }

    void close_group() {
        copy(1);
        if (groups_.empty()) return;  // PCRE2 will say so
        atom_ = groups_.back().first;
        extended_ = groups_.back().second;
        wrap_ = false;
        groups_.pop_back();
    }

    void escape() {
        const char c = peek(1);
        switch (c) {
            case '\0':
                fail("end pattern at escape");
            case 'Q': {
                const auto end = std::min(rest().find("\\E"), rest().size());
                const std::string_view literal = rest().substr(2, end - 2);
                at_ += std::min(end + 2, rest().size());
                for (std::size_t i = 0; i < literal.size();) {
                    std::size_t next = i;
                    const char32_t point = next_code_point(literal, next);
                    atom(fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(point)));
                    i = next;
                }
                return;
            }
            case 'b':
                at_ += 2;
                return atom(fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", word));
            case 'B':
                at_ += 2;
                return atom(fmt::format("(?:(?<={0})(?={0})|(?<!{0})(?!{0}))", word));
            case 'k':
                return back_reference();
            case 'A':
            case 'z':
            case 'Z':
            case 'G':
                at_ += 2;
                return atom(std::string{'\\', c}, true);
            default:
                break;
        }
        if (c >= '1' && c <= '9') {
            atom(text_.substr(at_, 2));
            at_ += 2;
            while (is_digit(peek())) copy(1);
            return;
        }
        Members members;
        const bool set = std::string_view("dDwWsSpP").find(c) != std::string_view::npos;
        const std::string character = escaped(members);
        atom(set ? members.pattern() : character);
    }

    // \k<name>, \k<1>
    void back_reference() {
        const auto end = rest().find('>');
        const std::string_view name = end == std::string_view::npos ? std::string_view() : rest().substr(3, end - 3);
        const bool number = !name.empty() && std::ranges::all_of(name, is_digit);
        if (!number) return atom_ = out_.size(), copy(2);
        at_ += end + 1;
        atom(fmt::format("\\g{{{}}}", name));
    }

    // What an escape means inside a class and outside: a character, as PCRE2 writes it; or a set, which is added.
    std::string escaped(Members& members) {
        const char c = peek(1);
        at_ += 2;
        if (std::string_view("dDwWsS").find(c) != std::string_view::npos) {
            members.items += {'\\', c};
            return {};
        }
        switch (c) {
            case 'p':
            case 'P':
                property(members, c == 'P');
                return {};
            case 't':
            case 'n':
            case 'r':
            case 'f':
            case 'a':
            case 'e':
                return std::string{'\\', c};
            case 'v':
                return "\\x0b";
            case 'u':
                return unit();
            case 'x':
                return hexadecimal();
            case '0':
                return octal();
            case 'c': {
                const std::string control = {'\\', 'c', peek()};
                if (at_ < text_.size()) ++at_;
                return control;
            }
            default:
                break;
        }
        --at_;
        const std::size_t length = std::min(utf8_length(c), text_.size() - at_);
        const std::string_view character = text_.substr(at_, length);
        at_ += length;
        // Letters that mean nothing after a backslash are themselves.
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || length > 1;
        return letter ? std::string(character) : "\\" + std::string(character);
    }

    // \u00e9. Halves of surrogate pairs are in no text.
    std::string unit() {
        const std::string_view digits = rest().substr(0, 4);
        if (digits.size() < 4 || !std::ranges::all_of(digits, is_hexadecimal)) return "u";
        at_ += 4;
        const bool surrogate = (digits[0] == 'd' || digits[0] == 'D') && digits[1] >= '8';
        return surrogate ? "\\x{10ffff}" : fmt::format("\\x{{{}}}", digits);
    }

    std::string hexadecimal() {
        const bool braces = peek() == '{';
        const std::string_view from = rest().substr(braces ? 1 : 0);
        const auto end = static_cast<std::size_t>(std::ranges::find_if_not(from, is_hexadecimal) - from.begin());
        const std::string_view digits = from.substr(0, braces ? end : std::min<std::size_t>(end, 2));
        if (digits.empty() || (braces && from.substr(end, 1) != "}")) return "x";
        at_ += digits.size() + (braces ? 2 : 0);
        return fmt::format("\\x{{{}}}", digits);
    }

    std::string octal() {
        unsigned value = 0;
        for (int i = 0; i < 2 && peek() >= '0' && peek() <= '7'; ++i, ++at_) value = value * 8 + static_cast<unsigned>(peek() - '0');
        return fmt::format("\\x{{{:x}}}", value);
    }

    // \pL, \p{Lu}, \p{Alpha}
    void property(Members& members, bool negated) {
        std::string_view name = rest().substr(0, 1);
        if (peek() == '{') {
            const auto end = rest().find('}');
            if (end == std::string_view::npos) fail("invalid character property name");
            name = rest().substr(1, end - 1);
            at_ += end + 1;
        } else {
            at_ += name.size();
        }
        std::string key;
        for (const char c : name) {
            if (c != ' ' && c != '_' && c != '-') key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        const auto* found = std::ranges::find(properties, std::string_view(key), &Property::first);
        if (found != properties.end()) return members.add_property(found->second, negated);
        if (name.empty() || name.find_first_of("^&=:") != std::string_view::npos) {
            fail(fmt::format("invalid character property name <{}>", name));
        }
        members.items += fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', name);
    }

    // [:alpha:], [:^alpha:]. False: it is none, and nothing is taken.
    bool posix(Members& members) {
        if (!rest().starts_with("[:")) return false;
        const auto end = rest().find(":]");
        if (end == std::string_view::npos) return false;
        std::string_view name = rest().substr(2, end - 2);
        const bool negated = name.starts_with('^');
        if (negated) name.remove_prefix(1);
        constexpr std::array<std::string_view, 14> names = {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
                                                            "lower", "print", "punct", "space", "upper", "word",  "xdigit"};
        if (std::ranges::find(names, name) == names.end()) {
            if (!name.empty() && std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; })) fail("invalid POSIX bracket type");
            return false;
        }
        members.add_property(std::ranges::find(properties, name, &Property::first)->second, negated);
        at_ += end + 2;
        return true;
    }

    std::string character_class() {
        if (++depth_ > deepest) fail("too deep nest level in char-class");
        ++at_;
        const bool negated = peek() == '^';
        if (negated) ++at_;
        std::vector<Members> parts(1);  // of an intersection
        bool first = true;
        while (peek() != ']' || first) {
            if (at_ >= text_.size()) fail("premature end of char-class");
            if (peek() == ']' && rest().find(']', 1) == std::string_view::npos) fail("empty char-class");
            first = false;
            member(parts);
        }
        ++at_;
        --depth_;
        if (parts.size() == 1 && parts[0].classes.empty() && !parts[0].items.empty()) {
            return fmt::format("[{}{}]", negated ? "^" : "", parts[0].items);
        }
        std::string all;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) all += fmt::format("(?={})", parts[i].pattern());
        all += parts.back().pattern();
        return negated ? fmt::format("(?:(?!{}){})", all, anything) : fmt::format("(?:{})", all);
    }

    void member(std::vector<Members>& parts) {
        Members& members = parts.back();
        const char c = peek();
        if (rest().starts_with("&&")) {
            at_ += 2;
            parts.emplace_back();
        } else if (c == '[') {
            if (!posix(members)) {
                std::string inner = character_class();
                parts.back().classes.push_back(std::move(inner));
            }
        } else if (c == '\\') {
            if (at_ + 1 == text_.size()) fail("end pattern at escape");
            if (peek(1) == 'b') {
                at_ += 2;
                members.items += "\\x08";
            } else {
                members.items += escaped(members);
            }
        } else {
            // PCRE2 would take [: and the like inside a class for POSIX names.
            if (c == ']' || c == '^' || c == ':') members.items += '\\';
            const std::size_t length = std::min(utf8_length(c), text_.size() - at_);
            members.items += text_.substr(at_, length);
            at_ += length;
        }
    }

    static constexpr int deepest = 50;

    std::string_view text_;
    std::size_t at_ = 0;
    std::string out_;
    std::size_t atom_ = std::string::npos;  // where the last atom begins in `out_`
    bool wrap_ = false;                     // a quantifier behind it needs it in brackets
    bool extended_ = false;                 // (?x)
    std::vector<std::pair<std::size_t, bool>> groups_;
    int depth_ = 0;
};

}  // namespace

std::string pcre_pattern(std::string_view pattern) {
    return Translator(pattern).translate();
}

}  // namespace dualstore::sql::athena
