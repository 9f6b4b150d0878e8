"""What a study trains: recipes, seeds, teachers and ablations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.kinds import describe, is_semi, label_counts, nodes
from semi_pose.recipes.reading import read_config
from semi_pose.runs.run import Run
from semi_pose.study.ablations import ABLATIONS, Ablation, Number


@dataclass(eq=False)
class Trial:
    """One run of the study.

    Attributes:
        name (str): Its folder below the study's.
        seed (int): Seed.
        run (Run): The run.
        teacher (Trial, optional): The run that makes its pseudo labels.
        labeling (list[str]): The tool that does so, and its options.
        notes (list[str]): Settings in which a found run differs from the recipe.
    """

    name: str
    seed: int
    run: Run
    teacher: Trial | None = None
    labeling: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def recipe(self) -> str:
        """str: The recipe's stem."""
        return self.name.split('/')[0]

    @property
    def done(self) -> bool:
        """bool: Whether it is trained to the end."""
        return self.run.metrics() is not None


@dataclass(eq=False)
class Method:
    """A recipe with the runs of its seeds.

    Attributes:
        name (str): The recipe's stem.
        title (str): What the report calls it.
        kind (str): ``supervised``, ``pseudo``, ``distill``, ``standard``,
            ``mean_teacher``, ``single`` or ``dual``.
        easy_hard (bool): Whether easy views teach hard ones.
        labels (int, optional): How many people are labeled; None if all are.
        trials (list[Trial]): A run for each seed.
    """

    name: str
    title: str
    kind: str
    easy_hard: bool
    labels: int | None
    trials: list[Trial]


@dataclass(eq=False)
class Sweep:
    """Runs of one recipe that differ in one setting, with one seed.

    Attributes:
        ablation (Ablation): What differs.
        method (Method): The recipe.
        own (Number): The recipe's own value.
        points (dict[Number, Trial]): The runs by value, the recipe's own among them.
    """

    ablation: Ablation
    method: Method
    own: Number
    points: dict[Number, Trial]


@dataclass(eq=False)
class Plan:
    """All that a study trains.

    Attributes:
        methods (list[Method]): The recipes, as named.
        sweeps (list[Sweep]): The ablations.
        trials (list[Trial]): Every run once, teachers before their students.
    """

    methods: list[Method]
    sweeps: list[Sweep]
    trials: list[Trial]


def parse_recipe(text: str, seeds: Sequence[int]) -> tuple[Path, list[int]]:
    """Read ``RECIPE`` or ``RECIPE@0,1,2``.

    Args:
        text (str): What the command line says.
        seeds (Sequence[int]): The seeds of recipes without seeds of their own.

    Returns:
        tuple[Path, list[int]]: The recipe, and its seeds, each once.

    Raises:
        UserError: If what follows the sign is no list of numbers.
    """
    path, sign, own = text.rpartition('@')
    if not sign:
        return Path(text), list(dict.fromkeys(seeds))
    try:
        return Path(path), list(dict.fromkeys(map(int, own.split(','))))
    except ValueError as error:
        raise UserError(f'{text}: name seeds as in {path}@0,1,2.') from error


