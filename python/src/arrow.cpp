#include "arrow.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "arrow_type.hpp"

namespace dualstore::python {
namespace {

using Kind = ColumnType::Kind;

template <class Structure, void (*Release)(Structure*)>
struct Owned {
    Owned() { held.release = nullptr; }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() {
        if (held.release != nullptr) Release(&held);
    }
    Structure held;
};
using Schema = Owned<ArrowSchema, ArrowSchemaRelease>;
using Batch = Owned<ArrowArray, ArrowArrayRelease>;

constexpr double beyond_float = 0x1.ffffffp127;  // the least that a float rounds to infinity

ArrowStringView view(std::string_view text) {
    return {text.data(), static_cast<std::int64_t>(text.size())};
}

// EINVAL: the value is not of that type.
ArrowErrorCode append(ArrowArray* array, const ColumnType& type, const Value& value);

ArrowErrorCode append_decimal(ArrowArray* array, const ColumnType& type, std::string_view digits) {
    if (type.kind == Kind::text) return ArrowArrayAppendString(array, view(digits));
    const bool number_at_all = digits.find_first_of("0123456789") != std::string_view::npos;
    const auto number = type.kind == Kind::decimal && number_at_all ? unscaled(type, digits) : std::nullopt;
    if (!number) return EINVAL;
    ArrowDecimal decimal;
    ArrowDecimalInit(&decimal, 128, type.precision, type.scale);
    NANOARROW_RETURN_NOT_OK(ArrowDecimalSetDigits(&decimal, view(*number)));
    return ArrowArrayAppendDecimal(array, &decimal);
}

ArrowErrorCode append_list(ArrowArray* array, const ColumnType& type, const Array& list) {
    for (const Value& item : list.items) NANOARROW_RETURN_NOT_OK(append(array->children[0], type.children[0], item));
    return ArrowArrayFinishElement(array);
}

ArrowErrorCode append_map(ArrowArray* array, const ColumnType& type, const Map& map) {
    ArrowArray* entries = array->children[0];
    for (const auto& [key, item] : map.entries) {
        if (std::holds_alternative<std::monostate>(key)) return EINVAL;
        NANOARROW_RETURN_NOT_OK(append(entries->children[0], type.children[0], key));
        NANOARROW_RETURN_NOT_OK(append(entries->children[1], type.children[1], item));
        NANOARROW_RETURN_NOT_OK(ArrowArrayFinishElement(entries));
    }
    return ArrowArrayFinishElement(array);
}

ArrowErrorCode append_row(ArrowArray* array, const ColumnType& type, const Row& row) {
    if (row.fields.size() != type.children.size()) return EINVAL;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
        NANOARROW_RETURN_NOT_OK(append(array->children[i], type.children[i], row.fields[i].second));
    }
    return ArrowArrayFinishElement(array);
}

struct Append {
    ArrowArray* array;
    const ColumnType& type;

    [[nodiscard]] bool is(Kind kind) const { return type.kind == kind; }

