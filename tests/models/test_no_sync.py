"""On a GPU, a step queues its work and never waits for the device."""

from contextlib import nullcontext

import pytest
import torch
from mmengine.optim import build_optim_wrapper

from semi_pose.engine.cuda_graphs import GraphedPasses

from ..benchmarks.networks import CONFIGS, build_model, make_batch, read_recipe


@pytest.fixture
def strict():
    yield lambda: torch.cuda.set_sync_debug_mode('error')
    torch.cuda.set_sync_debug_mode('default')


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
@pytest.mark.parametrize(
    ('method', 'is_recorded'),
    [
        ('single', False),
        ('dual', False),
        ('dual_randaugment', False),
        ('standard', False),
        ('multiaugs_drawn', False),
        ('sspcm', False),
        ('dual', True),
    ],
)
def test_a_step_does_not_wait(method, is_recorded, strict):
    recipe = read_recipe(CONFIGS / f'semi/res18_coco1k_{method}.py')
    model = build_model(recipe)
    recorded = GraphedPasses(model).step if is_recorded else nullcontext
    optimizer = build_optim_wrapper(model, recipe.optim_wrapper)
    batch = model.data_preprocessor(make_batch(recipe, 2), training=True)

    def step():
        with optimizer.optim_context(model), recorded():
            losses = model(**batch, mode='loss')
        total, _ = model.parse_losses(losses)
        optimizer.update_params(total)

    step()  # allocates, picks algorithms
    strict()
    step()
