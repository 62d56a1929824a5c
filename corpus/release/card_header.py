"""The header of a release's card: what Hugging Face reads."""

from typing import Any, Final

import yaml

from ...vocabulary import LANGUAGES
from .card_facts import CardFacts

_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)


class _PlainDumper(yaml.SafeDumper):
    """Writes what is the same twice instead of pointing at it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def render_header(facts: CardFacts) -> str:
    """The header, as YAML."""
    manifest = facts.manifest
    license_ = {"license": manifest.license}
    if manifest.license_name and manifest.license_link:
        license_ |= {"license_name": manifest.license_name, "license_link": manifest.license_link}
    known = facts.figures.counts["language"]
    header: dict[str, Any] = {
        **license_,
        "language": [language for language in LANGUAGES if known[language]],
        "pretty_name": f"{manifest.name} {manifest.version}",
        "task_categories": ["text-generation"],
        "size_categories": [_size(manifest.released)],
        "tags": _tags(facts),
        "configs": [dict(config) for config in facts.configs],
        "dataset_info": [dict(info) for info in facts.dataset_info],
    }
    return yaml.dump(header, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=1000)


def _size(records: int) -> str:
    return next((name for limit, name in _SIZES if records < limit), "n>100M")


def _tags(facts: CardFacts) -> list[str]:
    kinds = {"dpo": "dpo", "messages": "sft"}
    tags = ["synthetic", "condor", "arxiv:2501.12273", *(kinds[name] for name in sorted(facts.rows) if name in kinds)]
    return [*tags, "rehearsal"] if facts.manifest.rehearsal else tags
