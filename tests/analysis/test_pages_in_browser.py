"""Pages in a real browser, where one is installed: Chromium, driven by playwright."""

import shutil

import pytest

CHROMIUM = shutil.which('chromium')
playwright = pytest.importorskip('playwright.sync_api')
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason='chromium is not installed')


@pytest.fixture(scope='module')
def browser():
    with playwright.sync_playwright() as tools:
        options = dict(executable_path=CHROMIUM, args=['--no-sandbox'])
        yield tools.chromium.launch(**options, timeout=120_000)


@pytest.fixture
def shown(browser, finished):
    """Open the summary; any console message or request of the network is a fault."""
    faults = []
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.on('console', lambda message: faults.append(message.text))
    page.on('pageerror', lambda error: faults.append(str(error)))
    page.on('requestfailed', lambda request: faults.append(request.url))
    page.goto(f'file://{finished / "summary.html"}')
    yield page
    assert not faults
    page.close()


def test_networks_open_by_a_click(shown):
    second = shown.locator('details').nth(1)
    picture = second.locator('img').first
    assert not picture.is_visible()
    second.locator('summary').click()
    assert picture.is_visible()
    assert picture.evaluate('one => one.complete && one.naturalWidth') > 50


@pytest.mark.parametrize('width', [1280, 400])
def test_no_page_scrolls_sideways(shown, width):
    shown.set_viewport_size(dict(width=width, height=800))
    for closed in shown.locator('details:not([open]) > summary').all()[::-1]:
        closed.click()
    assert shown.evaluate('document.documentElement.scrollWidth') <= width
    widest = 'Math.max(...[...document.images].map(one => one.width))'
    assert 100 < shown.evaluate(widest) <= width
