#include "record/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "record/json.hpp"
#include "record/number.hpp"
#include "record/text.hpp"
#include "record/timestamp.hpp"

namespace dualstore::record {
namespace {

bool integer_kind(Type::Kind kind) {
    return kind == Type::Kind::tinyint || kind == Type::Kind::smallint || kind == Type::Kind::integer || kind == Type::Kind::bigint;
}

}  // namespace

bool hidden(std::string_view key, std::string_view location) {
    for (std::size_t part = location.size(); part < key.size();) {
        if (key[part] == '.' || key[part] == '_') return true;
        const auto slash = key.find('/', part);
        part = slash == key.npos ? slash : slash + 1;
    }
    return false;
}

// One record on its way: the parsed text, the arguments beside it, and what was filled in.
class Table::Encoder {
  public:
    Encoder(const Table& table, const Environment& environment) : table_(table), environment_(environment) {}

    Result<Encoded> run(std::string_view json, const Arguments& arguments) {
        for (const auto& [name, text] : arguments) {
            auto parsed = parse_json(text);
            if (!parsed) return fail(ErrorCode::invalid_argument, fmt::format("the argument {}: {}", name, parsed.error().message));
            arguments_.emplace_back(fold(name), std::move(*parsed));
        }
        if (auto done = append_fields(json); !done) return fail(done.error());
        if (auto done = append_automatic(); !done) return fail(done.error());
        if (auto done = close(); !done) return fail(done.error());
        auto key = make_key();
        if (!key) return fail(key.error());
        out_.key = std::move(*key);
        out_.bytes = std::move(walk_.bytes);
        return std::move(out_);
    }

    Result<std::string> run_again(std::string_view json) {
        if (auto done = append_fields(json); !done) return fail(done.error());
        if (auto done = close(); !done) return fail(done.error());
        return std::move(walk_.bytes);
    }

  private:
    Result<void> close() {
        walk_.bytes += '}';
        if (walk_.bytes.size() > largest_record)
            return fail(ErrorCode::invalid_record, "with its automatic fields it has more than 16 MiB");
        walk_.bytes += '\n';
        return {};
    }

    [[nodiscard]] yyjson_val* argument(std::string_view name) const {
        for (const auto& [known, document] : arguments_) {
            if (known == name) return yyjson_doc_get_root(document.get());
        }
        return nullptr;
    }

    // The argument that stands for a field of this name whatever the record has there.
    [[nodiscard]] yyjson_val* always(std::string_view name) const {
        const std::string folded = fold(name);
        const AutomaticField* automatic = table_.automatic(folded);
        return automatic && automatic->source == AutomaticField::Source::argument_always ? argument(folded) : nullptr;
    }

    Result<void> append_field(std::string_view name, yyjson_val* value) {
        if (walk_.bytes.size() > 1) walk_.bytes += ',';
        append_json_string(walk_.bytes, name);
        walk_.bytes += ':';
        const Column* column = table_.columns_.find(name, expected_column_);
        return append_checked(walk_, value, column ? &column->type : nullptr, Path{nullptr, name}, 1);
    }

    Result<void> append_fields(std::string_view json) {
        auto document = parse_record(json);
        if (!document) return fail(document.error());
        document_ = std::move(*document);
        root_ = yyjson_doc_get_root(document_.get());
        if (auto distinct = check_names(root_, {}); !distinct) return distinct;
        walk_.bytes.reserve(json.size() + 128);
        walk_.bytes += '{';
        for (const auto [name, value] : Members(root_)) {
            yyjson_val* replaced = arguments_.empty() ? nullptr : always(name);
            if (auto done = append_field(name, replaced ? replaced : value); !done) return done;
        }
        return {};
    }

    // Fills what the caller left out; a field given as null is given.
    Result<void> append_automatic() {
        using Source = AutomaticField::Source;
        for (const AutomaticField& field : table_.definition_.automatic) {
            yyjson_val* given = member(root_, field.name);
            if (!given && (field.source == Source::argument || field.source == Source::argument_always)) {
                if (yyjson_val* value = argument(field.name)) {
                    if (auto done = append_field(field.name, value); !done) return done;
                }
                continue;
            }
            std::string text;
            if (given) {
                if (yyjson_is_str(given)) text = string_of(given);
            } else {
                text = field.source == Source::uuid  ? new_uuid(environment_)
                       : field.source == Source::now ? to_text(environment_.now())
                                                     : field.literal;
                if (walk_.bytes.size() > 1) walk_.bytes += ',';
                append_json_string(walk_.bytes, field.name);
                walk_.bytes += ':';
                append_json_string(walk_.bytes, text);
                filled_.emplace_back(field.name, text);
            }
            if (field.source == Source::uuid) out_.generated.emplace_back(field.name, std::move(text));
        }
        return {};
    }

    // The id of one template field: the argument where the field takes one, the record's value, what was filled in, the default.
    Result<std::string> id(const KeyTemplate::Field& field) {
        const AutomaticField* automatic = table_.automatic(field.name);
        const bool takes_argument = automatic && (automatic->source == AutomaticField::Source::argument ||
                                                  automatic->source == AutomaticField::Source::argument_always);
        yyjson_val* value = takes_argument ? argument(field.name) : nullptr;
        if (!value) value = member(root_, field.name);
        auto id = table_.id_of(field, value);
        if (!id) return fail(id.error());
        if (*id) return std::move(**id);
        if (!value) {
            for (const auto& [name, text] : filled_) {
                if (name == field.name) return text;
            }
        }
        if (field.default_text) return *field.default_text;
        if (field.last) return new_uuid(environment_);
        return fail(ErrorCode::invalid_record,
                    fmt::format("field '{}': it is {}, and the record's key needs it", field.name, value ? "null" : "missing"));
    }

