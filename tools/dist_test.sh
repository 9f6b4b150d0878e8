#!/usr/bin/env bash
# Evaluate in several processes: with NCCL on GPUs, with gloo on CPUs.
# usage: [NNODES=1 NODE_RANK=0 MASTER_ADDR=127.0.0.1 PORT=29500] \
#        bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [options of test.py]
set -e
CONFIG=${1:?usage: bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [options of test.py]}
CHECKPOINT=${2:?the checkpoint is missing}
GPUS=${3:?the number of GPUs, or of processes on CPUs, is missing}

# With no environment active, take the one that make creates.
PATH="$PATH:$(dirname "$0")/../.venv/bin"

exec torchrun \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$GPUS" \
    "$(dirname "$0")/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "${@:4}"
