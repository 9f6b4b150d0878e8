"""Networks, batches and steps that are measured."""

from collections.abc import Callable
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from mmpose.testing import get_packed_inputs

from semi_pose.datasets.batches import give_labels, take_labels
from semi_pose.engine.cuda_graphs import GraphedPasses
from semi_pose.models import DualPoseEstimator
from semi_pose.models.heatmaps import predict_heatmaps
from semi_pose.recipes.reading import read_config

CONFIGS = Path(__file__).parents[2] / 'configs'


def device() -> str:
    """Return the device that is there: 'cuda' or 'cpu'."""
    return 'cuda' if torch.cuda.is_available() else 'cpu'


def read_recipe(path: str | Path, changes: dict[str, Any] | None = None) -> Config:
    """Read a semi-supervised recipe, and change values by their dotted names."""
    recipe = read_config(str(path))
    recipe.model.backbone.init_cfg = None
    recipe.merge_from_dict(changes or {})
    return recipe


def title(recipe: Config, batch_size: int) -> str:
    """Name a recipe and its batch: 'res18_coco1k_dual, 32 + 32'."""
    return f'{Path(recipe.filename).stem}, {batch_size} + {batch_size}'


def build_model(recipe: Config) -> DualPoseEstimator:
    """Build a recipe's model for training, the same random weights at each call."""
    init_default_scope(recipe.get('default_scope', 'mmpose'))
    torch.manual_seed(0)
    return MODELS.build(recipe.model).train().to(device())


def make_batch(recipe: Config, batch_size: int) -> dict[str, Any]:
    """Make a batch of noise pictures, as the data loader gives it.

    Returns ``inputs`` (B, 3, H, W) and ``data_samples``, each by branch: B samples of
    ``sup`` and B of ``easy``.
    """
    width, height = recipe.codec.input_size
    samples = get_packed_inputs(
        batch_size,
        num_keypoints=recipe.model.head.out_channels,
        img_shape=(height, width),
        input_size=(width, height),
        heatmap_size=recipe.codec.heatmap_size,
        with_simcc_label=False,
    )
    images, labeled = torch.stack(samples['inputs']), samples['data_samples']
    unlabeled = deepcopy(labeled)
    take_labels(unlabeled)
    return dict(
        inputs=dict(sup=images, easy=images),
        data_samples=dict(sup=labeled, easy=unlabeled),
    )


def training_step(
    recipe: Config,
    batch_size: int,
    bf16: bool = False,
    channels_last: bool = False,
    compiler: str = '',
    tf32: bool = True,
    cuda_graphs: bool = False,
) -> Callable[[], None]:
    """Return the runner's training step, from loaded samples to new weights.

    Args:
        recipe (Config): A semi-supervised recipe.
        batch_size (int): Labeled samples, and as many unlabeled ones.
        bf16 (bool): As ``--amp bf16``.
        channels_last (bool): As ``--channels-last``.
        compiler (str): Backend of torch.compile for the networks, none by default.
        tf32 (bool): Let a GPU round what convolutions multiply, torch's default.
        cuda_graphs (bool): As ``--cuda-graphs``.
    """
    model = build_model(recipe)
    if channels_last:
        model.to(memory_format=torch.channels_last)
    if compiler:
        _compile(model, compiler)
    wrapper = dict(recipe.optim_wrapper)
    if bf16:
        wrapper['type'] = 'Bf16OptimWrapper'
    optimizer = build_optim_wrapper(model, wrapper)
    batch = make_batch(recipe, batch_size)
    samples = batch['data_samples']['sup']
    labels = take_labels(samples)
    flags = torch.backends.cudnn.flags
    recorded = GraphedPasses(model).step if cuda_graphs else nullcontext

    def step() -> None:
        give_labels(samples, labels)  # a step moves them to the device, in place
        precision = nullcontext() if tf32 else flags(enabled=True, allow_tf32=False)
        with precision, recorded():
            model.train_step(batch, optimizer)

    return step


def _compile(model: DualPoseEstimator, backend: str) -> None:
    for network in model.networks:
        network.backbone.compile(backend=backend)
        # MMPose calls this method, not the module.
        network.head.forward = torch.compile(network.head.forward, backend=backend)


def bare_step(recipe: Config, batch_size: int) -> Callable[[], None]:
    """Return the passes that a step cannot do without, and the optimizer's step.

    For each network: a labeled pass, an easy one without gradient and a hard
    one; the mean square errors; one backward pass. Images are normalized and
    on the device beforehand, and the hard view is the easy one.
    """
    model = build_model(recipe)
    nets = model.networks
    optimizer = build_optim_wrapper(model, recipe.optim_wrapper).optimizer
    data = model.data_preprocessor(make_batch(recipe, batch_size), training=True)
    labeled, easy = data['inputs']['sup'], data['inputs']['easy']
    samples = data['data_samples']['sup']
    labels = torch.stack([one.gt_fields.heatmaps for one in samples])

    def step() -> None:
        loss = sum(F.mse_loss(predict_heatmaps(net, labeled), labels) for net in nets)
        with torch.no_grad():
            teachers = [predict_heatmaps(net, easy) for net in nets]
        for net, target in zip(nets, reversed(teachers), strict=True):
            loss = loss + F.mse_loss(predict_heatmaps(net, easy), target)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step
