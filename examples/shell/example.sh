#!/bin/sh
# Writes two records, reads one by its key, and asks SQL for both: the job of ../cpp/main.cpp, with the program.
set -eu
export DUALSTORE_STORE=file:./store

dualstore put generated_metadata <<'END' | sed 's/.*"s3_key":"\([^"]*\)".*/stored \1/'
{"brandid": 7, "brandname": "Kōji Noodles", "version": 2, "generated_at": "2025-03-01T12:00:00Z"}
{"brandid": 8, "brandname": "Osier Baskets", "version": 5, "generated_at": "2025-03-01T12:00:00Z"}
END

dualstore get generated_metadata 7

dualstore sql --format csv 'SELECT brandname, version FROM generated_metadata ORDER BY version' | tail -n +2
