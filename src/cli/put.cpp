// put: a stream of records in, a line for each once it is durable.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/record_reader.hpp"
#include "record/text.hpp"

namespace dualstore::cli {
namespace {

constexpr std::size_t batch_records = 256;

// A count on a terminal, once the work takes over a second, and how long it will go on where the input's size is known.
class Progress {
  public:
    void set_bytes(std::optional<std::uint64_t> bytes) { bytes_ = bytes; }

    void show(std::size_t records, std::uint64_t bytes_read) {
        const auto now = Clock::now();
        if (!terminal_ || now - started_ < std::chrono::seconds(1) || now - shown_ < std::chrono::milliseconds(100)) return;
        shown_ = now;
        const double seconds = std::chrono::duration<double>(now - started_).count();
        fmt::print(stderr, "\r{} records, {:.0f} a second", records, static_cast<double>(records) / seconds);
        if (bytes_ && bytes_read <= *bytes_) {  // else it grew, and who knows by how much
            const double left = seconds * static_cast<double>(*bytes_ - bytes_read) / static_cast<double>(bytes_read);
            fmt::print(stderr, ", {:.0f} s left", std::ceil(left));
        }
        fmt::print(stderr, " \x1b[K");
        std::fflush(stderr);
    }

    void clear() const {
        if (shown_ != Clock::time_point()) fmt::print(stderr, "\r\x1b[K");
    }

  private:
    using Clock = std::chrono::steady_clock;
    // Acknowledgements on the same terminal say as much themselves.
    bool terminal_ = ::isatty(STDERR_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 0;
    Clock::time_point started_ = Clock::now();
    Clock::time_point shown_;
    std::optional<std::uint64_t> bytes_;
};

class Putter {
  public:
    Putter(Client& client, const Options& options) : client_(client), options_(options) {
        if (options.if_new) put_.mode = PutMode::create();
        if (options.if_version) put_.mode = PutMode::if_match(*options.if_version);
        put_.stop_at_refused = !options.go_on;
    }

    void run() {
        auto inputs = options_.arguments;
        if (inputs.empty()) inputs.emplace_back("-");
        RecordReader reader(client_, options_.table, put_, std::move(inputs), most_records());
        progress_.set_bytes(reader.bytes());
        while (auto batch = reader.next()) {
            if (!write(*batch)) break;
        }
    }

    int end() {
        progress_.clear();
        if (options_.quiet) print(fmt::format("{} records stored, {} refused\n", stored_, refused_));
        if (std::ferror(stdout)) return exit_;  // said already
        const int printed = flushed();
        return exit_ != Exit::done ? exit_ : printed;
    }

  private:
    // The store's own refusals, of a condition that does not hold, must stop what is behind them too.
    [[nodiscard]] std::size_t most_records() const {
        return put_.mode.kind == PutMode::Kind::replace || options_.go_on ? batch_records : 1;
    }

    // False: stop, the exit code is set.
    bool write(RecordReader::Batch& batch) {
        if (batch.records) {
            const auto outcomes = client_.store(std::move(*batch.records));
            // What is stored is acknowledged, also behind a record that the store refused.
            for (const auto& outcome : outcomes) {
                if (outcome) acknowledge(*outcome);
            }
            if (const int printed = flushed(); printed != Exit::done) {
                exit_ = printed;
                return false;
            }
            for (std::size_t i = 0; i < outcomes.size(); ++i) {
                if (outcomes[i]) continue;
                const Error& error = outcomes[i].error();
                const std::string where = error.key.empty() ? "" : error.key + ": ";
                if (!refuse(batch.input, batch.lines[i], where + error.message, exit_code(error.code))) return false;
            }
            progress_.show(stored_, batch.bytes_read);
        }
        if (!batch.fault) return true;
        const auto& [code, line, message] = *batch.fault;
        if (line != 0) return refuse(batch.input, line, message, code);
        stop(code, "dualstore: put: " + message);
        return false;
    }

    void acknowledge(const PutResult& result) {
        ++stored_;
        if (options_.quiet) return;
        std::string line = "{\"s3_key\":";
        record::append_json_string(line, result.key);
        line += ",\"status\":\"success\",\"bucket\":";
        record::append_json_string(line, client_.bucket());
        line += ",\"table\":";
        record::append_json_string(line, table_);
        line += ",\"version\":";
        record::append_json_string(line, result.version);
        for (const auto& [field, value] : result.generated) {
            line += ',';
            record::append_json_string(line, field);
            line += ':';
            record::append_json_string(line, value);
        }
        print(line + "}\n");
    }

    void stop(int code, std::string_view line) {
        progress_.clear();
        say(line);
        exit_ = code;
    }

    // A record's own fault can be passed over; a failing store or a wrong call cannot.
    bool refuse(const std::string& name, std::size_t line, std::string_view why, int code) {
        ++refused_;
        stop(code, fmt::format("dualstore: put: {}:{}: {}", name, line, why));
        return options_.go_on && code == Exit::refused;
    }

    Client& client_;
    const Options& options_;
    std::string table_ = record::fold(options_.table);
    PutOptions put_;
    Progress progress_;
    std::size_t stored_ = 0;
    std::size_t refused_ = 0;
    int exit_ = Exit::done;
};

}  // namespace

int put(const Options& options) {
    auto client = open_client(options, true);
    if (!client) return report(client.error());
    if (auto table = client->describe(options.table); !table) return report(table.error());
    Putter putter(*client, options);
    putter.run();
    return putter.end();
}

}  // namespace dualstore::cli
