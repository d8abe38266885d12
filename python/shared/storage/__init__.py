"""JSON records in a bucket: by key with S3Client, in SQL with AthenaClient, both at once with DualStorageClient.

Where they go: to Amazon S3 and Athena, or, with ``DUALSTORE_HOME=DIR`` set, to directories below DIR, without any cloud account.
"""

from .athena_client import AthenaClient
from .dual_storage import DualStorageClient
from .errors import AthenaError, DualStorageError, S3Error
from .s3_client import S3Client

__all__ = ["AthenaClient", "AthenaError", "DualStorageClient", "DualStorageError", "S3Client", "S3Error"]
