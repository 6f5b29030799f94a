#!/bin/bash
#SBATCH --job-name=interfirm
#SBATCH --ntasks=33
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=1G
#SBATCH --time=02:00:00
# One task is the scheduler and the command, the others are workers. Submit it again to go on after the time is up.
set -euo pipefail
study=${1:?"give the study: sbatch slurm.sh my-study/"}
shift

file=scheduler-${SLURM_JOB_ID:-here}.json
rm -f "$file"
dask scheduler --scheduler-file "$file" --no-dashboard &
scheduler=$!
srun --ntasks="${WORKERS:-32}" dask worker --scheduler-file "$file" --nthreads 1 --no-dashboard &
workers=$!
trap 'kill "$workers" "$scheduler" 2>/dev/null || true' EXIT
until [ -s "$file" ]; do sleep 1; done
address=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["address"])' "$file")
interfirm simulate "$study" --scheduler "$address" "$@"
