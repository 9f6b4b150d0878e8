"""The hard pipeline against a plain loop over samples and joints."""

from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from mmengine.config import Config
from torch import Tensor

from semi_pose.benchmark.networks import BarePasses, device, make_batch, read_recipe
from semi_pose.benchmark.timing import Figure, compare
from semi_pose.models.hard_pipeline import HardAffine, HardView, JointCutout


def measure_hard_pipeline(config: str, batch_size: int, rounds: int) -> list[Figure]:
    """Time JointCutout and HardAffine, for two students.

    Args:
        config (str): A semi-supervised recipe, which gives shapes and the step.
        batch_size (int): Unlabeled samples, and labeled ones in the step.
        rounds (int): Calls of each.

    Returns:
        list[Figure]: Speed-up over the loop, and share of the bare step.
    """
    recipe = read_recipe(config)
    view = make_view(recipe, batch_size)
    batched = torch.no_grad()(lambda: HardAffine()(JointCutout()(view)))
    looped = torch.no_grad()(lambda: plain_loop(view))
    name = f'hard pipeline, {batch_size} samples'
    bare = BarePasses(recipe, make_batch(recipe, batch_size)).step
    return [
        compare(
            f'{name}: plain loop / ours',
            batched,
            looped,
            rounds,
            '>= 10',
            speedup=True,
        ),
        compare(f'{name} / bare step', batched, bare, max(rounds // 3, 1), '<= 0.02'),
    ]


def make_view(recipe: Config, batch_size: int) -> HardView:
    """Make noise pictures and heatmaps of a recipe's shapes for two students."""
    width, height = recipe.codec.input_size
    w, h = recipe.codec.heatmap_size
    joints = recipe.model.head.out_channels
    images = torch.randn(batch_size, 3, height, width, device=device())
    heatmaps = torch.rand(2, batch_size, joints, h, w, device=device())
    return HardView(images.expand(2, *images.shape), heatmaps)


def plain_loop(view: HardView) -> HardView:
    """Do what the hard pipeline does, one sample and one joint at a time.

    Args:
        view (HardView): Images (S, B, 3, H, W) and heatmaps (S, B, K, h, w).

    Returns:
        HardView: The same shapes.
    """
    images, heatmaps = view.images.clone(), view.heatmaps.clone()
    for b in range(images.shape[1]):
        theta = _draw_theta().to(images)
        for s in range(images.shape[0]):
            for _ in range(5):
                _cut_out(images[s, b], random.choice(heatmaps[s, b]))
            images[s, b] = _warp(images[s, b], theta)
            for k, heatmap in enumerate(heatmaps[s, b]):
                heatmaps[s, b, k] = _warp(heatmap[None], theta)[0]
    return HardView(images, heatmaps)


def _draw_theta() -> Tensor:
    scale = min(max(random.gauss(1, 0.25), 0.75), 1.25)
    degrees = min(max(random.gauss(0, 30), -60), 60) * (random.random() < 0.8)
    radians = torch.deg2rad(torch.tensor(float(degrees)))
    cos, sin = scale * radians.cos(), scale * radians.sin()
    return torch.tensor([[cos, sin, 0], [-sin, cos, 0]])


def _cut_out(image: Tensor, heatmap: Tensor) -> None:
    row, column = divmod(int(heatmap.argmax()), heatmap.shape[-1])
    stride = image.shape[-1] // heatmap.shape[-1]
    x = round(column * stride + random.gauss(0, 10))
    y = round(row * stride + random.gauss(0, 10))
    half_width, half_height = random.randint(10, 19), random.randint(10, 19)
    rows = slice(max(y - half_height, 0), max(y + half_height, 0))
    image[:, rows, max(x - half_width, 0) : max(x + half_width, 0)] = 0


def _warp(channels: Tensor, theta: Tensor) -> Tensor:
    grid = F.affine_grid(theta[None], [1, *channels.shape], align_corners=False)
    return F.grid_sample(channels[None], grid, align_corners=False)[0]
