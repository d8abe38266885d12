#pragma once

#include "dualstore/object_store.hpp"
#include "object/s3_bucket.hpp"

namespace dualstore::object {

// Which conditional calls the server keeps to, tried out on an object of its own below .dualstore/, which is removed again.
[[nodiscard]] Result<Capabilities> probe(S3Bucket& bucket);

}  // namespace dualstore::object
