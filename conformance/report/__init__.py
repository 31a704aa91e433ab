"""Reports: each format is one function from the results to bytes, the same bytes for the same results."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.report.html import html
from conformance.report.json import results_json
from conformance.report.junit import junit
from conformance.report.markdown import markdown
from conformance.report.oscal import oscal
from conformance.results import Results

FORMATS: Mapping[str, Callable[[Results], bytes]] = {
    "index.html": html,
    "report.md": markdown,
    "junit.xml": junit,
    "results.json": results_json,
    "oscal.json": oscal,
}
