"""The latent cache: right after a kill, bounded, shared, and never in the way."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.errors import OutOfRangeError
from engine.runtime.cache import LatentCache, cache_key, default_cache_path

# A process that fills the cache with arrays that their own keys foretell, until it is killed.
FILLER = """
import itertools, sys
from pathlib import Path
import numpy as np
from engine.runtime.cache import LatentCache
name, count = sys.argv[2], int(sys.argv[3])
cache = LatentCache(Path(sys.argv[1]), memory_items=8)
for i in range(count) if count else itertools.count():
    cache.get(f"{name}{i}")
    cache.put(f"{name}{i}", np.full((4, 256), i, dtype=np.float32))
    if i % 50 == 0:
        cache.flush()
        print(i, flush=True)
cache.close()
"""


def latents(value: float, windows: int = 2) -> np.ndarray:
    return np.full((windows, 4), value, dtype=np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "latents.sqlite"


@pytest.fixture
def cache(path: Path) -> Iterator[LatentCache]:
    with closing(LatentCache(path)) as opened:
        yield opened


def filler(path: Path, name: str, count: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", FILLER, str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_is_put_is_got_bit_for_bit_also_after_a_restart(path: Path) -> None:
    array = np.random.default_rng(1).normal(size=(3, 256)).astype(np.float32)
    with closing(LatentCache(path)) as cache:
        cache.put("a", array)
        assert np.array_equal(cache.get("a"), array)
    with closing(LatentCache(path)) as cache:
        found = cache.get("a")
        assert found is not None
        assert (found.dtype, found.tobytes()) == (np.float32, array.tobytes())


def test_hits_and_misses_are_counted(cache: LatentCache) -> None:
    cache.put("a", latents(1))
    assert cache.get("a") is not None
    assert cache.get("b") is None
    assert (cache.stats.hits, cache.stats.misses, cache.stats.memory_items) == (1, 1, 1)


def test_callers_cannot_change_what_is_kept(cache: LatentCache) -> None:
    array = latents(1)
    cache.put("a", array)
    array[:] = 9
    got = cache.get("a")
    assert got is not None
    got[:] = 8
    assert np.array_equal(cache.get("a"), latents(1))


def test_without_a_path_all_stays_in_memory() -> None:
    with closing(LatentCache(None)) as cache:
        cache.put("a", latents(1))
        assert cache.get("a") is not None
        assert not cache.stats.on_disk
        assert not cache.flush()


def test_memory_drops_the_longest_unused_first() -> None:
    with closing(LatentCache(None, memory_items=2)) as cache:
        cache.put("a", latents(1))
        cache.put("b", latents(2))
        cache.get("a")
        cache.put("c", latents(3))
        assert [cache.get(k) is not None for k in "abc"] == [True, False, True]


def test_the_file_drops_the_longest_unused_first(path: Path) -> None:
    now = iter(range(100))
    with closing(LatentCache(path, memory_items=1, disk_items=3, clock=lambda: next(now))) as cache:
        for key in "abc":
            cache.put(key, latents(1))
            assert cache.flush()
        cache.get("a")
        cache.put("d", latents(1))
        assert cache.flush()
    with closing(LatentCache(path)) as cache:
        assert [cache.get(k) is not None for k in "abcd"] == [True, False, True, True]


def test_memory_finds_again_in_the_file_what_it_dropped(path: Path) -> None:
    with closing(LatentCache(path, memory_items=1)) as cache:
        for i in range(20):
            cache.put(str(i), latents(i))
        assert all(np.array_equal(cache.get(str(i)), latents(i)) for i in range(20))


def test_a_closed_cache_answers_from_memory_and_closes_twice(path: Path) -> None:
    cache = LatentCache(path)
    cache.put("a", latents(1))
    cache.close()
    cache.close()
    cache.put("b", latents(2))
    assert cache.get("a") is not None
    assert cache.get("b") is not None
    assert cache.get("c") is None


def test_a_key_names_content_kind_and_model() -> None:
    keys = {cache_key(f, k, m) for f in ("f", "g") for k in ("melody", "drums") for m in ("m", "n")}
    assert len(keys) == 8


def test_bounds_and_shapes_are_checked() -> None:
    with pytest.raises(OutOfRangeError, match="at least 1"):
        LatentCache(None, memory_items=0)
    with closing(LatentCache(None)) as cache, pytest.raises(OutOfRangeError, match="axes"):
        cache.put("a", np.zeros(3, dtype=np.float32))


def test_the_default_file_is_in_the_users_cache_folder() -> None:
    assert default_cache_path().name == "latents.sqlite"
    assert default_cache_path().is_absolute()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(range(256)) * 40])
def test_a_corrupt_file_is_moved_aside_and_begun_anew(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with closing(LatentCache(path)) as cache:
        cache.put("a", latents(1))
        assert cache.flush()
    assert path.with_name(path.name + ".corrupt").read_bytes() == content
    assert "was broken" in caplog.text


def test_another_programs_database_is_moved_aside_whole(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    with closing(LatentCache(path)) as cache:
        cache.put("a", latents(1))
        assert cache.flush()
    with closing(sqlite3.connect(path.with_name(path.name + ".corrupt"))) as other:
        assert other.execute("SELECT COUNT(*) FROM songs").fetchone() == (0,)


def test_a_damaged_row_is_a_miss(path: Path) -> None:
    with closing(LatentCache(path)) as cache:
        cache.put("a", latents(1))
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE latents SET data = zeroblob(32)")
        other.commit()
    with closing(LatentCache(path)) as cache:
        assert cache.get("a") is None


def test_a_file_that_breaks_while_open_is_replaced(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(LatentCache(path, memory_items=1)) as cache:
        for i in range(600):
            cache.put(str(i), np.full((8, 256), i, dtype=np.float32))
        assert cache.flush()
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = path.read_bytes()
        path.write_bytes(content[:4096] + b"\xee" * (len(content) - 4096))
        with closing(sqlite3.connect(path)) as other:  # a write by another process makes the cache read the file anew
            other.execute("PRAGMA user_version = 1")
        for i in range(600):
            cache.get(str(i))
        cache.put("new", latents(7))
        assert cache.flush()
    assert "was broken" in caplog.text
    with closing(LatentCache(path)) as cache:
        assert np.array_equal(cache.get("new"), latents(7))


def test_a_path_that_cannot_be_used_costs_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file" / "latents.sqlite", tmp_path):
        with closing(LatentCache(path)) as cache:
            cache.put("a", latents(1))
            assert cache.get("a") is not None
            assert not cache.stats.on_disk
    assert "in memory only" in caplog.text


def test_a_full_disk_costs_a_warning(path: Path) -> None:
    resource = pytest.importorskip("resource", reason="only POSIX limits the size of a file")
    script = FILLER.replace("name, count", "import resource\nname, count", 1).replace(
        "cache = ", f"resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, {resource.RLIM_INFINITY}))\ncache = ", 1
    )
    command = [sys.executable, "-c", script, str(path), "full", "400"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stderr


def test_two_processes_share_one_file(path: Path) -> None:
    path.parent.mkdir()
    processes = [filler(path, name, 120) for name in "ab"]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    with closing(LatentCache(path)) as cache:
        for name in "ab":
            assert all(np.all(cache.get(f"{name}{i}") == i) for i in range(1, 120))


def test_a_kill_in_the_middle_of_a_write_leaves_only_right_latents(path: Path) -> None:
    for round_number in range(4):
        process = filler(path, f"{round_number}-")
        assert process.stdout is not None
        for _ in range(2 + round_number):
            process.stdout.readline()
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()
        with closing(sqlite3.connect(path)) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            keys = [key for (key,) in file.execute("SELECT key FROM latents")]
        with closing(LatentCache(path)) as cache:
            assert len(keys) >= 40 * (round_number + 1)
            assert all(np.all(cache.get(key) == int(key.split("-")[1])) for key in keys)
    assert not path.with_name(path.name + ".corrupt").exists()


def test_many_threads_get_what_they_put(cache: LatentCache) -> None:
    wrong: list[str] = []

    def work(name: str) -> None:
        for i in range(100):
            cache.put(f"{name}{i}", latents(i))
            found = cache.get(f"{name}{i}")
            if found is None or found[0, 0] != i:
                wrong.append(f"{name}{i}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_put_does_not_wait_for_a_file_that_another_process_holds(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with closing(LatentCache(path)) as cache, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        cache.put("a", latents(1))
        assert np.array_equal(cache.get("a"), latents(1))
        assert cache.get("b") is None
        assert not cache.flush(timeout_s=0.05)
        other.execute("COMMIT")
        assert cache.flush()
    assert not caplog.records
