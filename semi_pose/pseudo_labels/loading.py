"""Loading of a trained model as a labeler."""

from collections.abc import Sequence
from types import SimpleNamespace

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner.checkpoint import CheckpointLoader
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import MODELS

from semi_pose.engine.checkpoints import RequireFit
from semi_pose.errors import UserError
from semi_pose.models.members import find_member
from semi_pose.pseudo_labels.labeler import Labeler


def load_labeler(
    cfg: Config,
    checkpoint: str,
    joints: int,
    network: int | str | None = None,
    scales: Sequence[float] | None = None,
    device: str | None = None,
) -> Labeler:
    """Load a labeler.

    Args:
        cfg (Config): The model's config.
        checkpoint (str): Checkpoint of MMPose, or of this project.
        joints (int): How many joints it has to predict.
        network (int | str, optional): Of a dual model: 1, 2, 'ensemble' or 'ema'.
            As its ``test_cfg`` says by default.
        scales (Sequence[float], optional): As of :class:`Labeler`.
        device (str, optional): By default a GPU if there is one.

    Returns:
        Labeler: On the device, in evaluation mode.

    Raises:
        UserError: If model, checkpoint, joints or device do not fit.
    """
    model = MODELS.build(cfg.model)
    if not isinstance(model, TopdownPoseEstimator):
        raise UserError(
            f'{cfg.filename} builds a {type(model).__name__}: name a top-down model.'
        )
    name = _choose_network(model, network)
    _load_weights(model, checkpoint, name)
    labeler = Labeler(model.eval(), scales)
    labeler.check_joints(joints)
    _move(model, device or get_device())
    return labeler


def _choose_network(model: TopdownPoseEstimator, network: int | str | None) -> str:
    name = find_member(model, network)
    model.test_cfg['network'] = name
    return name


def _load_weights(model: TopdownPoseEstimator, path: str, name: str) -> None:
    checkpoint = CheckpointLoader.load_checkpoint(path, map_location='cpu')
    fit = RequireFit(path, name)
    fit.after_load_checkpoint(SimpleNamespace(model=model), checkpoint)


def _move(model: TopdownPoseEstimator, device: str) -> None:
    try:
        model.to(device)
    except (AssertionError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise UserError(
            f'--device {device} cannot be used ({why}): try --device cpu.'
        ) from error