    ArrowErrorCode operator()(std::monostate) const { return ArrowArrayAppendNull(array, 1); }
    ArrowErrorCode operator()(bool value) const { return is(Kind::boolean) ? ArrowArrayAppendInt(array, value ? 1 : 0) : EINVAL; }
    // The embedded engine's sums are decimals, and come as integers where they fit.
    ArrowErrorCode operator()(std::int64_t value) const {
        return is(Kind::integer) ? ArrowArrayAppendInt(array, value) : append_decimal(array, type, std::to_string(value));
    }
    ArrowErrorCode operator()(double value) const {
        const bool beyond = type.arrow == NANOARROW_TYPE_FLOAT && std::isfinite(value) && std::abs(value) >= beyond_float;
        return is(Kind::floating) && !beyond ? ArrowArrayAppendDouble(array, value) : EINVAL;
    }
    ArrowErrorCode operator()(const Decimal& value) const { return append_decimal(array, type, value.digits); }
    ArrowErrorCode operator()(const Binary& value) const {
        if (!is(Kind::binary)) return EINVAL;
        ArrowBufferView bytes;
        bytes.data.data = value.bytes.data();
        bytes.size_bytes = static_cast<std::int64_t>(value.bytes.size());
        return ArrowArrayAppendBytes(array, bytes);
    }
    ArrowErrorCode operator()(const std::string& value) const {
        if (is(Kind::text)) return ArrowArrayAppendString(array, view(value));
        if (!is(Kind::date) && !is(Kind::time) && !is(Kind::timestamp)) return EINVAL;
        const auto number = time_number(type, value);
        return number ? ArrowArrayAppendInt(array, *number) : EINVAL;
    }
    ArrowErrorCode operator()(const Array& value) const { return is(Kind::list) ? append_list(array, type, value) : EINVAL; }
    ArrowErrorCode operator()(const Map& value) const { return is(Kind::map) ? append_map(array, type, value) : EINVAL; }
    ArrowErrorCode operator()(const Row& value) const { return is(Kind::row) ? append_row(array, type, value) : EINVAL; }
};

ArrowErrorCode append(ArrowArray* array, const ColumnType& type, const Value& value) {
    return std::visit(Append{array, type}, static_cast<const Value::variant&>(value));
}

Result<void> checked(ArrowErrorCode code) {
    if (code == NANOARROW_OK) return {};
    return fail(ErrorCode::unavailable, fmt::format("the result cannot be given as Arrow: {}", std::generic_category().message(code)),
                "query");
}

ArrowErrorCode make_schema(ArrowSchema* schema, const QueryResult& result, const std::vector<ColumnType>& types) {
    ArrowSchemaInit(schema);
    NANOARROW_RETURN_NOT_OK(ArrowSchemaSetTypeStruct(schema, static_cast<std::int64_t>(types.size())));
    for (std::size_t i = 0; i < types.size(); ++i) {
        NANOARROW_RETURN_NOT_OK(set_type(schema->children[i], types[i]));
        NANOARROW_RETURN_NOT_OK(ArrowSchemaSetName(schema->children[i], result.columns[i].name.c_str()));
    }
    return NANOARROW_OK;
}

Result<void> fill(ArrowArray* batch, const QueryResult& result, const std::vector<ColumnType>& types) {
    if (auto begun = checked(ArrowArrayStartAppending(batch)); !begun) return begun;
    for (const auto& row : result.rows) {
        for (std::size_t i = 0; i < types.size(); ++i) {
            const ArrowErrorCode code = append(batch->children[i], types[i], row[i]);
            if (code == EINVAL) {
                const auto& column = result.columns[i];
                return fail(ErrorCode::corrupt, fmt::format("a value of the column {} is not of its type {}", column.name, column.type),
                            "query");
            }
            if (auto done = checked(code); !done) return done;
        }
        if (auto done = checked(ArrowArrayFinishElement(batch)); !done) return done;
    }
    return checked(ArrowArrayFinishBuildingDefault(batch, nullptr));
}

}  // namespace

Result<void> export_arrow(const QueryResult& result, ArrowArrayStream* stream) {
    std::vector<ColumnType> types;
    for (std::size_t i = 0; i < result.columns.size(); ++i) {
        ColumnType type = column_type(result.columns[i].type);
        for (const auto& row : result.rows) fit(type, row[i]);
        types.push_back(std::move(type));
    }
    Schema schema;
    if (auto made = checked(make_schema(&schema.held, result, types)); !made) return made;
    Batch batch;
    if (auto made = checked(ArrowArrayInitFromSchema(&batch.held, &schema.held, nullptr)); !made) return made;
    if (auto filled = fill(&batch.held, result, types); !filled) return filled;
    if (auto made = checked(ArrowBasicArrayStreamInit(stream, &schema.held, 1)); !made) return made;
    ArrowBasicArrayStreamSetArray(stream, 0, &batch.held);
    return {};
}

}  // namespace dualstore::python
