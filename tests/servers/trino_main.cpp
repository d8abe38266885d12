// main of the test programs that need Trino (dualstore_server_test(… TRINO)).
#include <gtest/gtest.h>

#include <cstdio>

#include "servers/trino.hpp"

int main(int count, char** arguments) {
    testing::InitGoogleTest(&count, arguments);
    if (!dualstore::servers::Trino::is_there()) {
        std::puts("SKIPPED: there is no Trino; scripts/test_servers says why");
        return 77;  // ctest's SKIP_RETURN_CODE
    }
    return RUN_ALL_TESTS();
}
