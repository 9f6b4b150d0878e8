"""Which packages are installed."""

from importlib.metadata import PackageNotFoundError, version


def is_installed(distribution: str) -> bool:
    """Say whether pip installed a package, whatever stands in for it."""
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True
