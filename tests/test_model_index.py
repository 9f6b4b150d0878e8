"""model-index.yml and the metafiles: every recipe, with the papers' figures."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
CONFIGS = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / 'configs').rglob('*.py')
    if '_base_' not in path.parts
)


def models():
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    files = [yaml.safe_load((ROOT / path).read_text()) for path in index['Import']]
    collections = [item['Name'] for file in files for item in file['Collections']]
    assert len(set(collections)) == len(collections)
    for file in files:
        for model in file['Models']:
            assert model['In Collection'] in collections
            yield model


def test_each_recipe_is_listed_once_under_its_name():
    listed = {model['Name']: model['Config'] for model in models()}
    assert sorted(listed.values()) == CONFIGS
    assert sorted(model['Config'] for model in models()) == CONFIGS
    assert all(Path(config).stem == name for name, config in listed.items())


def test_the_figures_are_those_of_the_tables_and_say_whose_they_are():
    tables = read_tables((ROOT / 'configs/semi/README.md').read_text())
    assert sum(len(figures) for figures, _ in tables.values()) > 40
    for model in models():
        (result,) = model.get('Results', [dict(Metrics={})])
        wanted, whose = tables.get(model['Name'], ([], ''))
        assert all(f'({whose}' in name for name in result['Metrics']), model['Name']
        figures = [f'{100 * value:.1f}' for value in result['Metrics'].values()]
        assert figures == wanted, model['Name']


def read_tables(text):
    """Return the figures of each recipe, and whose they are: paper or published."""
    tables, column, whose = {}, None, None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if line.startswith('| recipe |'):
            ((column, whose),) = (
                (number, re.search('paper|published', cell)[0])
                for number, cell in enumerate(cells)
                if re.search('paper|published', cell)
            )
        elif name := re.match(r'\| \[(\w+)\]\(\w+\.py\)', line):
            tables[name[1]] = re.findall(r'\d+\.\d+', cells[column]), whose
    return tables
