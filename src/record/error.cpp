#include "dualstore/error.hpp"

namespace dualstore {

std::string_view name(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return "invalid_argument";
        case ErrorCode::invalid_record:
            return "invalid_record";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::permission_denied:
            return "permission_denied";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::query:
            return "query";
        case ErrorCode::unsupported:
            return "unsupported";
        case ErrorCode::outcome_unknown:
            return "outcome_unknown";
    }
    return "unavailable";
}

}  // namespace dualstore
