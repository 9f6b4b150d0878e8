import torch

from semi_pose.models.stored_gradient import sum_without_graphs


def test_the_sum_and_its_gradients_are_those_of_the_plain_sum():
    first, second, unused = (
        torch.tensor(value, requires_grad=True) for value in (2.0, 3.0, 5.0)
    )
    losses = [lambda: first * second, lambda: first + second, lambda: second**2]
    total = sum_without_graphs(losses, [first, second, unused])
    assert total.item() == 6 + 5 + 9
    (10 * total).backward()
    # d/da (ab + a + b + b^2) = b + 1; d/db = a + 1 + 2b
    assert first.grad.item() == 10 * (3 + 1)
    assert second.grad.item() == 10 * (2 + 1 + 6)
    assert unused.grad is None


def test_each_graph_is_freed_before_the_next_loss():
    weight = torch.ones(3, requires_grad=True)
    alive = []

    class Kept(torch.autograd.Function):
        @staticmethod
        def forward(ctx, value):
            ctx.save_for_backward(value.clone())
            alive.append(ctx)
            return value.sum()

        @staticmethod
        def backward(ctx, scale):
            (value,) = ctx.saved_tensors
            alive.remove(ctx)
            return scale.expand_as(value)

    def loss():
        assert not alive
        return Kept.apply(weight)

    sum_without_graphs([loss] * 4, [weight]).backward()
    assert weight.grad.tolist() == [4, 4, 4]
