#include "sql/embedded/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <new>
#include <system_error>
#include <thread>

#include "record/reader.hpp"

namespace dualstore::sql {
namespace {

constexpr std::size_t objects_a_request = 32;
constexpr std::size_t remote_objects_a_request = 175;               // two threads keep a store's 350 requests in flight
constexpr std::uint64_t bytes_a_request = std::uint64_t{32} << 20;  // of large objects fewer are held at once

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

}  // namespace

// One thread's.
class ObjectLoad::Reader {
  public:
    explicit Reader(ObjectLoad& load) : load_(load) {}

    // Fills an empty chunk with the next rows; with none, there are no more.
    Result<void> fill(duckdb_data_chunk chunk) {
        idx_t rows = 0;
        for (; rows < duckdb_vector_size(); ++rows) {
            while (line_ == lines_.size()) {
                auto more = read_object();
                if (!more) return fail(std::move(more.error()));
                if (!*more) {
                    duckdb_data_chunk_set_size(chunk, rows);
                    return {};
                }
            }
            write_row(chunk, rows, lines_[line_++]);
        }
        duckdb_data_chunk_set_size(chunk, rows);
        return {};
    }

  private:
    // The lines of the next object, which may have none; false: there is no other.
    Result<bool> read_object() {
        lines_.clear();
        line_ = 0;
        if (at_ < objects_.size()) objects_[at_++] = std::nullopt;  // of many large objects only one is held twice
        if (at_ == objects_.size() && !get_group()) return false;
        if (at_ == objects_.size()) return true;  // all too large
        request_ = asked_[at_];
        auto& object = objects_[at_];
        LoadOutcome& outcome = load_.outcomes_[request_];
        if (!object) {
            if (object.error().code == ErrorCode::unavailable) return fail(std::move(object.error()));
            outcome = {LoadOutcome::State::unreadable, {}, 0, std::move(object.error().message), true};
        } else if (*object) {
            outcome.etag = std::move((*object)->etag);
            read_lines((*object)->bytes, outcome);
        }
        return true;
    }

    bool get_group() {
        const auto [first, last] = load_.take();
        if (first == last) return false;
        std::vector<std::string> keys;
        asked_.clear();
        for (std::size_t i = first; i < last; ++i) {
            if (auto fault = record::size_fault(load_.requests_[i].size)) {
                load_.outcomes_[i] = {LoadOutcome::State::unreadable, {}, 0, std::move(*fault), false};
            } else {
                keys.emplace_back(load_.requests_[i].key);
                asked_.push_back(i);
            }
        }
        at_ = 0;
        objects_ = load_.store_.get(keys);
        return true;
    }

    void read_lines(std::string_view bytes, LoadOutcome& outcome) {
        const LoadRequest& request = load_.requests_[request_];
        outcome.state = LoadOutcome::State::unchanged;
        if (!request.etag.empty() && request.etag == outcome.etag) return;
        auto read = for_each_line(bytes, [&](std::string_view text) -> Result<void> {
            auto line = record::Line::read(load_.table_, text);
            if (!line) return fail(std::move(line.error()));
            lines_.push_back(std::move(*line));
            return {};
        });
        if (!read) {
            lines_.clear();
            outcome.state = LoadOutcome::State::unreadable;
            outcome.reason = std::move(read.error().message);
            return;
        }
        outcome.state = LoadOutcome::State::loaded;
        outcome.rows = lines_.size();
    }

    void write_row(duckdb_data_chunk chunk, idx_t row, const record::Line& line) {
        const LoadRequest& request = load_.requests_[request_];
        const std::size_t columns = load_.table_.columns.size();
        for (std::size_t i = 0; i < columns; ++i) {
            write_value(duckdb_data_chunk_get_vector(chunk, i), row, load_.table_.columns[i].type, line.column(i));
        }
        write_text(duckdb_data_chunk_get_vector(chunk, columns), row, request.key);
        static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, columns + 1)))[row] = request.id;
    }

    ObjectLoad& load_;
    std::vector<std::size_t> asked_;                      // of the load's requests
    std::vector<Result<std::optional<Object>>> objects_;  // theirs
    std::size_t at_ = 0;                                  // of these: the one whose lines they are
    std::size_t request_ = 0;                             // its request
    std::vector<record::Line> lines_;
    std::size_t line_ = 0;  // the next
};

