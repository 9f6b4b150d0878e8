"""The networks of a model that can be tested, by name."""

from collections.abc import Iterable

import torch
from mmpose.models import TopdownPoseEstimator
from torch import Tensor

from semi_pose.errors import UserError
from semi_pose.models.heatmaps import Network, predict_flip_averaged, predict_heatmaps
from semi_pose.models.teachers import Follower

TITLES = {'net1': 'network 1', 'net2': 'network 2', 'ema': 'mean teacher'}


def members_of(model: TopdownPoseEstimator) -> dict[str, list[Network]]:
    """Return what can be tested of a model.

    Args:
        model (TopdownPoseEstimator): A DualPoseEstimator or a stock model.

    Returns:
        dict[str, list[Network]]: For each name the networks whose heatmaps are
        averaged; a stock model is its own ``net1``.
    """
    return getattr(model, 'members', {'net1': [model]})


def member_title(name: str) -> str:
    """Return what reports call a member, such as ``network 1``."""
    return TITLES.get(name, name)


def find_member(model: TopdownPoseEstimator, name: str | int | None = None) -> str:
    """Find the member that is to be tested.

    Args:
        model (TopdownPoseEstimator): The model.
        name (str | int, optional): A name, or the number of a network. By default
            what ``test_cfg['network']`` says, or else ``net1``.

    Returns:
        str: Its name in :func:`members_of`.

    Raises:
        UserError: If the model has no such network.
    """
    if name is None:
        name = model.test_cfg.get('network', 'net1')
    names = members_of(model)
    found = f'net{name}' if str(name).isdigit() else name
    if found not in names:
        raise UserError(
            f'The model has no network {name!r}, only {", ".join(names)}: change '
            'test_cfg.network or --network, or use the config of a model that has it.'
        )
    return found


def member_weights(model: TopdownPoseEstimator, name: str) -> set[str]:
    """Name the weights that a test of a member needs.

    Args:
        model (TopdownPoseEstimator): The model.
        name (str): A name in :func:`members_of`.

    Returns:
        set[str]: Keys of the model's state dict.
    """
    state = model.state_dict(keep_vars=True)
    needed = {
        id(value)
        for network in members_of(model)[name]
        for value in network_state(network).values()
    }
    return {key for key, value in state.items() if id(value) in needed}


def network_state(network: Network) -> dict[str, Tensor]:
    """Return the weights of a network, without those of other networks inside it.

    Args:
        network (TopdownPoseEstimator | Follower): One of a member's networks.

    Returns:
        dict[str, Tensor]: Parameters and buffers by the names that they have in a
        stock TopdownPoseEstimator.
    """
    state = network.state_dict(keep_vars=True)
    if isinstance(network, Follower):
        pieces = {key: key.split('.', 2) for key in state}  # network.STAGE.REST
        return {
            f'{network.stage_names[int(stage)]}.{rest}': state[key]
            for key, (_, stage, rest) in pieces.items()
        }
    extra = tuple(getattr(network, 'EXTRA_PARTS', ()))
    return {key: value for key, value in state.items() if not key.startswith(extra)}


def member_heatmaps(
    model: TopdownPoseEstimator,
    images: Tensor,
    names: Iterable[str] | None = None,
    flip_indices: list[int] | None = None,
) -> dict[str, Tensor]:
    """Compute the heatmaps of members, each network once.

    Args:
        model (TopdownPoseEstimator): The model.
        images (Tensor): (B, C, H, W), normalized.
        names (Iterable[str], optional): Names in :func:`members_of`; all by default.
        flip_indices (list[int], optional): Average over mirror images too, as
            ``test_cfg`` says; these are the joints' counterparts there.

    Returns:
        dict[str, Tensor]: (B, K, h, w) by name.
    """
    members = members_of(model)
    chosen = {name: members[name] for name in (names or members)}
    networks = dict.fromkeys(net for group in chosen.values() for net in group)
    flip_cfg = {
        key: model.test_cfg[key]
        for key in ('flip_mode', 'shift_heatmap')
        if key in model.test_cfg
    }
    for network in networks:
        networks[network] = (
            predict_heatmaps(network, images)
            if flip_indices is None
            else predict_flip_averaged(network, images, flip_indices, **flip_cfg)
        )
    return {
        name: torch.stack([networks[net] for net in group]).mean(0)
        for name, group in chosen.items()
    }
