"""What Condor writes into MLflow's store is there for whoever opens its interface: runs, prompts, data sets."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from devtools import Browser, PageFault
from mlflow_ui import FilledStore, ui_page
from support import clean_environment

#: A server and a browser start first, on a machine that may have much else to do.
pytestmark = pytest.mark.timeout(400)


def test_the_runs_of_the_experiment_are_listed_with_their_data_sets(
    browser: Browser, ui: str, filled: FilledStore
) -> None:
    assert set(filled.runs) == {"synth first", "judge first"}
    assert {name.partition("/")[2] for name in filled.datasets} == {"tree", "void", "refine"}

    async def look() -> None:
        async with ui_page(browser) as page:
            await page.open(f"{ui}/#/experiments/{filled.experiment}/runs")
            shown = await page.wait_for(*filled.runs, "matching runs")
            assert any(f"{name} ({digest})" in shown for name, digest in filled.datasets.items())

    asyncio.run(look())


def test_a_run_shows_every_data_set_with_its_digest(browser: Browser, ui: str, filled: FilledStore) -> None:
    async def look() -> None:
        async with ui_page(browser) as page:
            await page.open(f"{ui}/#/experiments/{filled.experiment}/runs")
            await page.click("synth first")
            await page.click(f"+{len(filled.datasets) - 1}")
            await page.wait_for(*(f"{name} ({digest})" for name, digest in filled.datasets.items()))

    asyncio.run(look())


def test_the_evaluation_shows_questions_answers_refinements_and_scores(
    browser: Browser, ui: str, filled: FilledStore
) -> None:
    beginning = filled.question.split("\n")[0].partition('"')[0]

    async def look() -> None:
        async with ui_page(browser) as page:
            await page.open(f"{ui}/#/experiments/{filled.experiment}/runs/{filled.runs['judge first']}/traces")
            await page.wait_for("9 of 9", beginning, '"refinement": ', "helpfulness", "clarity", "depth")

    asyncio.run(look())


def test_the_prompts_are_registered_and_the_champion_is_the_version_that_records_hold(
    browser: Browser, ui: str, filled: FilledStore
) -> None:
    async def look() -> None:
        async with ui_page(browser) as page:
            await page.open(f"{ui}/#/prompts")
            await page.wait_for(*filled.prompts)
            await page.click("condor.refinement")
            await page.wait_for("champion", f"prompt version {filled.prompts['condor.refinement']}")

    asyncio.run(look())


def test_a_text_that_is_not_there_is_told_with_what_is(browser: Browser, ui: str) -> None:
    async def look() -> None:
        async with ui_page(browser) as page:
            await page.open(f"{ui}/#/prompts")
            await page.wait_for("Create prompt")
            with pytest.raises(PageFault, match=r"(?s)no such prompt.*Create prompt"):
                await page.wait_for("no such prompt", seconds=0.3)
            with pytest.raises(PageFault, match="nothing is called"):
                await page.evaluate("(() => { throw new Error('nothing is called so') })()")

    asyncio.run(look())


@pytest.mark.parametrize(("ci", "ends"), [("true", "1 error"), ("", "1 skipped")])
def test_without_a_browser_a_test_is_skipped_and_fails_in_continuous_integration(
    ci: str, ends: str, tmp_path: Path
) -> None:
    environment = clean_environment() | {"CI": ci, "PATH": str(tmp_path)}
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "prompts_are_registered"]
    result = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert ends in result.stdout, result.stdout
    assert "apt-get install chromium fonts-noto-cjk" in result.stdout
    assert result.returncode == (1 if ci else 0)
