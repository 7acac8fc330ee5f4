"""`bridge judge`: an outside judge of clips, trained once, for `bridge evaluate --judge`."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.commands.files import DATA_FILE, SEED


@click.command()
@click.argument("kind", type=click.Choice(["melody", "groove"]))
@click.option("--data", required=True, type=DATA_FILE, help="From `bridge data build`.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--steps", type=click.IntRange(1), help="Optimiser steps at most.  [default: the kind's own]")
@click.option("--batch-size", type=click.IntRange(1), help="Windows a step.  [default: the kind's own]")
@click.option("--seed", default=1, type=SEED, help="The same seed gives the same judge.")
@click.option("--validate-every", default=200, type=click.IntRange(1), help="Steps.")
@click.option("--precision", default="bf16", type=click.Choice(["bf16", "float32"]))
@click.option("--threads", type=click.IntRange(1), help="For the CPU.  [default: torch's choice]")
def judge(**given: object) -> None:
    """Train a judge of two bars of KIND: a small model that says how surprising each step is by those before it.

    It learns from the training clips, melodies transposed, and ends when validation clips surprise it no less.
    """
    try:
        from engine.training.judge import JudgeOptions, train_judge
    except ModuleNotFoundError as error:
        raise click.ClickException(f"training needs {error.name}: pip install 'latent-bridge[train]'") from error

    options = JudgeOptions(**given)  # type: ignore[arg-type]
    found = train_judge(options)
    if found is None:
        click.echo("stopped; nothing was written")
        raise SystemExit(130)
    facts = found.facts
    click.echo(
        f"{options.out}: {facts['valid_nats_a_step']:.4f} nats a step of validation clips, step {facts['best_step']}"
    )