    Result<std::string> make_key() {
        std::vector<std::string> ids;
        for (const auto& field : table_.template_.fields()) {
            auto one = id(field);
            if (!one) return one;
            ids.push_back(std::move(*one));
        }
        return table_.located(ids, ErrorCode::invalid_record);
    }

    const Table& table_;
    const Environment& environment_;
    Json document_{nullptr, &yyjson_doc_free};
    yyjson_val* root_ = nullptr;
    std::vector<std::pair<std::string, Json>> arguments_;
    std::vector<std::pair<std::string, std::string>> filled_;
    Walk walk_;
    std::size_t expected_column_ = 0;
    Encoded out_;
};

// The template was parsed once when the definition was read.
Table::Table(TableDefinition definition)
    : definition_(std::move(definition)), template_(KeyTemplate::parse(definition_.key_template).value()), columns_(definition_) {}

Result<Encoded> Table::encode(std::string_view json, const Environment& environment, const Arguments& arguments) const {
    return Encoder(*this, environment).run(json, arguments);
}

Result<std::string> Table::reencode(std::string_view json) const {
    const Environment none;
    return Encoder(*this, none).run_again(json);
}

Result<std::string> Table::key(std::span<const std::string> ids) const {
    const auto& fields = template_.fields();
    if (ids.size() != fields.size()) {
        std::string names;
        for (const auto& field : fields) names += (names.empty() ? "" : ", ") + field.name;
        return fail(ErrorCode::invalid_argument, fmt::format("table {} takes {} id{} ({}), not {}", definition_.name, fields.size(),
                                                             fields.size() == 1 ? "" : "s", names, ids.size()));
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string& id = ids[i];
        if (id.empty()) return fail(ErrorCode::invalid_argument, fmt::format("the id {} is empty", fields[i].name));
        if (!valid_utf8(id)) return fail(ErrorCode::invalid_argument, fmt::format("the id {} is not valid UTF-8", fields[i].name));
        if (!is_integer(fields[i].name) || id == fields[i].default_text) continue;
        const auto digits = id.find_first_not_of('-');
        const bool shortest = id.find_first_not_of("0123456789", id.starts_with('-') ? 1 : 0) == id.npos && digits != id.npos &&
                              (id[digits] != '0' || id == "0");
        if (!shortest || scaled(id, 0, 19).fit != NumberFit::exact) {
            return fail(ErrorCode::invalid_argument,
                        fmt::format("the id {} is '{}': expected a whole number in its shortest form", fields[i].name, excerpt(id)));
        }
    }
    return located(ids, ErrorCode::invalid_argument);
}

std::optional<std::string> Table::own_key(std::string_view json) const {
    auto document = parse_record(json);
    if (!document) return std::nullopt;
    std::vector<std::string> ids;
    for (const auto& field : template_.fields()) {
        const AutomaticField* filled = automatic(field.name);
        if (filled && filled->source == AutomaticField::Source::argument) return std::nullopt;
        auto id = id_of(field, member(yyjson_doc_get_root(document->get()), field.name));
        if (!id || !*id) return std::nullopt;
        ids.push_back(std::move(**id));
    }
    auto key = located(ids, ErrorCode::invalid_record);
    return key ? std::optional(std::move(*key)) : std::nullopt;
}

const AutomaticField* Table::automatic(std::string_view name) const {
    for (const AutomaticField& field : definition_.automatic) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

bool Table::is_integer(std::string_view field) const {
    const Column* column = columns_.find(field);
    return column && integer_kind(column->type.kind);
}

Result<std::optional<std::string>> Table::id_of(const KeyTemplate::Field& field, yyjson_val* value) const {
    if (!value || yyjson_is_null(value)) return std::optional<std::string>();
    std::string id;
    if (yyjson_is_str(value) && !is_integer(field.name)) {
        id = string_of(value);
        if (field.last) id.erase(0, id.rfind(':') + 1);  // npos + 1 is 0: no colon, the whole
        if (id.empty())
            return fail(ErrorCode::invalid_record, fmt::format("field '{}': {} leaves the record's key empty", field.name, shown(value)));
    } else if (const Scaled number = yyjson_is_raw(value) ? scaled(number_of(value), 0, 19) : Scaled{NumberFit::inexact};
               number.fit == NumberFit::exact && number.value == static_cast<std::int64_t>(number.value)) {
        id = fmt::format("{}", static_cast<std::int64_t>(number.value));
    } else {
        return fail(ErrorCode::invalid_record, fmt::format("field '{}': {} cannot be part of the record's key: expected a {}whole number",
                                                           field.name, shown(value), is_integer(field.name) ? "" : "string or a "));
    }
    return std::optional(std::move(id));
}

Result<std::string> Table::located(std::span<const std::string> ids, ErrorCode code) const {
    std::string key = definition_.location + template_.key(ids);
    if (key.size() > longest_key) {
        return fail(code, fmt::format("its key has {} bytes, more than the limit of {}: {}", key.size(), longest_key, excerpt(key)));
    }
    return key;
}

}  // namespace dualstore::record
