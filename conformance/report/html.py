"""index.html: one self-contained page that a decision can be made from."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from conformance.findings import VERDICTS
from conformance.report.markdown import by_weight, drift_words, waiver_words
from conformance.report.text import printable
from conformance.results import Results

MEANINGS = {
    "GO": "Everything that counts was seen and holds.",
    "NO-GO": "A critical or major requirement is violated.",
    "INCOMPLETE": "Something critical or major could not be seen, or was left out.",
    "CONDITIONAL": "Only minor matters or waived failures stand against it.",
    "PENDING": "No hardware has been chosen yet, and nothing failed.",
}


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("conformance.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["waiver"] = waiver_words
    environment.filters["drift"] = drift_words
    return environment.get_template("index.html.j2")


def html(results: Results) -> bytes:
    """The report as a page without references to anything outside; the filters work without scripts."""
    page = _template().render(
        results=results,
        run=results.run,
        judgement=results.judgement,
        meaning=MEANINGS[results.judgement.decision],
        findings=by_weight(results.findings),
        verdicts=VERDICTS,
        nodes=[(subject, _tally(results, subject)) for subject in results.subjects],
    )
    return printable(page).encode()


def _tally(results: Results, subject: str) -> dict[str, int]:
    own = [finding.verdict for finding in results.findings if finding.subject == subject]
    return {verdict: own.count(verdict) for verdict in VERDICTS}
