#include "servers/trino.hpp"

#include <httplib.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "servers/socket.hpp"

namespace dualstore::servers {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

}  // namespace

Trino::Trino(const SeaweedFs& store) {
    for (int attempt = 0; attempt < 3; ++attempt) {  // somebody else may take the port between the choice and the start
        if (start(store)) return;
    }
    throw std::runtime_error("Trino did not start:\n" + process_->end_of_log());
}

bool Trino::is_there() {
    return fs::exists(TEST_TRINO "/lib") && fs::exists(TEST_JAVA "/bin/java");
}

Trino& Trino::shared() {
    static Trino server(SeaweedFs::shared());
    return server;
}

void Trino::write_configuration(const SeaweedFs& store) const {
    const std::string folder = folder_.path();
    const std::string port = std::to_string(port_);
    write(folder_.path() / "config.properties",
          "coordinator=true\ncatalog.management=dynamic\nnode-scheduler.include-coordinator=true\nnode.internal-address=127.0.0.1\nhttp-"
          "server.http.port=" +
              port + "\ndiscovery.uri=" + endpoint() +
              "\nquery.max-memory=512MB\nquery.max-memory-per-node=512MB\nmemory.heap-headroom-per-node=256MB\n");
    write(folder_.path() / "catalog" / "hive.properties",
          "connector.name=hive\nhive.metastore=file\nhive.metastore.catalog.dir=local:///metastore\nfs.native-local.enabled=true\n"
          "hive.non-managed-table-writes-enabled=true\nhive.recursive-directories=true\nfs.native-s3.enabled=true\n"
          "s3.path-style-access=true\nlocal.location=" +
              folder + "\ns3.endpoint=" + store.endpoint() + "\ns3.region=" + SeaweedFs::region +
              "\ns3.aws-access-key=" + SeaweedFs::access_key + "\ns3.aws-secret-key=" + SeaweedFs::secret_key + "\n");
    fs::create_directories(folder_.path() / "metastore");
    fs::create_directories(folder_.path() / "data");
}

// Without Trino's own launcher, which asks for a module of Java that small ones do not have. The flags after the memory's are for a quick
// start.
bool Trino::start(const SeaweedFs& store) {
    port_ = free_port();
    write_configuration(store);
    const std::string folder = folder_.path();
    const std::string plugins = TEST_TRINO "/plugin";
    const std::string classes = TEST_TRINO "/lib/*";
    process_ = std::make_unique<ServerProcess>(ServerCommand{
        .name = "trino",
        .program = TEST_JAVA "/bin/java",
        .arguments = {"-Xmx1G", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-XX:+DisableAttachMechanism",
                      "-Djava.io.tmpdir=" + folder, "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8", "-Dnode.environment=test",
                      "-Dnode.id=test", "-Dnode.data-dir=" + folder + "/data", "-Dplugin.dir=" + plugins,
                      "-Dcatalog.config-dir=" + folder + "/catalog", "-Dconfig=" + folder + "/config.properties", "-cp", classes,
                      "io.trino.server.TrinoServer"},
        .folder = folder,
    });
    return process_->wait_until([this] { return reads_tables(); }, std::chrono::seconds(120));
}

// The server says that it has started seconds before it counts itself among the nodes that can read a table of this catalog.
bool Trino::reads_tables() const {
    if (!answers(port_, "/v1/info")) return false;
    try {
        query("CREATE SCHEMA IF NOT EXISTS hive.ready");
        query("CREATE TABLE IF NOT EXISTS hive.ready.ready (n INTEGER)");
        query("SELECT * FROM hive.ready.ready");
        query("DROP SCHEMA hive.ready CASCADE");
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

nlohmann::json Trino::query(const std::string& sql) const {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(60);
    auto rows = nlohmann::json::array();
    auto result = client.Post("/v1/statement", {{"X-Trino-User", "test"}, {"X-Trino-Catalog", catalog}}, sql, "text/plain");
    while (true) {
        if (!result || result->status != 200) throw std::runtime_error("Trino did not answer " + sql);
        const auto answer = nlohmann::json::parse(result->body);
        if (answer.contains("error")) throw std::runtime_error(answer["error"]["message"].get<std::string>());
        if (answer.contains("data")) rows.insert(rows.end(), answer["data"].begin(), answer["data"].end());
        if (!answer.contains("nextUri")) return rows;
        result = client.Get(answer["nextUri"].get<std::string>().substr(endpoint().size()), {{"X-Trino-User", "test"}});
    }
}

}  // namespace dualstore::servers
