"""Validation of every network in one pass."""

from copy import deepcopy

import torch
from mmengine.runner import ValLoop, autocast
from mmpose.registry import LOOPS
from torch.utils.data import DataLoader

from semi_pose.engine.plain_model import plain_model
from semi_pose.models.members import find_member


@LOOPS.register_module()
class SemiValLoop(ValLoop):
    """Validate every member of a model, reading each image once.

    Metrics of the network that ``test_cfg['network']`` names keep their names
    (``coco/AP``), so ``save_best`` works as usual; those of all networks
    are reported under its name (``net1/``, ``net2/``, ``ensemble/``, ...) as well.

    Args:
        runner (Runner): The runner.
        dataloader (DataLoader | dict): Validation data.
        evaluator (dict | list): Config of the metrics; built once per network.
        fp16 (bool): Whether to predict in mixed precision.
    """

    def __init__(
        self,
        runner,
        dataloader: DataLoader | dict,
        evaluator: dict | list[dict],
        fp16: bool = False,
    ) -> None:
        super().__init__(runner, dataloader, deepcopy(evaluator), fp16)
        self.model = plain_model(runner)
        self.tested = find_member(self.model)
        self.evaluators = {self.tested: self.evaluator}
        for name in self.model.members:
            if name not in self.evaluators:
                self.evaluators[name] = runner.build_evaluator(_named(evaluator, name))
                # A metric that converts joints changes its copy of this.
                self.evaluators[name].dataset_meta = self.dataloader.dataset.metainfo

    def run(self) -> dict[str, float]:
        """Validate.

        Returns:
            dict[str, float]: Metrics by name.
        """
        self.runner.call_hook('before_val')
        self.runner.call_hook('before_val_epoch')
        self.runner.model.eval()
        for idx, data_batch in enumerate(self.dataloader):
            self.run_iter(idx, data_batch)
        metrics = self._evaluate()
        self.runner.call_hook('after_val_epoch', metrics=metrics)
        self.runner.call_hook('after_val')
        return metrics

    @torch.no_grad()
    def run_iter(self, idx: int, data_batch: dict) -> None:
        """Predict one batch with every network.

        Args:
            idx (int): Index of the batch.
            data_batch (dict): A batch of the dataloader.
        """
        self.runner.call_hook('before_val_iter', batch_idx=idx, data_batch=data_batch)
        batch = self.model.data_preprocessor(data_batch, False)
        with autocast(enabled=self.fp16):
            # The tested network comes last: its predictions are the outputs.
            for name, outputs in self.model.predict_each(**batch):
                self.evaluators[name].process(outputs, data_batch)
        self.runner.call_hook(
            'after_val_iter', batch_idx=idx, data_batch=data_batch, outputs=outputs
        )

    def _evaluate(self) -> dict[str, float]:
        size = len(self.dataloader.dataset)
        by_network = {
            name: evaluator.evaluate(size)
            for name, evaluator in self.evaluators.items()
        }
        metrics = dict(by_network[self.tested])
        for name, values in by_network.items():
            metrics.update({f'{name}/{key}': value for key, value in values.items()})
        return metrics


def _named(evaluator: dict | list[dict], name: str) -> dict | list[dict]:
    """Copy the config of metrics, with files of their own for one network."""
    evaluator = deepcopy(evaluator)
    for metric in [evaluator] if isinstance(evaluator, dict) else evaluator:
        if metric.get('outfile_prefix'):
            metric['outfile_prefix'] += f'_{name}'
    return evaluator
