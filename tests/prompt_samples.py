"""Compiled programs as an optimizer leaves them, for tests of what is done with them."""

from condor.experiments.compiled import STEP_STAGES, CompiledProgram, CompiledPrompt, CompiledStep, Programs


def compiled(
    step: CompiledStep = "refine",
    instructions: str = "Write the answer anew, and better.",
    *,
    base: Programs | None = None,
    demos: list[dict[str, str]] | None = None,
    improved: bool = True,
) -> CompiledProgram:
    """A program with other instructions than its base, which is the built-in prompts."""
    prompts = []
    for kind in STEP_STAGES[step]:
        stage = kind()
        (base or Programs()).apply(stage)
        before = stage.prompt_version()
        stage.predict.signature = stage.predict.signature.with_instructions(instructions)  # pyright: ignore[reportAttributeAccessIssue]
        stage.predict.demos = demos or []
        prompts.append(CompiledPrompt.of(stage, base_version=before))
    score = {"mean": 0.5, "low": 0.4, "high": 0.6}
    return CompiledProgram(
        step=step,
        prompts=tuple(prompts),
        optimizer="gepa",
        seed=7,
        models={"generator": {"name": "rehearsal"}, "judge": {"name": "rehearsal"}},
        sets={"train": ("c1", "c2"), "val": ("c3",), "holdout": ("c4", "c5")},
        scores={"before": score, "after": {"mean": 0.7, "low": 0.6, "high": 0.8}, "difference": score},
        improved=improved,
    )
