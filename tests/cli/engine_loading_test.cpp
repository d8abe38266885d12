// Reading and writing by key do not pay for the SQL engine.
#include "cli/store_test.hpp"

namespace dualstore::cli_test {
namespace {

class EngineLoading : public StoreTest {
  protected:
    // A copy of the program beside its libraries, but without the engine's.
    [[nodiscard]] std::filesystem::path program_without_engine() const {
        const auto copy = folder() / "installed";
        std::filesystem::create_directories(copy / "bin");
        std::filesystem::create_directories(copy / "lib");
        std::filesystem::copy_file(DUALSTORE_PROGRAM, copy / "bin" / "dualstore");
        for (const auto& entry : std::filesystem::directory_iterator(DUALSTORE_LIBRARIES)) {
            const auto name = entry.path().filename().string();
            if (name.starts_with("libdualstore.so")) std::filesystem::copy(entry.path(), copy / "lib" / name);
        }
        return copy / "bin" / "dualstore";
    }
};

#if defined(__linux__)
TEST_F(EngineLoading, PutMapsNoLibraryOfTheEngine) {
    RunningProgram program(command({"put", "generated_metadata"}));
    program.write(R"({"brandid":1})"
                  "\n");
    ASSERT_TRUE(program.read_line().has_value());
    const std::string maps = read_file("/proc/" + std::to_string(program.id()) + "/maps");
    EXPECT_THAT(maps, testing::HasSubstr("libdualstore.so"));
    EXPECT_THAT(maps, testing::Not(testing::HasSubstr("duckdb")));
    EXPECT_THAT(maps, testing::Not(testing::HasSubstr("libdualstore_embedded")));
    EXPECT_EQ(program.finish().code, 0);
}
#endif

TEST_F(EngineLoading, OnlySqlNeedsTheEngine) {
    const auto program = program_without_engine();
    const auto without = [&](Arguments arguments, const std::string& input = {}) {
        Command wanted = command(std::move(arguments));
        wanted.program = program;
        wanted.environment["LD_LIBRARY_PATH"] = (program.parent_path().parent_path() / "lib").string();
        return cli_test::run(wanted, input);
    };
    EXPECT_EQ(without({"init"}).code, 0);
    EXPECT_EQ(without({"put", "generated_metadata"}, R"({"brandid":1,"brandname":"x"})").code, 0);
    EXPECT_EQ(Json::parse(without({"get", "generated_metadata", "1"}).out)["brandname"], "x");
    for (const Arguments& arguments :
         {Arguments{"ls"}, {"ls", "generated_metadata"}, {"tables"}, {"describe", "generated_metadata"}, {"check"}}) {
        EXPECT_EQ(without(arguments).code, 0) << arguments[0];
    }
    expect_error(without({"sql", "SELECT 1"}), 3, {"engine cannot be loaded"});
    expect_error(without({"count", "generated_metadata"}), 3, {"engine cannot be loaded"});
    EXPECT_EQ(without({"rm", "generated_metadata", "1"}).code, 0);
}

}  // namespace
}  // namespace dualstore::cli_test
