"""A port that cannot be had is named, with one that can."""

from __future__ import annotations

import argparse
import os
import socket
from pathlib import Path

import pytest

from clutch.embedded.locks import FileLock
from clutch.embedded.paths import as_root, open_data_dir
from clutch.embedded.ports import check_port, port_number
from clutch.embedded.problems import Problem
from clutch.embedded.up import Up


def test_taken_port_is_named_with_its_holder_and_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=rf"Port {port} is taken by .*\(process {os.getpid()}\)") as caught:
            check_port("127.0.0.1", port)
    suggested = int(str(caught.value).rpartition("--port ")[2])
    check_port("127.0.0.1", suggested)


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "http", "8000.0"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no port"):
        port_number(text)


def test_second_up_is_told_where_the_first_runs(tmp_path: Path) -> None:
    data_dir = open_data_dir(tmp_path / "data")
    (data_dir / "run" / "up.json").write_text('{"url": "http://127.0.0.1:8000", "pid": 7}')
    with FileLock(data_dir / "run" / "up.lock"), pytest.raises(Problem, match=r"at http://127\.0\.0\.1:8000"):
        Up(data_dir, 8001, demo=False).run()


def test_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Problem, match="is not a folder"):
        open_data_dir(tmp_path / "data")


@pytest.mark.skipif(as_root() or os.name == "nt", reason="root reads everything")
def test_data_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0)
    with pytest.raises(Problem, match="cannot be read and written"):
        open_data_dir(tmp_path / "data")
