"""The recorded samples are judged exactly as they say."""

import pytest

from conformance.recorded import read_recorded
from tests.unit.conformance.cases import SAMPLES, sample, verdicts_of

NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_judged_as_it_says(name, tmp_path):
    case = sample(name)

    assert verdicts_of(case, tmp_path) == case["expected"]


def test_the_samples_are_all_there():
    assert len(NAMES) == 10


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_nothing_to_remark_upon(name):
    assert read_recorded([SAMPLES / f"{name}.json"])[0].remarks == ()
