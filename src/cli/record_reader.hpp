// The records of files and of standard input, read and prepared on a thread of their own while the caller stores those before them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/record_stream.hpp"
#include "dualstore/client.hpp"

namespace dualstore::cli {

class RecordReader {
  public:
    struct Fault {
        int code = 0;          // exit code
        std::size_t line = 0;  // 0: the input itself
        std::string message;
    };
    // What arrived together: one that arrives alone waits for no other.
    struct Batch {
        std::string input;               // its name in messages
        std::vector<std::size_t> lines;  // where each record begins
        std::optional<PreparedRecords> records;
        std::optional<Fault> fault;    // behind the records
        std::uint64_t bytes_read = 0;  // of all inputs so far
    };

    // "-" is standard input. `most_records`: in a batch, at most. The client must stay until the reader is gone.
    RecordReader(const Client& client, std::string table, PutOptions options, std::vector<std::string> inputs, std::size_t most_records);
    RecordReader(const RecordReader&) = delete;
    RecordReader& operator=(const RecordReader&) = delete;
    // Also while the thread waits for input.
    ~RecordReader();

    // The next batch, waiting for it; none at the end of all inputs. An input that cannot be read is the last one.
    [[nodiscard]] std::optional<Batch> next();

    // How many bytes all inputs have, where that is known.
    [[nodiscard]] std::optional<std::uint64_t> bytes() const { return bytes_; }

  private:
    class Gathered;
    void run();
    bool read(const std::string& name);  // false: no more is wanted, or can be had
    bool read(int file, const std::string& name);
    bool drain(RecordStream& stream, const std::string& name);
    bool give(Batch batch);
    bool wait_for(int file) const;

    const Client& client_;
    const std::string table_;
    const PutOptions options_;
    const std::vector<std::string> inputs_;
    const std::size_t most_records_;
    const std::optional<std::uint64_t> bytes_;
    std::uint64_t bytes_read_ = 0;  // the thread's

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Batch> batches_;
    bool all_read_ = false;
    bool stopped_ = false;
    int stop_event_;  // readable once stopped
    std::thread thread_;
};

}  // namespace dualstore::cli
