"""The device's scripts, judged by TypeScript with the types of Max's JavaScript that others have published."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from max_for_live.device.build import scripts

pytestmark = pytest.mark.rig

PACKAGES = ("typescript@5.9.3", "@types/maxmsp@1.0.13")
TIMEOUT_S = 180
# The types have not all of what Max's reference documents.
PASSED_OVER = ("Property 'new_path' does not exist on type 'MGraphics'",)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the judge in it; skipped where npm is not there or cannot fetch it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm here")
    folder = tmp_path_factory.mktemp("judge")
    install = (npm, "install", "--prefix", str(folder), "--no-save", "--no-audit", "--no-fund", "--silent", *PACKAGES)
    try:
        done = subprocess.run(install, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not fetch the judge within {TIMEOUT_S} s")
    if done.returncode:
        pytest.skip(f"npm could not fetch the judge: {done.stderr.strip()[-200:]}")
    return folder


@pytest.mark.parametrize("name", sorted(scripts()))
def test_the_script_uses_max_as_its_published_types_say(judge: Path, name: str) -> None:
    assert findings(judge, scripts()[name]) == []


def test_the_judge_speaks_up(judge: Path) -> None:
    wrong = 'var api = new LiveAPI(null, "live_set"); api.calls("fire"); outlet();'
    assert len(findings(judge, wrong)) >= 2


def findings(judge: Path, script: str) -> list[str]:
    options = {
        "allowJs": True, "checkJs": True, "noEmit": True, "target": "ES5", "lib": ["ES5"], "types": ["maxmsp"],
        "ignoreDeprecations": "5.0",
    }  # fmt: skip
    (judge / "script.js").write_text(script, encoding="utf-8")
    (judge / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["script.js"]}))
    compiler = judge / "node_modules" / ".bin" / "tsc"
    done = subprocess.run(
        [compiler, "-p", judge], capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=judge
    )
    found = [line for line in done.stdout.splitlines() if "error" in line]
    return [line for line in found if not any(passed in line for passed in PASSED_OVER)]
