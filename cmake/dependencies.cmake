# Libraries from the system, and those that scripts/setup keeps in its cache. docs/dependencies.md says what each is for.
if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(cache "$ENV{XDG_CACHE_HOME}/dualstore")
else()
    set(cache "$ENV{HOME}/.cache/dualstore")
endif()
set(DUALSTORE_CACHE "${cache}" CACHE PATH "Where scripts/setup put its downloads")

if(DUALSTORE_SELF_CONTAINED)
    # An older libstdc++ than the compiler's must do for DuckDB, and nothing of ours.
    add_library(arc4random OBJECT "${CMAKE_CURRENT_LIST_DIR}/arc4random.c")
    set_target_properties(arc4random PROPERTIES C_VISIBILITY_PRESET hidden)
    add_link_options(-static-libstdc++ LINKER:--exclude-libs,ALL)
    set(older_glibc arc4random)
    set(OPENSSL_USE_STATIC_LIBS TRUE)
    set(fmt fmt::fmt-header-only)
    set(pugixml pugixml::static)
    set(pcre2_name libpcre2-8.a)
else()
    set(fmt fmt::fmt)
    set(pugixml pugixml::pugixml)
    set(pcre2_name pcre2-8)
endif()

find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Threads REQUIRED)
find_package(pugixml REQUIRED)
find_library(PCRE2 ${pcre2_name} REQUIRED)
find_path(XXHASH_INCLUDE xxhash.h REQUIRED)
find_library(LIBURING liburing.a REQUIRED)

set(yyjson_dir "${DUALSTORE_CACHE}/yyjson-4.0.6")
set(duckdb_dir "${DUALSTORE_CACHE}/duckdb-1.5.6")
set(aws_crt_dir "${DUALSTORE_CACHE}/aws-crt-0.38.1")
foreach(file "${yyjson_dir}/yyjson.c" "${duckdb_dir}/include/duckdb.h" "${duckdb_dir}/lib/libduckdb.so"
             "${aws_crt_dir}/lib/libaws-c-auth.a")
    if(NOT EXISTS "${file}")
        message(FATAL_ERROR "${file} is missing: run scripts/setup")
    endif()
endforeach()

add_library(yyjson STATIC "${yyjson_dir}/yyjson.c")
target_include_directories(yyjson SYSTEM PUBLIC "${yyjson_dir}")
target_compile_definitions(yyjson PUBLIC YYJSON_DISABLE_NON_STANDARD=1)
set_target_properties(yyjson PROPERTIES C_VISIBILITY_PRESET hidden)

add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES IMPORTED_LOCATION "${duckdb_dir}/lib/libduckdb.so"
                                        INTERFACE_INCLUDE_DIRECTORIES "${duckdb_dir}/include")

# The AWS libraries find each other by the same prefix.
list(PREPEND CMAKE_PREFIX_PATH "${aws_crt_dir}")
find_package(aws-c-auth REQUIRED)
find_package(aws-checksums REQUIRED)
