// Any damage to the mirror of two tables: the answers stay as they are. The input is a list of places and bytes: 3 bytes that say where in
// the file (little-endian, modulo its length), one how many bytes follow, and those; 0 for how many cuts the file there.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "check.hpp"
#include "dualstore/testing.hpp"
#include "sql/embedded_engine.hpp"

namespace {

using namespace dualstore;
using fuzz::check;
namespace fs = std::filesystem;

constexpr int rows = 1200;

class Mirror {
  public:
    Mirror() {
        std::string pattern = (fs::temp_directory_path() / "dualstore-fuzz-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) std::abort();
        folder_ = pattern;
        std::string lines;
        for (int i = 0; i < rows; ++i) lines += "{\"id\":" + std::to_string(i) + ",\"name\":\"fruit " + std::to_string(i) + "\"}\n";
        if (!put_object(*store_, "fruit/all.json", lines) || !put_object(*store_, "colours/1.json", "{\"id\":1,\"colour\":\"red\"}\n")) {
            std::abort();
        }
        check(answer() == right, "another answer before any damage", "");
        for (const auto& entry : fs::directory_iterator(folder_)) {
            if (entry.path().extension() == ".snapshot1") name_ = entry.path().filename();
        }
        std::ifstream file(folder_ / name_, std::ios::binary);
        sound_.assign(std::istreambuf_iterator<char>(file), {});
        check(!sound_.empty(), "no snapshot was written", "");
    }
    ~Mirror() { fs::remove_all(folder_); }
    Mirror(const Mirror&) = delete;
    Mirror& operator=(const Mirror&) = delete;

    // Puts a snapshot in the place of the one that is there.
    void write(const std::string& snapshot) {
        for (const auto& entry : fs::directory_iterator(folder_)) fs::remove_all(entry.path());
        std::ofstream(folder_ / name_, std::ios::binary) << snapshot;
        std::ofstream(folder_ / "current1") << name_.string();
    }
    [[nodiscard]] std::string answer() const {
        sql::EmbeddedOptions options;
        options.store = store_;
        options.tables = parse_ddl(
                             "CREATE EXTERNAL TABLE fruit (id INT, name STRING, weight DOUBLE) ROW FORMAT SERDE "
                             "'org.openx.data.jsonserde.JsonSerDe' LOCATION 'fruit/' TBLPROPERTIES ('dualstore.key' = '{id}.json');"
                             "CREATE EXTERNAL TABLE colours (id INT, colour STRING) ROW FORMAT SERDE "
                             "'org.openx.data.jsonserde.JsonSerDe' LOCATION 'colours/' TBLPROPERTIES ('dualstore.key' = '{id}.json')",
                             "fuzz.sql")
                             .value();
        options.database = "db";
        options.mirror = folder_;
        const auto engine = sql::make_embedded_engine(std::move(options));
        std::string text;
        for (const char* sql : {"SELECT sum(id) + count(weight) FROM fruit WHERE name LIKE 'fruit %' AND \"$path\" LIKE '%all.json'",
                                "SELECT count(*) FROM colours WHERE colour = 'red'"}) {
            const auto result = engine->execute(sql, {});
            if (!result) return result.error().message;
            text += std::to_string(std::get<std::int64_t>(result->rows.at(0).at(0))) + " ";
        }
        return text;
    }
    [[nodiscard]] const std::string& sound() const { return sound_; }

    const std::string right = std::to_string(rows * (rows - 1) / 2) + " 1 ";

  private:
    fs::path folder_;
    fs::path name_;
    std::string sound_;
    std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
};

std::string damaged(std::string file, std::string_view input) {
    constexpr std::size_t header = 4;
    while (input.size() >= header && !file.empty()) {
        const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(input[i])); };
        const std::size_t at = (byte(0) + (byte(1) << 8U) + (byte(2) << 16U)) % file.size();
        const std::size_t count = std::min({byte(3), input.size() - header, file.size() - at});
        if (byte(3) == 0) {
            file.resize(at);
        } else {
            file.replace(at, count, input.substr(header, count));
        }
        input.remove_prefix(header + count);
    }
    return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Mirror mirror;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    mirror.write(damaged(mirror.sound(), input));
    const std::string answer = mirror.answer();
    check(answer == mirror.right, answer.c_str(), input);
    return 0;
}
