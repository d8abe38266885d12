#include "sql/remote/athena_result_file.hpp"

#include "aws/settings.hpp"

namespace dualstore::sql::remote {

bool ResultCsv::next(std::vector<Cell>& row) {
    row.clear();
    if (malformed_ || at_ >= text_.size()) return false;
    for (;;) {
        Cell cell;
        if (at_ < text_.size() && text_[at_] == '"') {
            if (!quoted(cell.emplace())) break;
        }
        row.push_back(std::move(cell));
        if (at_ >= text_.size()) return true;  // the last line break may be missing
        const char end = text_[at_++];
        if (end == '\n') return true;
        if (end != ',') break;
    }
    malformed_ = true;
    return false;
}

bool ResultCsv::quoted(std::string& value) {
    for (++at_;;) {
        const auto quote = text_.find('"', at_);
        if (quote == std::string_view::npos) return false;
        value.append(text_.substr(at_, quote - at_));
        at_ = quote + 1;
        if (at_ >= text_.size() || text_[at_] != '"') return true;
        value += '"';
        ++at_;
    }
}

std::shared_ptr<ObjectStore> ResultFiles::store_of(const std::string& bucket) {
    const std::lock_guard lock(mutex_);
    if (refused_) return nullptr;
    if (store_ && bucket_ == bucket) return store_;
    S3Options options{.bucket = bucket, .aws = options_};
    options.aws.endpoint.clear();
    // Beside an Athena of one's own stands an S3 of one's own; where it is only the environment can tell.
    const auto settings = aws::resolve_settings("s3", options.aws);
    if (!settings || (settings->endpoint.empty() && !options_.endpoint.empty())) return nullptr;
    auto store = open_s3_store(std::move(options));
    if (!store) return nullptr;
    bucket_ = bucket;
    store_ = *store;
    return store_;
}

std::optional<std::string> ResultFiles::read(std::string_view location) {
    constexpr std::string_view scheme = "s3://";
    if (!location.starts_with(scheme) || !location.ends_with(".csv")) return std::nullopt;
    location.remove_prefix(scheme.size());
    const auto slash = location.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto store = store_of(std::string(location.substr(0, slash)));
    if (!store) return std::nullopt;
    auto object = get_object(*store, std::string(location.substr(slash + 1)));
    if (object && *object) return std::move((*object)->bytes);
    if (!object && object.error().code == ErrorCode::permission_denied) {
        const std::lock_guard lock(mutex_);
        refused_ = true;
    }
    return std::nullopt;
}

}  // namespace dualstore::sql::remote
