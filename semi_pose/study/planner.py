"""Planning of a study: recipes, seeds, teachers and ablations become trials."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config

from semi_pose.errors import UserError
from semi_pose.recipes.best_metric import metric_names
from semi_pose.recipes.data_root import set_data_root
from semi_pose.recipes.kinds import describe, is_semi, nodes, pseudo_file
from semi_pose.recipes.pseudo_labels import labeled_and_unlabeled
from semi_pose.recipes.reading import read_config
from semi_pose.recipes.split_layout import use_split
from semi_pose.runs.logs import METRICS
from semi_pose.runs.run import Run
from semi_pose.study.ablations import ABLATIONS, Ablation, Number
from semi_pose.study.plan import Method, Plan, PseudoLabels, Sweep, Trial


def parse_recipe(text: str, seeds: Sequence[int]) -> tuple[Path, list[int]]:
    """Read ``RECIPE``, which gets the given seeds, or ``RECIPE@0,1,2``.

    Raises:
        UserError: If what follows the sign is no list of numbers.
    """
    if not _names_seeds(text):
        return Path(text), list(dict.fromkeys(seeds))
    path, _, own = text.rpartition('@')
    try:
        return Path(path), list(dict.fromkeys(map(int, own.split(','))))
    except ValueError as error:
        raise UserError(f'{text}: name seeds as in {path}@0,1,2.') from error


def _names_seeds(text: str) -> bool:
    return '@' in Path(text).name


@dataclass
class Planner:
    """Plans the runs of a study, each once.

    Attributes:
        root (Path): The repository, with ``tools``.
        work_dir (Path): Where the runs go.
        data_root (Path, optional): Folder of the data, if not the recipes' own.
        steps (int, optional): Training steps, if not the recipes' own.
        options (dict): Settings for all recipes.
        threads (int, optional): Threads of each run.
        as_found (bool): Take started runs as they are, whatever their settings.
        trials (dict[str, Trial]): All runs planned so far, by name.
        pseudo_labels (dict[Path, PseudoLabels]): Planned so far, by file.
    """

    root: Path
    work_dir: Path
    data_root: Path | None = None
    steps: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    threads: int | None = None
    as_found: bool = False
    trials: dict[str, Trial] = field(default_factory=dict)
    pseudo_labels: dict[Path, PseudoLabels] = field(default_factory=dict)
    _recipes: dict[Path, Config] = field(default_factory=dict)

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
            ablated (Sequence[Path]): Recipes to vary. By default, all recipes of the
                study if the ablation compares them, else the first that has the
                setting.

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
        seeds = dict(recipes)
        methods = {recipe: self._method(recipe, seeds[recipe]) for recipe in seeds}
        others: dict[Path, Method] = {}  # that are only varied
        sweeps = []
        for name, values in ablations.items():
            for recipe in self._fitting(ABLATIONS[name], ablated, seeds):
                # One that is not of the study gets the first one's seeds.
                chosen = seeds.get(recipe, next(iter(seeds.values())))
                if recipe not in {**methods, **others}:
                    others[recipe] = self._method(recipe, chosen[:1])
                method = methods.get(recipe) or others[recipe]
                sweeps.append(self._sweep(name, values, recipe, chosen, method))
        _name_apart([*methods.values(), *others.values()])
        # Students last: by then their teachers are trained.
        trials = sorted(self.trials.values(), key=lambda one: one.generation)
        return Plan([*methods.values()], sweeps, trials)

    def _method(self, recipe: Path, seeds: list[int]) -> Method:
        trials = [self.trial(recipe, seed) for seed in seeds]
        check_comparable(trials[0].run.cfg)
        return Method(recipe.stem, trials, **vars(describe(trials[0].run.cfg)))

    def _sweep(
        self,
        name: str,
        values: list[Number],
        recipe: Path,
        seeds: list[int],
        method: Method,
    ) -> Sweep:
        ablation = ABLATIONS[name]
        own = self._own(ablation, recipe)
        points = {
            value: [
                self.trial(recipe, seed, ablation, value)
                for seed in (seeds if ablation.of_all else seeds[:1])
            ]
            for value in sorted({own, *values})
        }
        return Sweep(ablation, method, own, points)

    def _own(self, ablation: Ablation, recipe: Path) -> Number | None:
        """Return a recipe's own value of a setting; None if it has not got it."""
        cfg = self._run(recipe, self.work_dir, self.options, self.steps).cfg
        return next(iter(ablation.find(cfg).values()), None)

    def trial(
        self,
        recipe: Path,
        seed: int,
        ablation: Ablation | None = None,
        value: Number | None = None,
    ) -> Trial:
        """Plan one run, the same one for the same recipe, seed and value.

        Args:
            recipe (Path): The recipe.
            seed (int): Seed.
            ablation (Ablation, optional): A setting that is varied.
            value (Number, optional): Its value.

        Returns:
            Trial: The run.
        """
        if ablation and value == self._own(ablation, recipe):
            ablation = None
        name = _name(recipe, f'seed{seed}', ablation, value)
        if name not in self.trials:
            self.trials[name] = self._new_trial(name, recipe, seed, ablation, value)
        return self.trials[name]

    def _new_trial(
        self,
        name: str,
        recipe: Path,
        seed: int,
        ablation: Ablation | None,
        value: Number | None,
    ) -> Trial:
        folder, cfg, steps = self.work_dir / name, self._read(recipe), self.steps
        options = {**self.options, 'randomness.seed': seed}
        if ablation and ablation.name == 'steps':
            steps = round(value)
        elif ablation:
            options |= ablation.settings(cfg, value)
        run = self._run(recipe, folder, options, steps)
        labels = None
        if 'pseudo_labels' in cfg:
            # The labels are the teachers' too; all else is the student's alone.
            shared = (ablation, value) if ablation and ablation.name == 'labels' else ()
            labels = self._labels(recipe, run.cfg.pseudo_labels, seed, *shared)
            made = _pseudo_files(cfg, labels.file)
            run = self._run(recipe, folder, options, steps, made)
        trial = Trial(name, seed, run, labels)
        if self.as_found and run.recorded.exists():
            trial.notes = run.differences()
            trial.run = Run(run.tool, run.recorded, folder, self.data_root)
        return trial

    def _read(self, recipe: Path) -> Config:
        """Read a recipe, once; a copy is returned."""
        if recipe not in self._recipes:
            cfg = self._recipes[recipe] = read_config(str(recipe))
            if self.data_root is not None:  # whose people are the labeled ones
                set_data_root(cfg, str(self.data_root))
                use_split(cfg, str(self.data_root))
        return deepcopy(self._recipes[recipe])

    def _run(
        self,
        recipe: Path,
        folder: Path,
        options: dict[str, Any],
        steps: int | None,
        made: dict[str, str] | None = None,
    ) -> Run:
        tool, cfg = self.root / 'tools/train.py', self._read(recipe)
        places = tool, cfg, folder, self.data_root
        return Run(*places, steps, options, made, self.threads)

    def _labels(
        self,
        recipe: Path,
        wanted: Config,
        seed: int,
        ablation: Ablation | None = None,
        value: Number | None = None,
    ) -> PseudoLabels:
        """Plan the labels of a student; teachers without seeds have its own."""
        teachers = [parse_recipe(text, [seed]) for text in wanted.teachers]
        is_own = not all(map(_names_seeds, wanted.teachers))
        end = f'pseudo_labels_seed{seed}.json' if is_own else 'pseudo_labels.json'
        file = (self.work_dir / _name(recipe, end, ablation, value)).absolute()
        if file not in self.pseudo_labels:
            # An error now, not after the teachers.
            labeled_and_unlabeled(self._read(recipe), str(recipe))
            trials = [
                self.trial(teacher, one, ablation, value)
                for teacher, seeds in teachers
                for one in seeds
            ]
            tool = self.root / 'tools/dataset/make_pseudo_labels.py'
            command = [str(tool), '--unlabeled', str(recipe), '--out', str(file)]
            if self.data_root is not None:
                command += ['--data-root', str(self.data_root)]
            settings = _labeling(wanted)
            self.pseudo_labels[file] = PseudoLabels(file, trials, command, settings)
        return self.pseudo_labels[file]

    def _fitting(
        self, ablation: Ablation, ablated: Sequence[Path], named: Iterable[Path]
    ) -> list[Path]:
        """Pick the recipes that an ablation varies."""
        recipes = [*(ablated or named)]
        all_of_them = ablated or ablation.of_all
        fitting = [
            recipe
            for recipe in recipes
            if (cfg := self._read(recipe))
            and (all_of_them or is_semi(cfg))
            and ablation.find(cfg)
        ]
        if not fitting:
            raise UserError(
                f'--ablate {ablation.name}: none of '
                f'{", ".join(one.stem for one in recipes)} has this setting '
                f'({ablation.label}): name one that has it by --ablate-recipe.'
            )
        return fitting if all_of_them else fitting[:1]


