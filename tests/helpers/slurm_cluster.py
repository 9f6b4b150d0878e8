"""A Slurm cluster of one node on this machine, on the loopback alone.

usage: python tests/helpers/slurm_cluster.py COMMAND [ARGUMENT ...]
runs a command that sees the cluster, and ends the cluster after it.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from getpass import getuser
from pathlib import Path

DAEMONS = ('munged', 'slurmctld', 'slurmd')
PATH = f'{os.environ["PATH"]}:/usr/sbin:/sbin'
# `low` gives way to `high`; a job has 20 seconds to end when it must go.
CONFIG = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SrunPortRange={srun}-{last_srun}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,sched_min_interval=100000
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=20
OverTimeLimit=0
MinJobAge=600
InactiveLimit=0
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=low Nodes={host} Default=YES PriorityTier=1 GraceTime=20 MaxTime=60
PartitionName=high Nodes={host} PriorityTier=9 PreemptMode=OFF MaxTime=60
"""


def missing() -> list[str]:
    """Name the programs that the cluster needs and this machine lacks."""
    needed = (*DAEMONS, 'srun', 'sbatch', 'scontrol', 'sinfo')
    return [name for name in needed if not shutil.which(name, path=PATH)]


@contextmanager
def slurm_cluster(folder: Path) -> Iterator[dict[str, str]]:
    """Start munge, a controller and a node; end them after.

    Args:
        folder (Path): An empty folder for their files; its path must be short, since
            it holds a socket.

    Yields:
        dict[str, str]: The environment of commands that use the cluster.
    """
    config = _write_files(folder)
    environment = {**os.environ, 'PATH': PATH, 'SLURM_CONF': str(config)}
    munged = ['munged', '--foreground', '--force', f'--socket={folder}/munge.socket']
    for name in ('key', 'pid', 'seed'):
        munged.append(f'--{name}-file={folder}/munge.{name}')
    commands = [munged, ['slurmctld', '-D', '-c'], ['slurmd', '-D']]
    with ExitStack() as stack:
        for command in commands:
            stack.enter_context(_daemon(command, folder, environment))
        _wait_for_node(environment, folder)
        yield environment


def _write_files(folder: Path) -> Path:
    for name in ('state', 'spool'):
        (folder / name).mkdir()
    (folder / 'munge.key').write_bytes(os.urandom(128))
    (folder / 'munge.key').chmod(0o600)
    folder.chmod(0o755)
    controller, node, srun = (_free_ports() for _ in range(3))
    ports = dict(controller=controller, node=node, srun=srun, last_srun=srun + 60)
    names = dict(host=socket.gethostname().split('.')[0], user=getuser())
    path = folder / 'slurm.conf'
    path.write_text(CONFIG.format(folder=folder, **ports, **names))
    return path


def _free_ports() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return min(probe.getsockname()[1], 65000)


@contextmanager
def _daemon(
    command: list[str], folder: Path, environment: dict[str, str]
) -> Iterator[None]:
    with (folder / f'{command[0]}.log').open('w') as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    try:
        if command[0] == 'munged':
            _wait_until((folder / 'munge.socket').exists, 'munge', folder)
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_node(environment: dict[str, str], folder: Path) -> None:
    def is_idle() -> bool:
        command = ['sinfo', '--noheader', '--format=%T', '--partition=low']
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return done.stdout.strip() == 'idle'

    _wait_until(is_idle, 'the node', folder)


def _wait_until(is_ready, what: str, folder: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > end:
            logs = '\n'.join(path.read_text()[-2000:] for path in folder.glob('*.log'))
            raise TimeoutError(f'{what} is not up after {seconds} s:\n{logs}')
        time.sleep(0.2)


if __name__ == '__main__':
    if lacking := missing():
        sys.exit(f'error: install {", ".join(lacking)} (Debian: slurm-wlm, munge)')
    with ExitStack() as exits:
        place = exits.enter_context(tempfile.TemporaryDirectory(prefix='slurm'))
        variables = exits.enter_context(slurm_cluster(Path(place)))
        sys.exit(subprocess.run(sys.argv[1:], env=variables).returncode)
