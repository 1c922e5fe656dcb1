#!/bin/sh
# Score a dataset on a Slurm cluster, in shards, and then write the summary:
#
#     sh submit.sh DATASET RESULTS SHARDS [OPTIONS OF artextract infer]
#
# Folders must be on a file system that all nodes share. Submitted again, only scenes that are not
# scored yet are scored.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dataset=$1 results=$2 shards=$3
shift 3
job=$(sbatch --parsable --array="1-$shards" "$here/shard.sbatch" "$dataset" "$results" "$@")
# afterany rather than afterok: a scene that cannot be read should not keep the others from the
# summary, and the summary names what is missing.
sbatch --dependency="afterany:${job%%;*}" "$here/finish.sbatch" "$dataset" "$results" "$@"