def _labeling(wanted: Config) -> list[str]:
    """Return the options of a recipe's ``pseudo_labels``."""
    options = ['--tta'] if wanted.get('tta') else []
    if 'scales' in wanted:
        options += ['--scales', *map(str, wanted.scales)]
    if 'score_thr' in wanted:
        options += ['--score-thr', str(wanted.score_thr)]
    if 'network' in wanted:
        options += ['--network', str(wanted.network)]
    return options


def check_comparable(cfg: Config) -> None:
    """Check that validation computes a metric by which methods are compared.

    Raises:
        UserError: If it does not.
    """
    known = metric_names(cfg)
    if known and not {name.rpartition('/')[2] for name in known} & {*METRICS}:
        raise UserError(
            f'{cfg.filename}: a study compares {", ".join(METRICS)}, and validation '
            f"computes {', '.join(known)}: add dict(type='PCKAccuracy') or "
            "dict(type='AUC') to val_evaluator."
        )


def _name(
    recipe: Path, end: str, ablation: Ablation | None, value: Number | None
) -> str:
    variant = [f'{ablation.name}={value}'] if ablation else []
    return '/'.join([recipe.stem, *variant, end])


def _pseudo_files(cfg: Config, file: Path) -> dict[str, str]:
    """Point a recipe's pseudo-labeled sets to a file."""
    place = 'train_dataloader.dataset'
    found = [
        where
        for where, node in nodes(cfg.train_dataloader.dataset, place)
        if 'ann_file' in node and node.ann_file == pseudo_file(cfg)
    ]
    if not found:
        raise UserError(
            f'{cfg.filename} has pseudo_labels, but no training set with the ann_file '
            'of its variable `pseudo`: see configs/lsp/efflite0_lsp20_pseudo.py.'
        )
    return {f'{where}.ann_file': str(file) for where in ['pseudo', *found]}


def _name_apart(methods: list[Method]) -> None:
    """Make the titles of methods differ, by labels where these do."""
    if len({method.labels for method in methods}) > 1:
        for method in methods:
            method.title += f', {method.labels or "all"} labels'
    titles = [method.title for method in methods]
    for method in methods:
        if titles.count(method.title) > 1:
            method.title += f' ({method.name})'
