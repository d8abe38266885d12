#include "result.hpp"

#include <fmt/format.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "arrow.hpp"
#include "errors.hpp"
#include "record/text.hpp"
#include "wait.hpp"

namespace nb = nanobind;

namespace dualstore::python {
namespace {

nb::object to_python(const Value& value);

nb::str text(std::string_view bytes) {
    return nb::str(bytes.data(), bytes.size());
}

void set(const nb::dict& dict, nb::handle key, nb::handle value) {
    if (PyDict_SetItem(dict.ptr(), key.ptr(), value.ptr()) != 0) throw nb::python_error();
}

nb::object key_of(const Value& key) {
    nb::object object = to_python(key);
    if (!nb::isinstance<nb::list>(object) && !nb::isinstance<nb::dict>(object)) return object;
    return nb::module_::import_("json").attr("dumps")(object);
}

struct ToPython {
    nb::object operator()(std::monostate) const { return nb::none(); }
    nb::object operator()(bool value) const { return nb::bool_(value); }
    nb::object operator()(std::int64_t value) const { return nb::int_(value); }
    nb::object operator()(double value) const { return nb::float_(value); }
    nb::object operator()(const std::string& value) const { return text(value); }
    nb::object operator()(const Decimal& value) const { return text(value.digits); }

    nb::object operator()(const Binary& value) const {
        std::string hex;
        for (const char byte : value.bytes) fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(byte));
        return text(hex);
    }

    nb::object operator()(const Array& value) const {
        nb::list list;
        for (const Value& item : value.items) list.append(to_python(item));
        return list;
    }

    nb::object operator()(const Map& value) const {
        nb::dict dict;
        for (const auto& [key, item] : value.entries) set(dict, key_of(key), to_python(item));
        return dict;
    }

    // A row without names is a list.
    nb::object operator()(const Row& value) const {
        if (!value.fields.empty() && value.fields.front().first.empty()) {
            nb::list list;
            for (const auto& field : value.fields) list.append(to_python(field.second));
            return list;
        }
        nb::dict dict;
        for (const auto& [name, item] : value.fields) set(dict, text(name), to_python(item));
        return dict;
    }
};

nb::object to_python(const Value& value) {
    return std::visit(ToPython{}, static_cast<const Value::variant&>(value));
}

std::vector<nb::object> dict_names(const QueryResult& result) {
    std::set<std::string> taken;
    for (const auto& column : result.columns) taken.insert(column.name);
    std::set<std::string> seen;
    std::vector<nb::object> names;
    for (const auto& column : result.columns) {
        std::string name = column.name;
        if (!seen.insert(name).second) {
            int number = 1;
            do name = fmt::format("{}_{}", column.name, number++);
            while (!taken.insert(name).second);
        }
        PyObject* interned = PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size()));
        if (interned == nullptr) throw nb::python_error();
        PyUnicode_InternInPlace(&interned);
        names.push_back(nb::steal(interned));
    }
    return names;
}

nb::list columns(const QueryResult& result) {
    nb::list list;
    for (const auto& column : result.columns) list.append(nb::make_tuple(text(column.name), text(column.type)));
    return list;
}

nb::dict statistics(const QueryResult& result) {
    const QueryStatistics& took = result.statistics;
    nb::dict dict;
    dict["query_id"] = text(took.query_id);
    dict["bytes_scanned"] = nb::int_(took.bytes_scanned);
    dict["queued_ms"] = nb::int_(took.queued.count());
    dict["executed_ms"] = nb::int_(took.executed.count());
    dict["total_ms"] = nb::int_(took.total.count());
    dict["cost"] = took.cost ? nb::object(nb::float_(*took.cost)) : nb::none();
    return dict;
}

// A capsule of the Arrow PyCapsule interface; it releases a stream that nobody took.
nb::object arrow_stream(const QueryResult& result) {
    auto stream = std::make_unique<ArrowArrayStream>();
    stream->release = nullptr;
    value_or_throw(run([&] { return export_arrow(result, stream.get()); }));
    PyObject* capsule = PyCapsule_New(stream.get(), "arrow_array_stream", [](PyObject* object) {
        auto* left = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(object, "arrow_array_stream"));
        if (left->release != nullptr) left->release(left);
        delete left;
    });
    if (capsule == nullptr) throw nb::python_error();
    std::ignore = stream.release();  // it is the capsule's now
    return nb::steal(capsule);
}

}  // namespace

nb::list to_dicts(const QueryResult& result) {
    const auto names = dict_names(result);
    nb::list rows;
    for (const auto& row : result.rows) {
        nb::dict dict;
        for (std::size_t i = 0; i < names.size(); ++i) set(dict, names[i], to_python(row[i]));
        rows.append(dict);
    }
    return rows;
}

void bind_result(nb::module_& module) {
    nb::class_<QueryResult>(module, "Result")
        .def("__len__", [](const QueryResult& result) { return result.rows.size(); })
        .def("columns", &columns)
        .def("statistics", &statistics)
        .def("dicts", &to_dicts)
        .def("arrow_stream", &arrow_stream);
}

}  // namespace dualstore::python
