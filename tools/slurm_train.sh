#!/usr/bin/env bash
# Train on a Slurm cluster: with NCCL on GPUs, with gloo on CPUs.
# usage: [GPUS=8 GPUS_PER_NODE=8 GRES=gpu:8 CPUS_PER_TASK=5 SRUN_ARGS=...] \
#        bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [options of train.py]
# On CPUs set GRES= (empty); GPUS is then the number of processes.
set -e
PARTITION=${1:?usage: bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [...]}
JOB_NAME=${2:?the name of the job is missing}
CONFIG=${3:?the config is missing}
WORK_DIR=${4:?the work dir is missing}
GPUS=${GPUS:-8}
GPUS_PER_NODE=${GPUS_PER_NODE:-8}
GRES=${GRES-gpu:$GPUS_PER_NODE}

# With no environment active, take the one that make creates.
PATH="$PATH:$(realpath "$(dirname "$0")/..")/.venv/bin"

# SRUN_ARGS holds several words.
# shellcheck disable=SC2086
exec srun -p "$PARTITION" \
    --job-name="$JOB_NAME" \
    ${GRES:+--gres="$GRES"} \
    --ntasks="$GPUS" \
    --ntasks-per-node="$GPUS_PER_NODE" \
    --cpus-per-task="${CPUS_PER_TASK:-5}" \
    --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} \
    python -u "$(dirname "$0")/train.py" "$CONFIG" \
    --work-dir="$WORK_DIR" --launcher=slurm "${@:5}"
