// Values of the types with zones, in native functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "sql/athena/functions/zone.hpp"
#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// timestamp with time zone: microseconds UTC.
struct ZonedTime {
    std::int64_t instant;
    std::string_view zone;
};
inline ZonedTime zoned_time_of(const Arguments& arguments, idx_t index) {
    const duckdb_vector vector = arguments.vector(index);
    return {value_of<std::int64_t>(duckdb_struct_vector_get_child(vector, 0), arguments.row()),
            text_of(duckdb_struct_vector_get_child(vector, 1), arguments.row())};
}
inline void answer_zoned(Answer& answer, std::int64_t instant, std::string_view zone) {
    if (!is_zoned_instant(instant)) return answer.error("INVALID_FUNCTION_ARGUMENT", "Millis overflow");
    const duckdb_vector vector = answer.vector();
    static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_struct_vector_get_child(vector, 0)))[answer.row()] = instant;
    duckdb_vector_assign_string_element_len(duckdb_struct_vector_get_child(vector, 1), answer.row(), zone.data(), zone.size());
    answer.given();
}

// time with time zone: microseconds of the local day.
struct OffsetTime {
    std::int64_t time;
    std::int32_t minutes;
};
inline OffsetTime offset_time_of(const Arguments& arguments, idx_t index) {
    const duckdb_vector vector = arguments.vector(index);
    return {value_of<std::int64_t>(duckdb_struct_vector_get_child(vector, 0), arguments.row()),
            value_of<std::int32_t>(duckdb_struct_vector_get_child(vector, 1), arguments.row())};
}
inline void answer_offset_time(Answer& answer, std::int64_t time, std::int32_t minutes) {
    const duckdb_vector vector = answer.vector();
    static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_struct_vector_get_child(vector, 0)))[answer.row()] = time;
    static_cast<std::int32_t*>(duckdb_vector_get_data(duckdb_struct_vector_get_child(vector, 1)))[answer.row()] = minutes;
    answer.given();
}

// The rules of a value's zone. nullptr: they are unknown, and the query fails.
inline const Zone* zone_or_error(Answer& answer, std::string_view name) {
    const Zone* zone = Zone::find(name);
    if (zone == nullptr) answer.error("NOT_SUPPORTED", "Time zone not supported: " + std::string(name));
    return zone;
}

}  // namespace dualstore::sql::athena
