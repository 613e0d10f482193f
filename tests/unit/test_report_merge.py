"""The results of two jobs, an engine each, against one run of both, as machines recorded them."""

import pytest
from recorded_reports import ENGINES, recorded_reports

from dockerd_lab.judge.verdict import ProjectReport
from dockerd_lab.report.merge import merge
from dockerd_lab.report.result_file import read_result
from dockerd_lab.report.verdict_formats import FORMATS
from dockerd_lab.report.verdict_json import project_as_json


@pytest.fixture(scope="module")
def reports():
    """What one run of both engines found: every case that was recorded on both."""
    engines = list(ENGINES)
    return [each for each in recorded_reports() if [r.engine for r in each.results] == engines]


@pytest.fixture(scope="module")
def merged(reports, tmp_path_factory):
    """What is merged from the result files of two jobs, given in the other order."""
    directory = tmp_path_factory.mktemp("jobs")
    runs: dict[str, ProjectReport] = {}
    for engine in reversed(ENGINES):
        job = [
            report.model_copy(
                update={"results": [each for each in report.results if each.engine == engine]}
            )
            for report in reports
        ]
        file = directory / f"{engine}.json"
        file.write_text(project_as_json(job), encoding="utf-8")
        runs[engine] = read_result(file)
    result = merge(runs, ENGINES)
    assert result.missing == []
    return result.reports


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.option)
def test_every_format_is_that_of_one_run(reports, merged, each):
    assert len(reports) > 40
    assert each.render_project(merged) == each.render_project(reports)
