// Native functions of the binary family, by concern; binary.cpp lists them.
#pragma once

#include "sql/athena/native.hpp"

namespace dualstore::sql::athena {

// binary_hash.cpp: checksums and digests that DuckDB does not have
void crc32(const Arguments& arguments, Answer& answer);
void hmac_sha512(const Arguments& arguments, Answer& answer);
void hmac_pad(const Arguments& arguments, Answer& answer);
void murmur3(const Arguments& arguments, Answer& answer);
void sha512(const Arguments& arguments, Answer& answer);
void spooky_hash_32(const Arguments& arguments, Answer& answer);
void spooky_hash_64(const Arguments& arguments, Answer& answer);
void xxhash64(const Arguments& arguments, Answer& answer);

// binary_text.cpp: bytes written as text
void from_base32(const Arguments& arguments, Answer& answer);
void from_base64(const Arguments& arguments, Answer& answer);
void from_base64url(const Arguments& arguments, Answer& answer);
void from_hex(const Arguments& arguments, Answer& answer);
void to_base32(const Arguments& arguments, Answer& answer);
void to_base64(const Arguments& arguments, Answer& answer);
void to_base64url(const Arguments& arguments, Answer& answer);
void to_hex(const Arguments& arguments, Answer& answer);

}  // namespace dualstore::sql::athena
