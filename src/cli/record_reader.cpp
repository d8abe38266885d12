#include "cli/record_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "cli/options.hpp"

namespace dualstore::cli {
namespace {

constexpr std::size_t read_size = std::size_t{256} << 10;
constexpr std::size_t batch_bytes = std::size_t{4} << 20;
constexpr std::size_t batches_ahead = 2;  // each has at most 20 MiB: a whole record may come on top of the last byte

const char* shown(const std::string& name) {
    return name == "-" ? "standard input" : name.c_str();
}

std::optional<std::uint64_t> size_of(const std::vector<std::string>& inputs) {
    std::uint64_t bytes = 0;
    for (const auto& name : inputs) {
        struct stat status{};
        const int failed = name == "-" ? ::fstat(STDIN_FILENO, &status) : ::stat(name.c_str(), &status);
        if (failed != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
        bytes += static_cast<std::uint64_t>(status.st_size);
    }
    return bytes;
}

}  // namespace

// Records on their way into a batch.
class RecordReader::Gathered {
  public:
    void add(RecordStream::Piece piece) {
        bytes_ += piece.text.size();
        lines_.push_back(piece.line);
        texts_.push_back(std::move(piece.text));
    }
    [[nodiscard]] std::size_t records() const { return texts_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    // Leaves nothing.
    Batch prepare(const RecordReader& reader, const std::string& name) {
        Batch batch{shown(name), std::exchange(lines_, {}), std::nullopt, std::nullopt, reader.bytes_read_};
        const std::vector<std::string_view> views(texts_.begin(), texts_.end());
        if (!views.empty()) batch.records = reader.client_.prepare(reader.table_, views, reader.options_);
        texts_.clear();
        bytes_ = 0;
        return batch;
    }

  private:
    std::vector<std::string> texts_;
    std::vector<std::size_t> lines_;
    std::size_t bytes_ = 0;
};

RecordReader::RecordReader(const Client& client, std::string table, PutOptions options, std::vector<std::string> inputs,
                           std::size_t most_records)
    : client_(client),
      table_(std::move(table)),
      options_(std::move(options)),
      inputs_(std::move(inputs)),
      most_records_(most_records),
      bytes_(size_of(inputs_)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

RecordReader::~RecordReader() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    if (stop_event_ >= 0) ::eventfd_write(stop_event_, 1);
    thread_.join();
    if (stop_event_ >= 0) ::close(stop_event_);
}

std::optional<RecordReader::Batch> RecordReader::next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !batches_.empty() || all_read_; });
    if (batches_.empty()) return std::nullopt;
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
}

bool RecordReader::give(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return batches_.size() < batches_ahead || stopped_; });
    if (stopped_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
}

void RecordReader::run() {
    for (const auto& name : inputs_) {
        if (!read(name)) break;
    }
    const std::lock_guard lock(mutex_);
    all_read_ = true;
    changed_.notify_all();
}

bool RecordReader::read(const std::string& name) {
    if (name == "-") return read(STDIN_FILENO, name);
    const int file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        const auto message = fmt::format("cannot open {}: {}", name, std::strerror(errno));
        give({name, {}, std::nullopt, Fault{Exit::usage, 0, message}, bytes_read_});
        return false;
    }
    const bool go_on = read(file, name);
    ::close(file);
    return go_on;
}

// False: nobody waits for more.
bool RecordReader::wait_for(int file) const {
    pollfd waiting[] = {{file, POLLIN, 0}, {stop_event_, POLLIN, 0}};
    while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
    }
    return (waiting[1].revents & POLLIN) == 0;
}

bool RecordReader::read(int file, const std::string& name) {
    RecordStream stream;
    std::string chunk(read_size, '\0');
    for (ssize_t got = 1; got > 0;) {
        if (!wait_for(file)) return false;
        got = ::read(file, chunk.data(), chunk.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            got = 1;
            continue;
        }
        if (got < 0) {
            const int code = errno == EISDIR ? Exit::usage : Exit::failed;
            const auto message = fmt::format("cannot read {}: {}", shown(name), std::strerror(errno));
            give({shown(name), {}, std::nullopt, Fault{code, 0, message}, bytes_read_});
            return false;
        }
        bytes_read_ += static_cast<std::uint64_t>(got);
        if (got == 0) stream.finish();
        stream.feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
        if (!drain(stream, name)) return false;
    }
    return true;
}

// Gives every record that is complete.
bool RecordReader::drain(RecordStream& stream, const std::string& name) {
    Gathered gathered;
    while (auto piece = stream.next()) {
        if (!piece->problem.empty()) {
            Batch batch = gathered.prepare(*this, name);
            batch.fault = Fault{Exit::refused, piece->line, std::move(piece->problem)};
            if (!give(std::move(batch))) return false;
            continue;
        }
        gathered.add(std::move(*piece));
        if (gathered.records() < most_records_ && gathered.bytes() < batch_bytes) continue;
        if (!give(gathered.prepare(*this, name))) return false;
    }
    return gathered.records() == 0 || give(gathered.prepare(*this, name));
}

}  // namespace dualstore::cli
