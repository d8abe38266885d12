#include "sql/embedded/row_target.hpp"

#include <utility>

namespace dualstore::sql {
namespace {

// With an appender of its own, so that one thread reads on while another's rows are compressed.
class TableWriter : public RowWriter {
  public:
    TableWriter(std::mutex& mutex, Appender appender) : mutex_(mutex), appender_(std::move(appender)) {}

    Result<void> append(Chunk chunk) override {
        auto appended = appender_.append(chunk);
        kept_ += duckdb_data_chunk_get_size(chunk.get());
        if (!appended || kept_ < row_group_rows) return appended;
        kept_ = 0;
        const std::lock_guard lock(mutex_);
        return appender_.flush();
    }
    Result<void> close() override {
        const std::lock_guard lock(mutex_);
        return appender_.close();
    }

  private:
    std::mutex& mutex_;
    Appender appender_;
    idx_t kept_ = 0;  // rows in it
};

}  // namespace

Result<std::unique_ptr<RowWriter>> TableTarget::open() {
    const std::lock_guard lock(mutex_);
    auto appender = Appender::open(connection_, table_);
    if (!appender) return fail(std::move(appender.error()));
    return std::make_unique<TableWriter>(mutex_, std::move(*appender));
}

class MemoryTarget::Writer : public RowWriter {
  public:
    explicit Writer(MemoryTarget& target) : target_(target) {}

    Result<void> append(Chunk chunk) override {
        const std::lock_guard lock(target_.mutex_);
        target_.chunks_.push_back(std::move(chunk));
        return {};
    }
    Result<void> close() override { return {}; }

  private:
    MemoryTarget& target_;
};

Result<std::unique_ptr<RowWriter>> MemoryTarget::open() {
    return std::make_unique<Writer>(*this);
}

}  // namespace dualstore::sql
