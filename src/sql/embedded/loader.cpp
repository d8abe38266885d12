#include "sql/embedded/loader.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "record/reader.hpp"
#include "sql/embedded/column_types.hpp"

namespace dualstore::sql {
namespace {

constexpr std::size_t objects_a_request = 32;
constexpr std::size_t remote_objects_a_request = 175;               // two threads keep a store's 350 requests in flight
constexpr std::uint64_t bytes_a_request = std::uint64_t{32} << 20;  // of large objects fewer are held at once

// What the workers of one load share.
struct Load {
    ObjectStore& store;
    const TableDefinition& table;
    std::span<const LoadRequest> requests;
    std::vector<LoadOutcome>& outcomes;
    RowTarget& target;
    std::size_t objects_at_once;
    std::size_t next = 0;  // of `requests`; guarded by `mutex`, as are the rest
    std::mutex mutex{};
    std::optional<Error> error{};

    void stop(Error reason) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::move(reason);
        next = requests.size();
    }

    // The requests that one thread reads next.
    std::pair<std::size_t, std::size_t> take() {
        const std::lock_guard lock(mutex);
        const std::size_t first = next;
        std::uint64_t bytes = 0;
        while (next < requests.size() && next - first < objects_at_once && bytes < bytes_a_request) bytes += requests[next++].size;
        return {first, next};
    }
};

// What lies between two of these, but nothing empty. One letter at a time: to look for any of several takes ten times as long.
template <class Visit>
Result<void> for_each_part(std::string_view bytes, char separator, Visit visit) {
    while (!bytes.empty()) {
        const std::size_t end = std::min(bytes.find(separator), bytes.size());
        if (end > 0) {
            if (auto visited = visit(bytes.substr(0, end)); !visited) return visited;
        }
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    return {};
}

// The lines of an object as the readers split them: at \n, \r or both; empty ones are none.
template <class Visit>
Result<void> for_each_line(std::string_view bytes, Visit visit) {
    return for_each_part(bytes, '\n', [&](std::string_view part) { return for_each_part(part, '\r', visit); });
}

class Worker {
  public:
    Worker(Load& load, RowWriter& writer) : load_(load), writer_(writer), columns_(row_columns(load.table)) {}

    void run() {
        auto done = read_all();
        auto closed = writer_.close();
        if (done) done = std::move(closed);
        if (!done) load_.stop(std::move(done.error()));
    }

  private:
    Result<void> read_all() {
        for (;;) {
            const auto [first, last] = load_.take();
            if (first == last) return append();
            if (auto read = read_group(first, last); !read) return read;
        }
    }

    Result<void> read_group(std::size_t first, std::size_t last) {
        std::vector<std::string> keys;
        std::vector<std::size_t> asked;  // of `requests`
        for (std::size_t i = first; i < last; ++i) {
            if (auto fault = record::size_fault(load_.requests[i].size)) {
                load_.outcomes[i] = {LoadOutcome::State::unreadable, {}, 0, std::move(*fault), false};
            } else {
                keys.push_back(load_.requests[i].key);
                asked.push_back(i);
            }
        }
        auto objects = load_.store.get(keys);
        for (std::size_t at = 0; at < asked.size(); ++at) {
            const std::size_t i = asked[at];
            auto& object = objects[at];
            LoadOutcome& outcome = load_.outcomes[i];
            if (!object) {
                if (object.error().code == ErrorCode::unavailable) return fail(std::move(object.error()));
                outcome = {LoadOutcome::State::unreadable, {}, 0, std::move(object.error().message), true};
            } else if (*object) {
                outcome.etag = std::move((*object)->etag);
                if (auto read = read_object((*object)->bytes, load_.requests[i], outcome); !read) return read;
            }
            if (object) *object = std::nullopt;  // of many large objects only one is held twice
        }
        return {};
    }

    Result<void> read_object(std::string_view bytes, const LoadRequest& request, LoadOutcome& outcome) {
        outcome.state = LoadOutcome::State::unchanged;
        if (!request.etag.empty() && request.etag == outcome.etag) return {};
        std::vector<record::Line> lines;
        auto read = for_each_line(bytes, [&](std::string_view text) -> Result<void> {
            auto line = record::Line::read(load_.table, text);
            if (!line) return fail(std::move(line.error()));
            lines.push_back(std::move(*line));
            return {};
        });
        if (!read) {
            outcome.state = LoadOutcome::State::unreadable;
            outcome.reason = std::move(read.error().message);
            return {};
        }
        outcome.state = LoadOutcome::State::loaded;
        outcome.rows = lines.size();
        for (const record::Line& line : lines) {
            if (auto written = write_row(line, request); !written) return written;
        }
        return {};
    }

    Result<void> write_row(const record::Line& line, const LoadRequest& request) {
        if (chunk_.get() == nullptr) chunk_ = make_chunk(columns_);
        const std::size_t columns = load_.table.columns.size();
        for (std::size_t i = 0; i < columns; ++i) {
            write_value(duckdb_data_chunk_get_vector(chunk_.get(), i), rows_, load_.table.columns[i].type, line.column(i));
        }
        write_text(duckdb_data_chunk_get_vector(chunk_.get(), columns), rows_, request.key);
        static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_.get(), columns + 1)))[rows_] = request.id;
        return ++rows_ == duckdb_vector_size() ? append() : Result<void>{};
    }

    Result<void> append() {
        if (rows_ == 0) return {};
        duckdb_data_chunk_set_size(chunk_.get(), rows_);
        rows_ = 0;
        return writer_.append(std::exchange(chunk_, Chunk()));
    }

    Load& load_;
    RowWriter& writer_;
    std::vector<RowColumn> columns_;
    Chunk chunk_;
    idx_t rows_ = 0;  // in the chunk
};

}  // namespace

Result<std::vector<LoadOutcome>> load_objects(ObjectStore& store, const TableDefinition& table, std::span<const LoadRequest> requests,
                                              RowTarget& target, bool remote) {
    std::vector<LoadOutcome> outcomes(requests.size());
    Load load{.store = store,
              .table = table,
              .requests = requests,
              .outcomes = outcomes,
              .target = target,
              .objects_at_once = remote ? remote_objects_a_request : objects_a_request};
    const auto work = [&load] {
        try {
            auto writer = load.target.open();
            if (!writer) return load.stop(std::move(writer.error()));
            Worker(load, **writer).run();
        } catch (const std::bad_alloc&) {
            load.stop({ErrorCode::unavailable, Retry::never, "query", load.table.name, "not enough memory to read the table"});
        }
    };
    std::thread second;
    if (requests.size() > objects_a_request && std::thread::hardware_concurrency() > 1) {
        try {
            second = std::thread(work);
        } catch (const std::system_error&) {
            second = std::thread();  // none to be had: this one does it all
        }
    }
    work();
    if (second.joinable()) second.join();
    if (load.error) return fail(std::move(*load.error));
    return outcomes;
}

}  // namespace dualstore::sql
