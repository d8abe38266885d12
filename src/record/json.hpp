// Strict JSON (RFC 8259) of one record: what every reader of JSON tables takes.
#pragma once

#include <yyjson.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "dualstore/error.hpp"

namespace dualstore::record {

inline constexpr std::size_t largest_record = std::size_t{16} << 20;  // bytes
inline constexpr int deepest_record = 128;                            // objects and arrays inside each other, the record being the first

using Json = std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)>;

// One JSON value and nothing else but white space. Numbers are raw text (yyjson_get_raw). Errors (invalid_record) say where.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

// parse_json for a record: an object of at most largest_record bytes.
[[nodiscard]] Result<Json> parse_record(std::string_view text);

// Empty for a value of another kind.
[[nodiscard]] inline std::string_view string_of(yyjson_val* value) {
    return yyjson_is_str(value) ? std::string_view(yyjson_get_str(value), yyjson_get_len(value)) : std::string_view();
}
[[nodiscard]] inline std::string_view number_of(yyjson_val* value) {
    return yyjson_is_raw(value) ? std::string_view(yyjson_get_raw(value), yyjson_get_len(value)) : std::string_view();
}

// An object's members in order, for `for (const auto [name, value] : Members(object))`; none for any other value.
class Members {
  public:
    struct Member {
        std::string_view name;
        yyjson_val* value;
    };

    class Iterator {
      public:
        explicit Iterator(yyjson_val* object) : members_(yyjson_obj_iter_with(object)) { ++*this; }
        Member operator*() const { return {string_of(name_), yyjson_obj_iter_get_val(name_)}; }
        Iterator& operator++() {
            name_ = yyjson_obj_iter_next(&members_);
            return *this;
        }
        bool operator!=(std::nullptr_t) const { return name_ != nullptr; }

      private:
        yyjson_obj_iter members_;
        yyjson_val* name_ = nullptr;
    };

    explicit Members(yyjson_val* object) : object_(object) {}
    [[nodiscard]] Iterator begin() const { return Iterator(object_); }
    [[nodiscard]] static std::nullptr_t end() { return nullptr; }

  private:
    yyjson_val* object_;
};

// The member of that name, given in lower case, whatever its case in the object; nullptr where there is none.
[[nodiscard]] yyjson_val* member(yyjson_val* object, std::string_view name);

// "a string", "an object", … for messages.
[[nodiscard]] std::string_view kind_of(yyjson_val* value);

// The value as compact JSON, cut where it is long; for messages.
[[nodiscard]] std::string shown(yyjson_val* value);

}  // namespace dualstore::record
