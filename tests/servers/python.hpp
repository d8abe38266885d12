// Other makers' clients, in Python: boto3, pyathena, awswrangler, trino.
#pragma once

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace dualstore::servers {

// Runs a script with the pinned packages of tests/servers/requirements.txt. True where it ends well; otherwise with the end of what it
// printed.
[[nodiscard]] testing::AssertionResult run_python(const std::string& script, const std::map<std::string, std::string>& environment = {});

}  // namespace dualstore::servers
