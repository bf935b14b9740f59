from loadtests.evidence import Verdict


def test_a_verdict_is_clean_without_faults() -> None:
    assert Verdict({"I1": [], "I2": []}).clean
    assert not Verdict({"I1": [], "I2": ["lost"]}).clean


def test_a_verdict_tells_a_few_faults_of_each_kind_and_how_many_more() -> None:
    verdict = Verdict({"I2": ["d"], "I1": ["a", "b", "c"], "I3": []})
    assert verdict.sentences(most=2) == ["I1: a", "I1: b", "I1: … and 1 more", "I2: d"]
    assert verdict.counted() == {"I1": 3, "I2": 1}
