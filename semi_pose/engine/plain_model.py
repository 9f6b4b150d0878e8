"""A runner's model without its wrappers."""

from mmengine.model import BaseTTAModel, is_model_wrapper
from mmengine.runner import Runner
from torch import nn


def plain_model(runner: Runner) -> nn.Module:
    """Return a runner's model without wrappers for several processes or views."""
    model = runner.model
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.module
    return model


def averaged_models(runner: Runner) -> list[nn.Module]:
    """Return the models whose predictions a runner averages.

    Args:
        runner (Runner): The runner.

    Returns:
        list[Module]: The models of its AveragedViews; of another runner the only one.
    """
    model = runner.model
    while is_model_wrapper(model):
        model = model.module
    return getattr(model, 'models', [plain_model(runner)])
