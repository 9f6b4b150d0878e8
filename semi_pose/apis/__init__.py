"""A trained model in a few lines of Python, as in `mmpose.apis`."""

from mmpose.apis import inference_topdown

from .inference import init_model

__all__ = ['inference_topdown', 'init_model']
