// put: a stream of records in, a line for each once it is durable.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "cli/options.hpp"
#include "cli/print.hpp"
#include "cli/record_stream.hpp"
#include "record/text.hpp"

namespace dualstore::cli {
namespace {

constexpr std::size_t read_size = std::size_t{256} << 10;
constexpr std::size_t batch_records = 256;
constexpr std::size_t batch_bytes = std::size_t{4} << 20;

// A count on a terminal, once the work takes over a second.
class Progress {
  public:
    void show(std::size_t records) {
        const auto now = Clock::now();
        if (!terminal_ || now - started_ < std::chrono::seconds(1) || now - shown_ < std::chrono::milliseconds(100)) return;
        shown_ = now;
        const double seconds = std::chrono::duration<double>(now - started_).count();
        fmt::print(stderr, "\r{} records, {:.0f} a second \x1b[K", records, static_cast<double>(records) / seconds);
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
};

class Putter {
  public:
    Putter(Client& client, const Options& options) : client_(client), options_(options) {
        if (options.if_new) put_.mode = PutMode::create();
        if (options.if_version) put_.mode = PutMode::if_match(*options.if_version);
        put_.stop_at_refused = !options.go_on;
    }

    // False: stop, the exit code is set.
    bool input(int file, const std::string& name) {
        RecordStream stream;
        std::string chunk(read_size, '\0');
        for (ssize_t got = 1; got > 0;) {
            got = ::read(file, chunk.data(), chunk.size());
            if (got < 0 && errno == EINTR) {
                got = 1;
                continue;
            }
            if (got < 0) {
                const int code = errno == EISDIR ? Exit::usage : Exit::failed;
                return stop(code, fmt::format("dualstore: put: cannot read {}: {}", name, std::strerror(errno)));
            }
            if (got == 0) stream.finish();
            stream.feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
            if (!drain(stream, name)) return false;
        }
        return true;
    }

    int end() {
        progress_.clear();
        if (options_.quiet) print(fmt::format("{} records stored, {} refused\n", stored_, refused_));
        if (std::ferror(stdout)) return exit_;  // said already
        const int printed = flushed();
        return exit_ != Exit::done ? exit_ : printed;
    }

    bool stop(int code, std::string_view line) {
        progress_.clear();
        say(line);
        exit_ = code;
        return false;
    }

  private:
    // Writes every record that is complete, in batches of what has arrived: one that arrives alone waits for no other.
    bool drain(RecordStream& stream, const std::string& name) {
        std::vector<RecordStream::Piece> batch;
        std::size_t bytes = 0;
        while (auto piece = stream.next()) {
            if (!piece->problem.empty()) {
                if (!write(batch, name) || !refuse(name, piece->line, piece->problem, Exit::refused)) return false;
                batch.clear();
                continue;
            }
            bytes += piece->text.size();
            batch.push_back(std::move(*piece));
            if (batch.size() < most_records() && bytes < batch_bytes) continue;
            if (!write(batch, name)) return false;
            batch.clear();
            bytes = 0;
        }
        return write(batch, name);
    }

    // The store's own refusals, of a condition that does not hold, must stop what is behind them too.
    [[nodiscard]] std::size_t most_records() const {
        return put_.mode.kind == PutMode::Kind::replace || options_.go_on ? batch_records : 1;
    }

    bool write(const std::vector<RecordStream::Piece>& batch, const std::string& name) {
        if (batch.empty()) return true;
        std::vector<std::string_view> records;
        for (const auto& piece : batch) records.push_back(piece.text);
        const auto outcomes = client_.put_many(options_.table, records, put_);
        // What is stored is acknowledged, also behind a record that the store refused.
        for (const auto& outcome : outcomes) {
            if (outcome) acknowledge(*outcome);
        }
        if (const int printed = flushed(); printed != Exit::done) {
            exit_ = printed;
            return false;
        }
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (outcomes[i]) continue;
            const Error& error = outcomes[i].error();
            const std::string where = error.key.empty() ? "" : error.key + ": ";
            if (!refuse(name, batch[i].line, where + error.message, exit_code(error.code))) return false;
        }
        progress_.show(stored_);
        return true;
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
    auto files = options.arguments;
    if (files.empty()) files.emplace_back("-");
    for (const std::string& name : files) {
        if (name == "-") {
            if (!putter.input(STDIN_FILENO, "standard input")) break;
            continue;
        }
        const int file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) {
            putter.stop(Exit::usage, fmt::format("dualstore: put: cannot open {}: {}", name, std::strerror(errno)));
            break;
        }
        const bool go_on = putter.input(file, name);
        ::close(file);
        if (!go_on) break;
    }
    return putter.end();
}

}  // namespace dualstore::cli
