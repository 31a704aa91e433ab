"""results.json: the whole model, for programs."""

from __future__ import annotations

from typing import Any

import orjson

from conformance.results import Results


def results_json(results: Results) -> bytes:
    """The results as `labctl/results/1`."""
    return json_bytes(results.as_json())


def json_bytes(data: Any) -> bytes:
    """JSON as all our files hold it: indented, in the order given, with a final newline."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
