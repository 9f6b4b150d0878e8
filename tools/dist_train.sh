#!/usr/bin/env bash
# Train in several processes: with NCCL on GPUs, with gloo on CPUs.
# usage: [NNODES=1 NODE_RANK=0 MASTER_ADDR=127.0.0.1 PORT=29500 MAX_RESTARTS=0] \
#        bash tools/dist_train.sh CONFIG GPUS [options of train.py]
# When a process dies, all are started again, MAX_RESTARTS times at most: add --resume.
set -e
CONFIG=${1:?usage: bash tools/dist_train.sh CONFIG GPUS [options of train.py]}
GPUS=${2:?the number of GPUs, or of processes on CPUs, is missing}

# With no environment active, take the one that make creates.
PATH="$PATH:$(dirname "$0")/../.venv/bin"

exec torchrun \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$GPUS" \
    --max_restarts="${MAX_RESTARTS:-0}" \
    "$(dirname "$0")/train.py" "$CONFIG" --launcher pytorch "${@:3}"
