import pytest


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Documents of a test go with it."""
    settings.PRIVATE_ROOT = tmp_path
