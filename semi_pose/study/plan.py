"""What a study consists of: trials, methods and sweeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from semi_pose.runs.run import Run
from semi_pose.study.ablations import Ablation, Number


@dataclass(eq=False)
class Trial:
    """One run of the study.

    Attributes:
        name (str): Its folder below the study's: ``RECIPE/seed0``, or
            ``RECIPE/joints=3/seed0`` for a value of an ablation.
        seed (int): Seed.
        run (Run): The run.
        pseudo_labels (PseudoLabels, optional): What it is trained on besides labels.
        notes (list[str]): Settings in which a found run differs from the recipe.
    """

    name: str
    seed: int
    run: Run
    pseudo_labels: PseudoLabels | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def recipe(self) -> str:
        """str: The recipe's stem."""
        return self.name.split('/')[0]

    @property
    def done(self) -> bool:
        """bool: Whether it is trained to the end."""
        return self.run.metrics() is not None

    @property
    def teachers(self) -> list[Trial]:
        """list[Trial]: The runs that make its pseudo labels."""
        return self.pseudo_labels.teachers if self.pseudo_labels else []

    @property
    def generation(self) -> int:
        """int: 0 without teachers, else one more than theirs."""
        return max((one.generation + 1 for one in self.teachers), default=0)


@dataclass(eq=False)
class PseudoLabels:
    """Pseudo labels of a recipe, made once for all students that use them.

    Attributes:
        file (Path): Where they go.
        teachers (list[Trial]): The runs whose networks are averaged.
        command (list[str]): The tool that makes them, and where from and to.
        settings (list[str]): Its options on how they are made.
        lock (Lock): Held while they are made.
    """

    file: Path
    teachers: list[Trial]
    command: list[str]
    settings: list[str]
    lock: Lock = field(default_factory=Lock)


@dataclass(eq=False)
class Method:
    """A recipe (its stem is the name) with a run for each seed.

    The other attributes are :class:`RecipeKind`'s, titles told apart.
    """

    name: str
    trials: list[Trial]
    kind: str
    easy_hard: bool
    title: str
    labels: int | None

    @property
    def tested(self) -> str:
        """str: The member that the recipe tests, ``net1`` unless it says otherwise."""
        test_cfg = self.trials[0].run.cfg.model.get('test_cfg') or {}
        name = test_cfg.get('network', 'net1')
        return f'net{name}' if str(name).isdigit() else name


@dataclass(eq=False)
class Sweep:
    """Runs of one recipe that differ in one setting.

    Attributes:
        ablation (Ablation): What differs.
        method (Method): The recipe.
        own (Number): The recipe's own value.
        points (dict[Number, list[Trial]]): A run for each seed, by value; the
            recipe's own value is among them.
    """

    ablation: Ablation
    method: Method
    own: Number
    points: dict[Number, list[Trial]]


@dataclass(eq=False)
class Plan:
    """All that a study trains: every trial once, teachers before their students."""

    methods: list[Method]
    sweeps: list[Sweep]
    trials: list[Trial]
