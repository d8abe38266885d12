// Table definitions: Athena's CREATE EXTERNAL TABLE, read from text and written back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dualstore/error.hpp"

namespace dualstore {

struct Column;

// A Hive column type. ARRAY has one child (named "element"), MAP two ("key", "value"), STRUCT its fields in order.
struct Type {
    enum class Kind {
        boolean,
        tinyint,
        smallint,
        integer,
        bigint,
        real,
        double_,
        decimal,
        string,
        date,
        timestamp,
        array,
        map,
        structure,
    };
    Kind kind = Kind::string;
    std::uint8_t precision = 0;  // DECIMAL only: 1 to 38
    std::uint8_t scale = 0;      // DECIMAL only: 0 to precision
    std::vector<Column> children;

    bool operator==(const Type&) const = default;
};

// A column of a table or a field of a STRUCT. Names are in lower case; Hive's are not case-sensitive.
struct Column {
    std::string name;
    Type type;
    std::string comment;

    bool operator==(const Column&) const = default;
};

// The program that parses a table's objects: org.openx.data.jsonserde.JsonSerDe or org.apache.hive.hcatalog.data.JsonSerDe.
enum class SerDe { openx, hive };

// A field that is filled where the caller left it out.
struct AutomaticField {
    enum class Source {
        uuid,             // 'uuid': a new version 4 UUID
        now,              // 'now': the time of the write, UTC, microseconds
        argument,         // 'argument': the id given to the write beside the record, if one was
        argument_always,  // 'argument always': the same, and it replaces the record's own value
        literal,          // anything else: that text
    };
    std::string name;
    Source source = Source::literal;
    std::string literal;

    bool operator==(const AutomaticField&) const = default;
};

struct TableDefinition {
    std::string database;  // empty where the DDL does not name one
    std::string name;      // in lower case
    std::vector<Column> columns;
    SerDe serde = SerDe::openx;
    std::string location;      // key prefix, ends in '/', e.g. "metadata/"; a bucket in the DDL is dropped
    std::string key_template;  // e.g. "brand_{brandid}.json", relative to the location
    std::vector<AutomaticField> automatic;
    std::string comment;
    std::vector<std::pair<std::string, std::string>> serde_properties;  // kept as written
    std::vector<std::pair<std::string, std::string>> properties;        // TBLPROPERTIES other than dualstore's own, kept as written

    bool operator==(const TableDefinition&) const = default;
};

// Reads the statements of one DDL text. Errors name file, line and what was expected (invalid_argument).
[[nodiscard]] Result<std::vector<TableDefinition>> parse_ddl(std::string_view text, std::string_view file);

// Reads every .sql file of a folder, in order of name. Errors as parse_ddl; not_found without the folder.
[[nodiscard]] Result<std::vector<TableDefinition>> load_tables(const std::filesystem::path& folder);

// The four tables that come with the program.
[[nodiscard]] const std::vector<TableDefinition>& builtin_tables();

// No table twice, no location that is another's or lies inside another's.
[[nodiscard]] Result<void> check_together(const std::vector<TableDefinition>& tables);

// The definition as one Athena statement; parse_ddl gives the same definition back. `bucket` (may be empty) goes into LOCATION.
[[nodiscard]] std::string to_ddl(const TableDefinition& table, std::string_view bucket);

// A type as Hive writes it: "array<struct<a:int,b:string>>".
[[nodiscard]] std::string hive_name(const Type& type);
// A type as Trino writes it: "array(row(a integer, b varchar))".
[[nodiscard]] std::string trino_name(const Type& type);

}  // namespace dualstore
