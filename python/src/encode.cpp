#include "encode.hpp"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "errors.hpp"
#include "package.hpp"
#include "record/json.hpp"
#include "record/text.hpp"

namespace nb = nanobind;

namespace dualstore::python {
namespace {

// Where a value stands: its key or its index, in the one around it.
struct Place {
    const Place* around = nullptr;
    PyObject* key = nullptr;
    Py_ssize_t index = 0;
};

// As UTF-8; what has none is escaped.
std::string escaped(nb::handle text) {
    const nb::object bytes = nb::steal(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace"));
    if (!bytes.is_valid()) throw nb::python_error();
    return {PyBytes_AsString(bytes.ptr()), static_cast<std::size_t>(PyBytes_Size(bytes.ptr()))};
}

std::string type_name_of(nb::handle value) {
    return record::excerpt(escaped(value.type().attr("__name__")));
}

// Called while `raised` is handled: what is no fault of the value that was asked (KeyboardInterrupt, MemoryError) goes on.
void rethrow_unless_of_value(const nb::python_error& raised) {
    if (!raised.matches(PyExc_Exception) || raised.matches(PyExc_MemoryError)) throw;
}

// `describe` is PyObject_Str or PyObject_Repr, which may run the value's own code.
std::string described(nb::handle value, PyObject* (*describe)(PyObject*)) {
    try {
        const nb::object text = nb::steal(describe(value.ptr()));
        if (!text.is_valid()) throw nb::python_error();
        return escaped(text);
    } catch (const nb::python_error& raised) {
        rethrow_unless_of_value(raised);
        return type_name_of(value);
    }
}

// Called while `raised` is handled: what it says, on one line.
std::string reason(const nb::python_error& raised) {
    rethrow_unless_of_value(raised);
    std::string text = described(raised.value(), PyObject_Str);
    std::ranges::replace(text, '\n', ' ');
    return text.empty() ? type_name_of(raised.value()) : text;
}

std::string path_of(const Place* place) {
    std::vector<const Place*> places;
    for (; place != nullptr && (place->key != nullptr || place->around != nullptr); place = place->around) places.push_back(place);
    std::string path;
    for (auto at = places.rbegin(); at != places.rend(); ++at) {
        if ((*at)->key == nullptr) {
            path += fmt::format("[{}]", (*at)->index);
        } else {
            path += (path.empty() ? "" : ".") + escaped((*at)->key);
        }
    }
    return path;
}

[[noreturn]] void refuse(const Place& place, std::string_view why) {
    const std::string path = path_of(&place);
    throw Failed(ErrorCode::invalid_record, path.empty() ? std::string(why) : fmt::format("field '{}': {}", record::excerpt(path), why));
}

// The bytes of a str; they live as long as it.
std::string_view utf8(nb::handle value, const Place& place) {
    Py_ssize_t size = 0;
    const char* bytes = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
    if (bytes == nullptr) {
        try {
            throw nb::python_error();
        } catch (const nb::python_error& raised) {
            if (!raised.matches(PyExc_UnicodeEncodeError)) throw;
        }
        refuse(place, fmt::format("{} holds half a surrogate pair, which is no character", shown(value)));
    }
    return {bytes, static_cast<std::size_t>(size)};
}

class JsonWriter {
  public:
    void write(nb::handle value, const Place& place, int depth) {
        PyObject* object = value.ptr();
        if (PyUnicode_Check(object)) return string(value, place);
        if (value.is_none()) return text("null");
        if (PyBool_Check(object)) return text(object == Py_True ? "true" : "false");
        if (PyLong_Check(object)) return integer(value, place);
        if (PyFloat_Check(object)) return number(PyFloat_AsDouble(object), place);
        if (PyDict_Check(object)) return dict(value, place, depth + 1);
        if (PyList_Check(object)) return list(value, PyList_Size(object), PyList_GetItem, place, depth + 1);
        if (PyTuple_Check(object)) return list(value, PyTuple_Size(object), PyTuple_GetItem, place, depth + 1);
        other(value, place);
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    void text(std::string_view written) { out_ += written; }

    void string(nb::handle value, const Place& place) { record::append_json_string(out_, utf8(value, place)); }

    void integer(nb::handle value, const Place& place) {
        int overflow = 0;
        const long long small = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
        if (overflow == 0) {
            fmt::format_to(std::back_inserter(out_), "{}", small);
            return;
        }
        other(value, place);
    }

    void number(double value, const Place& place) {
        if (!std::isfinite(value)) {
            refuse(place, fmt::format("{} is no JSON number: leave the field out, or give None", std::isnan(value) ? "NaN" : "Infinity"));
        }
        // As repr() does: the shortest digits that give the same double.
        char* digits = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, nullptr);
        if (digits == nullptr) throw nb::python_error();
        out_ += digits;
        PyMem_Free(digits);
    }

    void enter(const Place& place, int depth) {
        if (depth > record::deepest_record) refuse(place, fmt::format("it is nested deeper than {} levels", record::deepest_record));
    }

    void dict(nb::handle value, const Place& place, int depth) {
        enter(place, depth);
        out_ += '{';
        PyObject* key = nullptr;
        PyObject* item = nullptr;
        bool first = true;
        for (Py_ssize_t position = 0; PyDict_Next(value.ptr(), &position, &key, &item) != 0; first = false) {
            const nb::object held_key = nb::borrow(key);
            const nb::object held_item = nb::borrow(item);
            if (!PyUnicode_Check(key)) {
                refuse(place, fmt::format("the key {} is of type {}: expected str", shown(key), type_name_of(nb::handle(key))));
            }
            if (!first) out_ += ',';
            const Place inside{&place, key};
            string(key, inside);
            out_ += ':';
            write(item, inside, depth);
        }
        out_ += '}';
    }

    void list(nb::handle value, Py_ssize_t size, PyObject* (*get)(PyObject*, Py_ssize_t), const Place& place, int depth) {
        enter(place, depth);
        out_ += '[';
        for (Py_ssize_t i = 0; i < size; ++i) {
            if (i != 0) out_ += ',';
            const nb::object item = nb::borrow(get(value.ptr(), i));
            if (!item.is_valid()) {
                PyErr_Clear();
                refuse(place, "the list got shorter while it was written");
            }
            write(item, {&place, nullptr, i}, depth);
        }
        out_ += ']';
    }

    void other(nb::handle value, const Place& place) {
        std::string why;
        try {
            out_ += nb::cast<std::string>(package().json_text(value));
            return;
        } catch (const nb::python_error& raised) {
            why = reason(raised);
        }
        refuse(place, why);
    }

    std::string out_;
};

}  // namespace

std::string shown(nb::handle value) {
    return record::excerpt(described(value, PyObject_Repr));
}

std::string to_json(nb::handle value) {
    JsonWriter writer;
    writer.write(value, {}, 0);
    return writer.take();
}

std::string record_text(nb::handle record) {
    if (PyDict_Check(record.ptr())) return to_json(record);
    if (PyBytes_Check(record.ptr())) return {PyBytes_AsString(record.ptr()), static_cast<std::size_t>(PyBytes_Size(record.ptr()))};
    if (PyUnicode_Check(record.ptr())) return std::string(utf8(record, {}));
    refuse({}, fmt::format("a record is a dict, or JSON text in str or bytes, not {}", type_name_of(record)));
}

std::vector<std::pair<std::string, std::string>> to_arguments(const nb::dict& arguments) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const auto [key, value] : arguments) {
        std::string name;
        if (!nb::try_cast(key, name)) {
            throw Failed(ErrorCode::invalid_argument, fmt::format("arguments are named by text, not by {}", shown(key)));
        }
        JsonWriter writer;
        writer.write(value, {nullptr, key.ptr()}, 0);
        texts.emplace_back(std::move(name), writer.take());
    }
    return texts;
}

namespace {

// What SQL has a type of its own for.
std::optional<Value> plain(nb::handle value) {
    PyObject* object = value.ptr();
    if (value.is_none()) return Value();
    if (PyBool_Check(object)) return Value(object == Py_True);
    if (PyFloat_Check(object)) return Value(PyFloat_AsDouble(object));
    if (PyUnicode_Check(object)) return Value(std::string(utf8(value, {})));
    if (!PyLong_Check(object)) return std::nullopt;
    int overflow = 0;
    const long long small = PyLong_AsLongLongAndOverflow(object, &overflow);
    return overflow == 0 ? std::optional(Value(std::int64_t{small})) : std::nullopt;
}

}  // namespace

Parameter to_parameter(nb::handle value) {
    if (auto known = plain(value)) return {std::move(*known), {}};
    try {
        const nb::object converted = package().parameter(value);
        auto type = nb::cast<std::string>(converted[1]);
        Value held = plain(converted[0]).value();
        if (type == "decimal") return {Decimal{std::get<std::string>(held)}, {}};
        return {std::move(held), std::move(type)};
    } catch (const nb::python_error& raised) {
        throw Failed(ErrorCode::invalid_argument, reason(raised));
    }
}

}  // namespace dualstore::python
