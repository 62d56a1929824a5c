"""Photographs MLflow's interface for the docs, over a store that commands have just filled.

    python docs/screenshots.py [--out docs/images]

Two syntheses with the rehearsal model are made, judged and evaluated, the second one with a compiled prompt, in a
directory that is thrown away; then a headless Chromium looks at what MLflow shows of them. It needs Debian's chromium
and fonts-noto-cjk.
"""

import argparse
import asyncio
import io
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from devtools import Browser, Page, find_chromium, run_chromium
from mlflow_ui import FilledStore, fill_store, ui_page
from support import Cli
from tracking_support import serve_mlflow

#: Colours of a picture: what an interface of flat areas needs, at a third of the bytes.
_COLOURS = 128
#: Seconds for what moves or is drawn after its text is there.
_SETTLE_S = 2

Shot = Callable[[Page, str, FilledStore], Awaitable[object]]


async def runs(page: Page, ui: str, store: FilledStore) -> None:
    """The table of runs."""
    await page.open(f"{ui}/#/experiments/{store.experiment}/runs")
    await page.wait_for("synth first", "judge second")


async def datasets(page: Page, ui: str, store: FilledStore) -> None:
    """What a synthesis took in and gave, with digests."""
    await runs(page, ui, store)
    await page.click(f"+{len(store.datasets) - 1}")
    name, digest = list(store.datasets.items())[-1]
    await page.click(f"{name} ({digest})")
    await page.wait_for(f"Digest: {digest}")


async def prompts(page: Page, ui: str, store: FilledStore) -> None:
    """A prompt's champion."""
    await page.open(f"{ui}/#/prompts/condor.refinement")
    await page.wait_for("champion", "compiled, Condor")


async def evaluation(page: Page, ui: str, store: FilledStore) -> None:
    """Questions, answers and scores side by side."""
    await page.open(f"{ui}/#/experiments/{store.experiment}/runs/{store.runs['judge first']}/traces")
    await page.wait_for("helpfulness", '"refinement": ')


SHOTS: dict[str, Shot] = {"runs": runs, "prompts": prompts, "datasets": datasets, "evaluation": evaluation}


async def photograph(browser: Browser, ui: str, store: FilledStore, out: Path) -> None:
    """Take every picture anew."""
    for name, show in SHOTS.items():
        async with ui_page(browser) as page:
            await show(page, ui, store)
            await asyncio.sleep(_SETTLE_S)
            shrink(await page.screenshot(), out / f"mlflow-{name}.png")


def shrink(png: bytes, path: Path) -> None:
    """Write a picture with fewer colours."""
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {path.stat().st_size:,} bytes")


def fill_more(directory: Path) -> None:
    """A better prompt, and a second synthesis that begins with it, judged: so that there is something to compare."""
    sizes = ("--train", "8", "--val", "8", "--holdout", "24", "--budget-calls", "700")
    for command in (
        ("optimize", "refine", "--optimizer", "gepa", "--recipe", "recipe.yaml", "--run", "better", *sizes),
        ("synth", "recipe.yaml", "--run", "second"),
        ("judge", "second"),
    ):
        result = Cli(directory).run(*command, CONDOR_TRACKING="on")
        if result.returncode:
            sys.exit(result.stderr)


def main() -> None:
    """Fill a store, serve it, look at it."""
    parser = argparse.ArgumentParser(description="Photograph MLflow's interface for the docs.")
    parser.add_argument("--out", type=Path, default=HERE / "images", help="where the pictures go")
    out = parser.parse_args().out
    program = find_chromium()
    if program is None:
        sys.exit("no Chromium here; on Debian: apt-get install chromium fonts-noto-cjk")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        store = fill_store(directory, records=24)
        fill_more(directory)
        with serve_mlflow(store.database, directory) as ui, run_chromium(program, directory / "profile") as browser:
            asyncio.run(photograph(browser, ui, store, out))


if __name__ == "__main__":
    main()
