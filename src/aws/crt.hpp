// The C library's handles and strings, in the shape the rest of this folder uses.
#pragma once

#include <aws/common/byte_buf.h>
#include <aws/common/string.h>

#include <memory>
#include <string>
#include <string_view>

namespace dualstore::aws {

template <auto Release>
struct Releaser {
    template <class T>
    void operator()(T* object) const {
        Release(object);
    }
};

template <class T, auto Release>
using Handle = std::unique_ptr<T, Releaser<Release>>;

using String = Handle<aws_string, aws_string_destroy>;

inline aws_byte_cursor cursor(std::string_view text) {
    return aws_byte_cursor_from_array(text.data(), text.size());
}

inline std::string_view view(aws_byte_cursor bytes) {
    return {reinterpret_cast<const char*>(bytes.ptr), bytes.len};
}

inline std::string_view view(const aws_string* text) {
    return text == nullptr ? std::string_view{} : std::string_view{aws_string_c_str(text), text->len};
}

inline String string(std::string_view text) {
    return String{aws_string_new_from_array(aws_default_allocator(), reinterpret_cast<const uint8_t*>(text.data()), text.size())};
}

}  // namespace dualstore::aws