@dataclass
class Planner:
    """Plans the runs of a study, each once.

    Attributes:
        root (Path): The repository, with ``tools`` and ``configs``.
        work_dir (Path): Where the runs go.
        data_root (Path, optional): Folder of the data, if not the recipes' own.
        steps (int, optional): Training steps, if not the recipes' own.
        options (dict): Settings for all recipes.
        threads (int, optional): Threads a run.
        as_found (bool): Take started runs as they are, whatever their settings.
        trials (dict[str, Trial]): All runs planned so far, by name.
    """

    root: Path
    work_dir: Path
    data_root: Path | None = None
    steps: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    threads: int | None = None
    as_found: bool = False
    trials: dict[str, Trial] = field(default_factory=dict)
    _recipes: dict[Path, Config] = field(default_factory=dict)

    def read(self, recipe: Path) -> Config:
        """Read a recipe, once; a copy is returned."""
        if recipe not in self._recipes:
            self._recipes[recipe] = read_config(str(recipe))
        return deepcopy(self._recipes[recipe])

    def plan(
        self,
        recipes: Sequence[tuple[Path, list[int]]],
        ablations: dict[str, list[Number]],
        ablated: Sequence[Path] = (),
    ) -> Plan:
        """Plan a study.

        Args:
            recipes (Sequence): Recipes and their seeds.
            ablations (dict[str, list[Number]]): Values by ablation.
            ablated (Sequence[Path]): Recipes to vary. By default, for each ablation
                the first recipe of the study that has the setting.

        Returns:
            Plan: Whose runs take up what the work dir holds.

        Raises:
            UserError: If a recipe cannot be read, or none has a setting to vary.
        """
        stems = [recipe.stem for recipe, _ in recipes]
        if twice := {one for one in stems if stems.count(one) > 1}:
            raise UserError(
                f'The study names {", ".join(twice)} twice: name each recipe once, '
                'all of its seeds after an @.'
            )
        methods = [self._method(recipe, seeds) for recipe, seeds in recipes]
        _name_apart(methods)
        first_seeds = {recipe: seeds[0] for recipe, seeds in recipes}
        sweeps = [
            self._sweep(name, values, recipe, first_seeds, methods)
            for name, values in ablations.items()
            for recipe in self._fitting(name, ablated, first_seeds)
        ]
        # Students last: by then their teachers are trained.
        trials = sorted(self.trials.values(), key=lambda one: one.teacher is not None)
        return Plan(methods, sweeps, trials)

    def _method(self, recipe: Path, seeds: list[int]) -> Method:
        trials = [self.trial(recipe, seed) for seed in seeds]
        cfg = self.read(recipe)
        kind, easy_hard, title = describe(cfg)
        labels = next(iter(label_counts(cfg)), None)
        return Method(recipe.stem, title, kind, easy_hard, labels, trials)

    def _sweep(
        self,
        name: str,
        values: list[Number],
        recipe: Path,
        first_seeds: dict[Path, int],
        methods: list[Method],
    ) -> Sweep:
        ablation = ABLATIONS[name]
        seed = first_seeds.get(recipe, next(iter(first_seeds.values())))
        cfg = self.read(recipe)
        cfg.merge_from_dict(self.options)
        places = ablation.find(cfg)
        own = next(iter(places.values()))
        points = {own: self.trial(recipe, seed)}
        for value in values:
            if value != own:
                change = dict.fromkeys(places, value)
                points[value] = self.trial(recipe, seed, f'{name}={value}', change)
        named = [one for one in methods if one.name == recipe.stem]
        method = named[0] if named else self._method(recipe, [seed])
        return Sweep(ablation, method, own, dict(sorted(points.items())))

    def trial(
        self,
        recipe: Path,
        seed: int,
        variant: str = '',
        change: dict[str, Any] | None = None,
    ) -> Trial:
        """Plan one run, the same one for the same name.

        Args:
            recipe (Path): The recipe.
            seed (int): Seed.
            variant (str): Name of an ablation's value.
            change (dict, optional): The settings that it is.

        Returns:
            Trial: The run.
        """
        name = '/'.join(filter(None, (recipe.stem, variant, f'seed{seed}')))
        if name in self.trials:
            return self.trials[name]
        folder = self.work_dir / name
        options = {**self.options, **(change or {}), 'randomness.seed': seed}
        cfg = self.read(recipe)
        teacher, labeling = None, []
        if 'pseudo_labels' in cfg:
            file = (folder / 'pseudo_labels.json').absolute()
            options.update(_pseudo_files(cfg, file))
            teacher = self.trial(self.root / cfg.pseudo_labels.teacher, seed)
            labeling = self._labeling(cfg, file)
        trial = Trial(name, seed, self._run(recipe, folder, options), teacher, labeling)
        if self.as_found and trial.run.recorded.exists():
            trial.notes = trial.run.differences()
            trial.run = Run(trial.run.tool, trial.run.recorded, folder, self.data_root)
        self.trials[name] = trial
        return trial

    def _run(self, recipe: Path, folder: Path, options: dict[str, Any]) -> Run:
        return Run(
            self.root / 'tools/train.py',
            self.read(recipe),
            folder,
            self.data_root,
            self.steps,
            options,
            self.threads,
        )

    def _labeling(self, cfg: Config, file: Path) -> list[str]:
        wanted = cfg.pseudo_labels
        command = ['--unlabeled', str(self.root / wanted.unlabeled), '--out', str(file)]
        if self.data_root is not None:
            command += ['--data-root', str(self.data_root)]
        if wanted.get('tta'):
            command.append('--tta')
        if 'score_thr' in wanted:
            command += ['--score-thr', str(wanted.score_thr)]
        tool = self.root / 'tools/dataset/make_pseudo_labels.py'
        return [str(tool), *command]

    def _fitting(
        self, name: str, ablated: Sequence[Path], named: Iterable[Path]
    ) -> list[Path]:
        """Pick the recipes that an ablation varies."""
        recipes = [*(ablated or named)]
        fitting = [
            recipe
            for recipe in recipes
            if (cfg := self.read(recipe))
            and (ablated or is_semi(cfg))
            and ABLATIONS[name].find(cfg)
        ]
        if not fitting:
            raise UserError(
                f'--ablate {name}: none of {", ".join(one.stem for one in recipes)} '
                f'has this setting ({ABLATIONS[name].label}): name one that has it by '
                '--ablate-recipe.'
            )
        return fitting if ablated else fitting[:1]


def _pseudo_files(cfg: Config, file: Path) -> dict[str, str]:
    """Point a recipe's pseudo-labeled sets to a file."""
    place = 'train_dataloader.dataset'
    found = [
        where
        for where, node in nodes(cfg.train_dataloader.dataset, place)
        if 'ann_file' in node and node.ann_file == cfg.get('pseudo', {}).get('ann_file')
    ]
    if not found:
        raise UserError(
            f'{cfg.filename} has pseudo_labels, but no training set with the ann_file '
            'of its variable `pseudo`: see configs/lsp/efflite0_lsp100_pseudo.py.'
        )
    return {f'{where}.ann_file': str(file) for where in found}


def _name_apart(methods: list[Method]) -> None:
    """Make the titles of methods differ, by labels where these do."""
    if len({method.labels for method in methods}) > 1:
        for method in methods:
            method.title += f', {method.labels or "all"} labels'
    titles = [method.title for method in methods]
    for method in methods:
        if titles.count(method.title) > 1:
            method.title += f' ({method.name})'
