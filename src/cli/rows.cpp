#include "cli/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/print.hpp"
#include "record/text.hpp"

namespace dualstore::cli {
namespace {

// How values without a JSON type of their own are written: for people and programs (`plain`), or so that each type can be told (`typed`).
enum class Style { plain, typed };

void append_double(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "\"nan\"";
    } else if (std::isinf(value)) {
        out += value > 0 ? "\"inf\"" : "\"-inf\"";
    } else {
        const auto before = out.size();
        fmt::format_to(std::back_inserter(out), "{}", value);
        if (out.find_first_of(".e", before) == out.npos) out += ".0";
    }
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(byte));
    return text;
}

// The order of a map's keys: numbers and texts by their value, others as they come.
bool less(const Value& a, const Value& b) {
    if (a.index() != b.index()) return false;
    if (const auto* integer = std::get_if<std::int64_t>(&a)) return *integer < std::get<std::int64_t>(b);
    if (const auto* number = std::get_if<double>(&a)) return *number < std::get<double>(b);
    if (const auto* text = std::get_if<std::string>(&a)) return *text < std::get<std::string>(b);
    return false;
}

class JsonWriter {
  public:
    JsonWriter(std::string& out, Style style) : out_(out), style_(style) {}

    void operator()(std::monostate) { out_ += "null"; }
    void operator()(bool value) { out_ += value ? "true" : "false"; }
    void operator()(std::int64_t value) { fmt::format_to(std::back_inserter(out_), "{}", value); }
    void operator()(double value) { append_double(out_, value); }
    void operator()(const std::string& value) { record::append_json_string(out_, value); }
    void operator()(const Decimal& value) { wrapped("decimal", value.digits); }
    void operator()(const Binary& value) { wrapped("hex", hex(value.bytes)); }

    void operator()(const Array& value) {
        list(value.items, [this](const Value& item) { write(item); });
    }

    void operator()(const Map& value) {
        if (style_ == Style::typed) {
            out_ += "{\"map\":";
            auto entries = value.entries;
            std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return less(a.first, b.first); });
            list(entries, [this](const auto& entry) {
                out_ += '[';
                write(entry.first);
                out_ += ',';
                write(entry.second);
                out_ += ']';
            });
            out_ += '}';
            return;
        }
        out_ += '{';
        for (const auto& [key, item] : value.entries) {
            if (&key != &value.entries.front().first) out_ += ',';
            name(key);
            write(item);
        }
        out_ += '}';
    }

    void operator()(const Row& value) {
        const auto item = [this](const auto& field) { write(field.second); };
        if (style_ == Style::typed) {
            out_ += "{\"row\":";
            list(value.fields, item);
            out_ += '}';
        } else if (!value.fields.empty() && value.fields.front().first.empty()) {
            list(value.fields, item);
        } else {
            out_ += '{';
            for (const auto& field : value.fields) {
                if (&field != &value.fields.front()) out_ += ',';
                record::append_json_string(out_, field.first);
                out_ += ':';
                write(field.second);
            }
            out_ += '}';
        }
    }

    void write(const Value& value) { std::visit(*this, static_cast<const Value::variant&>(value)); }

  private:
    void wrapped(const char* kind, const std::string& text) {
        if (style_ == Style::typed) out_ += fmt::format("{{\"{}\":", kind);
        record::append_json_string(out_, text);
        if (style_ == Style::typed) out_ += '}';
    }

    template <class Items, class Write>
    void list(const Items& items, Write write_item) {
        out_ += '[';
        for (const auto& item : items) {
            if (&item != &items.front()) out_ += ',';
            write_item(item);
        }
        out_ += ']';
    }

    // A map's key as an object's name: its text.
    void name(const Value& key) {
        std::string text;
        JsonWriter(text, Style::plain).write(key);
        if (text.starts_with('"')) {
            out_ += text;
        } else {
            record::append_json_string(out_, text);
        }
        out_ += ':';
    }

    std::string& out_;
    Style style_;
};

std::string json(const Value& value, Style style) {
    std::string text;
    JsonWriter(text, style).write(value);
    return text;
}

// Text stands as it is, all else as JSON.
std::string cell(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* decimal = std::get_if<Decimal>(&value)) return decimal->digits;
    if (const auto* binary = std::get_if<Binary>(&value)) return hex(binary->bytes);
    std::string text = json(value, Style::plain);
    if (std::holds_alternative<double>(value)) std::erase(text, '"');  // nan and the infinities
    return text;
}

std::string object(const QueryResult& result, const std::vector<Value>& row) {
    std::string text = "{";
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) text += ',';
        record::append_json_string(text, result.columns[i].name);
        text += ':' + json(row[i], Style::plain);
    }
    return text + "}";
}

void print_table(const QueryResult& result) {
    std::vector<std::string> header;
    for (const auto& column : result.columns) header.push_back(one_line(column.name));
    TextTable table(std::move(header));
    for (const auto& row : result.rows) {
        std::vector<std::string> cells;
        for (const auto& value : row) cells.push_back(std::holds_alternative<std::monostate>(value) ? "" : one_line(cell(value)));
        table.add(std::move(cells));
    }
    print(table.text());
}

// RFC 4180. Null is an empty field, empty text is "".
void print_csv(const QueryResult& result) {
    const auto quoted = [](const std::string& text) {
        if (!text.empty() && text.find_first_of(",\"\r\n") == text.npos) return text;
        std::string field = "\"";
        for (const char c : text) field.append(c == '"' ? 2 : 1, c);
        return field + "\"";
    };
    std::string line;
    for (const auto& column : result.columns) line += (&column == &result.columns.front() ? "" : ",") + quoted(column.name);
    print(line + "\r\n");
    for (const auto& row : result.rows) {
        line.clear();
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) line += ',';
            if (!std::holds_alternative<std::monostate>(row[i])) line += quoted(cell(row[i]));
        }
        print(line + "\r\n");
    }
}

void print_arrays(const QueryResult& result) {
    std::string text = "{\"columns\":[";
    for (const auto& column : result.columns) {
        text += &column == &result.columns.front() ? "{\"name\":" : ",{\"name\":";
        record::append_json_string(text, column.name);
        text += ",\"type\":";
        record::append_json_string(text, column.type);
        text += '}';
    }
    text += "],\"rows\":[";
    for (const auto& row : result.rows) {
        text += &row == &result.rows.front() ? "[" : ",[";
        for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "," : "") + json(row[i], Style::typed);
        text += ']';
    }
    print(text + "]}\n");
}

}  // namespace

void print_rows(const QueryResult& result, std::string_view format) {
    if (format == "table") return print_table(result);
    if (format == "csv") return print_csv(result);
    if (format == "arrays") return print_arrays(result);
    const bool array = format == "json";
    if (array) print("[");
    for (const auto& row : result.rows) {
        if (array) print(&row == &result.rows.front() ? "\n" : ",\n");
        print(object(result, row));
        if (!array) print("\n");
    }
    if (array) print(result.rows.empty() ? "]\n" : "\n]\n");
}

}  // namespace dualstore::cli
