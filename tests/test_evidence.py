"""Are the measures what they say, and do they hold on the smallest plans?"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from planlens import evidence, words

OLD = ("新增社区食堂30家，完善助餐服务。", "整修灌溉渠道120公里。", "出台《乡村教师支持办法》。")
NEW = ("整修灌溉渠道150公里，更新泵站。", "修订《乡村教师支持办法》。", "新增社区食堂50家以上。", "发放育儿补贴。")


def side(texts: tuple[str, ...]) -> evidence.Side:
    return evidence.Side(texts, tuple(range(len(texts))), texts, tuple(() for _ in texts))


def test_cosines_are_those_of_scikit_learn() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    bags = [[Counter(words.terms(t)) for t in texts] for texts in (OLD, NEW)]
    vectorizer = text.TfidfVectorizer(analyzer=words.terms, sublinear_tf=True)
    matrix = vectorizer.fit_transform(OLD + NEW)
    expected = (matrix[: len(OLD)] @ matrix[len(OLD) :].T).toarray()
    found = evidence.cosines(bags, evidence._idf(bags[0] + bags[1]))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_every_feature_is_finite_and_named() -> None:
    measured = evidence.measure(side(OLD), side(NEW))
    assert measured.values.shape == (len(measured.old), len(evidence.FEATURES))
    assert np.isfinite(measured.values).all()


@pytest.mark.parametrize(("old", "new"), [((), NEW), (OLD, ()), ((), ()), (OLD[:1], NEW[:1]), (("。",), ("123",))])
def test_the_smallest_plans(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    measured = evidence.measure(side(old), side(new))
    assert np.isfinite(measured.values).all()
    assert len(measured.old) == len(old) * len(new)


def test_votes_leave_out_the_pair_s_own_row_and_column() -> None:
    block = np.array([[0.9, 0.1, 0.2], [0.3, 0.8, 0.4], [0.5, 0.6, 0.7]])
    one = np.zeros(3, dtype=np.intp)
    rows, cols = np.indices((3, 3)).reshape(2, 9)
    found = evidence._votes(block, one, one, rows, cols)
    for k, (i, j) in enumerate(zip(rows, cols, strict=True)):
        rest = np.delete(np.delete(block, i, axis=0), j, axis=1).ravel()
        assert found[k] == pytest.approx(sum(sorted(rest, reverse=True)[:3]))


@pytest.mark.parametrize("portion", [1, 5, 1 << 21])
@pytest.mark.parametrize("dense", [1, 3, 10**9])
def test_a_product_is_the_same_by_either_way(monkeypatch: pytest.MonkeyPatch, portion: int, dense: int) -> None:
    bags = [[Counter(words.terms(t)) for t in texts] for texts in (OLD * 3, NEW * 2)]
    expected = evidence.cosines(bags, words.informative)
    monkeypatch.setattr(evidence, "_PORTION", portion)
    monkeypatch.setattr(evidence, "_DENSE", dense)
    np.testing.assert_allclose(evidence.cosines(bags, words.informative), expected, atol=1e-12)


def test_the_margin_is_over_the_best_rival() -> None:
    m = np.array([[0.9, 0.2], [0.4, 0.6], [0.1, 0.6]], dtype=np.float32)
    np.testing.assert_allclose(evidence._margin(m), [[0.5, -0.4], [-0.5, 0.0], [-0.8, 0.0]], atol=1e-6)
