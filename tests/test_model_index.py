"""model-index.yml and the metafiles: every recipe, with the paper's figures."""

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


def test_the_figures_are_the_papers_and_say_so():
    text = (ROOT / 'configs/semi/README.md').read_text()
    rows = re.findall(r'^\| \[(\w+)\]\(\w+\.py\) \|(?:[^|]*\|){3}([^|]*)\|', text, re.M)
    paper = {name: re.findall(r'\d+\.\d+', figures) for name, figures in rows}
    assert sum(map(len, paper.values())) > 40
    for model in models():
        (result,) = model.get('Results', [dict(Metrics={})])
        assert all('(paper' in name for name in result['Metrics'])
        figures = [f'{100 * value:.1f}' for value in result['Metrics'].values()]
        assert figures == paper.get(model['Name'], []), model['Name']
