"""The processes of a distributed run, by torchrun or Slurm, on GPUs or CPUs."""

import os
import subprocess

import torch
from mmengine.config import Config
from torch import distributed

from semi_pose.errors import UserError

# The variable that shows that a launcher started a process, and its command.
LAUNCHED = {
    'pytorch': (
        'RANK',
        '`bash tools/dist_train.sh CONFIG GPUS` (or dist_test.sh), and other tools by '
        '`torchrun --nproc_per_node=GPUS TOOL`',
    ),
    'slurm': (
        'SLURM_PROCID',
        '`bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR`',
    ),
}
PORTS = range(10000, 30000)


def is_first_process() -> bool:
    """Say whether this is rank 0, even before the process group exists."""
    rank = os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0'))
    return int(rank) == 0


def init_distributed(cfg: Config) -> None:
    """Prepare a distributed run, and start its process group on CPUs.

    MMEngine starts one only with a GPU, and puts the model on it.

    Args:
        cfg (Config): The config; its model wrapper is set on CPUs.

    Raises:
        UserError: If no launcher started this process, or it needs GPUs.
    """
    _check_launched(cfg.launcher)
    if cfg.launcher == 'slurm':
        _set_slurm_ranks()
    if cfg.launcher == 'pytorch':
        _use_fresh_store()
    if cfg.launcher == 'none' or torch.cuda.is_available():
        return
    if cfg.launcher not in LAUNCHED:
        raise UserError(
            f'--launcher {cfg.launcher} needs GPUs, and none is visible. On CPUs run '
            '`bash tools/dist_train.sh CONFIG PROCESSES`.'
        )
    distributed.init_process_group('gloo')
    wrapper = dict(
        type='MMDistributedDataParallel',
        find_unused_parameters=cfg.get('find_unused_parameters', False),
    )
    wrapper.update(cfg.get('model_wrapper_cfg') or {}, device_ids=None)
    cfg.model_wrapper_cfg = wrapper


def _check_launched(launcher: str) -> None:
    variable, command = LAUNCHED.get(launcher, ('PATH', ''))
    if variable not in os.environ:
        raise UserError(
            f'--launcher {launcher} is for processes that the launcher starts: run '
            f'{command}.'
        )


def _use_fresh_store() -> None:
    """Let processes that torchrun starts again meet at a port of their own.

    The store of torchrun keeps the addresses of the processes that have died.
    """
    given = os.environ
    restarts = int(given.get('TORCHELASTIC_RESTART_COUNT', 0))
    if restarts:
        given['TORCHELASTIC_USE_AGENT_STORE'] = 'False'
        given['MASTER_PORT'] = str(int(given['MASTER_PORT']) + restarts)


def _set_slurm_ranks() -> None:
    """Set torch's variables from Slurm's, and a port that other jobs do not use."""
    given = os.environ
    for name, source in (
        ('RANK', 'SLURM_PROCID'),
        ('LOCAL_RANK', 'SLURM_LOCALID'),
        ('WORLD_SIZE', 'SLURM_NTASKS'),
    ):
        given[name] = given[source]
    if 'MASTER_ADDR' not in given:
        given['MASTER_ADDR'] = _first_host(given['SLURM_NODELIST'])
    port = PORTS[int(given['SLURM_JOB_ID']) % len(PORTS)]
    given.setdefault('MASTER_PORT', str(port))


def _first_host(nodes: str) -> str:
    """Return the first name of a list such as ``node[3-5]``."""
    command = ['scontrol', 'show', 'hostnames', nodes]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]