ObjectLoad::ObjectLoad(ObjectStore& store, const TableDefinition& table, std::vector<LoadRequest> requests, bool remote,
                       std::stop_token stop)
    : store_(store),
      table_(table),
      requests_(std::move(requests)),
      columns_(row_columns(table)),
      objects_at_once_(remote ? remote_objects_a_request : objects_a_request),
      stop_(std::move(stop)),
      outcomes_(requests_.size()) {}

bool ObjectLoad::on_two_threads() const {
    return requests_.size() > objects_a_request && std::thread::hardware_concurrency() > 1;
}

void ObjectLoad::stop(Error reason) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(reason);
    next_ = requests_.size();
}

// The requests that one thread reads next.
std::pair<std::size_t, std::size_t> ObjectLoad::take() {
    if (stop_.stop_requested()) stop(query_stopped());
    const std::lock_guard lock(mutex_);
    const std::size_t first = next_;
    std::uint64_t bytes = 0;
    while (next_ < requests_.size() && next_ - first < objects_at_once_ && bytes < bytes_a_request) bytes += requests_[next_++].size;
    return {first, next_};
}

// False: there are no more rows, or the reading has failed.
bool ObjectLoad::fill(Reader& reader, duckdb_data_chunk chunk) {
    try {
        auto filled = reader.fill(chunk);
        if (filled) return duckdb_data_chunk_get_size(chunk) > 0;
        stop(std::move(filled.error()));
    } catch (const std::bad_alloc&) {
        stop({ErrorCode::unavailable, Retry::never, "query", table_.name, "not enough memory to read the table"});
    }
    return false;
}

Result<std::vector<Chunk>> ObjectLoad::read() {
    std::vector<Chunk> chunks;
    const auto work = [&] {
        Reader reader(*this);
        bool more = !requests_.empty();
        while (more) {
            Chunk chunk = make_chunk(columns_);
            if (!fill(reader, chunk.get())) return;
            more = duckdb_data_chunk_get_size(chunk.get()) == duckdb_vector_size();
            const std::lock_guard lock(mutex_);
            chunks.push_back(std::move(chunk));
        }
    };
    std::thread second;
    if (on_two_threads()) {
        try {
            second = std::thread(work);
        } catch (const std::system_error&) {
            second = std::thread();  // none to be had: this one does it all
        }
    }
    work();
    if (second.joinable()) second.join();
    if (error_) return fail(std::move(*error_));
    return chunks;
}

Result<void> ObjectLoad::insert(const Connection& connection, const std::string& table) {
    const std::string name = "load_" + table;
    const TableFunction function = make_table_function(name, this, bind, begin, give);
    duckdb_table_function_set_local_init(function.get(), begin_thread);
    if (auto shown = show(connection, function); !shown) return shown;
    auto inserted = statement(connection, fmt::format("INSERT INTO {} SELECT * FROM {}()", table, name));
    if (error_) return fail(std::move(*error_));
    return inserted;
}

void ObjectLoad::bind(duckdb_bind_info info) {
    const auto& load = *static_cast<const ObjectLoad*>(duckdb_bind_get_extra_info(info));
    for (const RowColumn& column : load.columns_) duckdb_bind_add_result_column(info, column.name.c_str(), column.type.get());
}

void ObjectLoad::begin(duckdb_init_info info) {
    const auto& load = *static_cast<const ObjectLoad*>(duckdb_init_get_extra_info(info));
    duckdb_init_set_max_threads(info, load.on_two_threads() ? 2 : 1);
}

void ObjectLoad::begin_thread(duckdb_init_info info) {
    auto reader = std::make_unique<Reader>(*static_cast<ObjectLoad*>(duckdb_init_get_extra_info(info)));
    duckdb_init_set_init_data(info, reader.release(), [](void* made) { delete static_cast<Reader*>(made); });
}

void ObjectLoad::give(duckdb_function_info info, duckdb_data_chunk output) {
    auto& load = *static_cast<ObjectLoad*>(duckdb_function_get_extra_info(info));
    auto& reader = *static_cast<Reader*>(duckdb_function_get_local_init_data(info));
    if (load.fill(reader, output)) return;
    duckdb_data_chunk_set_size(output, 0);
    const std::lock_guard lock(load.mutex_);
    if (load.error_) duckdb_function_set_error(info, load.error_->message.c_str());
}

}  // namespace dualstore::sql
