"""What trainers want to be told of a release: where the files are, and which of their columns means what.

Every path is relative to the release's folder. A trainer that reads folders whole would mix the splits, so the files
are named one by one.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, Literal

import yaml

from .columns import RowFormat
from .shards import Shard

#: What a model is trained for, and the formats that serve it; of several the first that is there.
Purpose = Literal["sft", "dpo", "critique"]
_SERVING: Final[dict[Purpose, tuple[RowFormat, ...]]] = {
    "sft": ("messages", "sharegpt", "alpaca"),
    "dpo": ("dpo",),
    "critique": ("critique",),
}

_MESSAGES: Final[dict[str, Any]] = {
    "formatting": "sharegpt",
    "columns": {"messages": "messages"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "system_tag": "system",
    },
}
#: LLaMA-Factory reads the chosen answer as one text or one turn; `dpo`, which TRL reads, has a list of turns.
_LLAMA_FACTORY: Final[dict[RowFormat, dict[str, Any]]] = {
    "messages": _MESSAGES,
    "alpaca": {
        "formatting": "alpaca",
        "columns": {"prompt": "instruction", "query": "input", "response": "output"},
    },
    "sharegpt": {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations"},
        "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"},
    },
    "ranking": {
        "formatting": "alpaca",
        "ranking": True,
        "columns": {"prompt": "instruction", "query": "input", "chosen": "chosen", "rejected": "rejected"},
    },
    "critique": _MESSAGES,
}

_ROLES: Final = {"role": "role", "content": "content"}
_CHAT: Final[dict[str, Any]] = {
    "type": "chat_template",
    "field_messages": "messages",
    "message_property_mappings": _ROLES,
}
_AXOLOTL: Final[dict[RowFormat, dict[str, Any]]] = {
    "messages": _CHAT,
    "sharegpt": {
        "type": "chat_template",
        "field_messages": "conversations",
        "message_property_mappings": {"role": "from", "content": "value"},
    },
    "alpaca": {"type": "alpaca"},
    "dpo": {
        "type": "chat_template.default",
        "field_messages": "prompt",
        "field_chosen": "chosen",
        "field_rejected": "rejected",
        "message_property_mappings": _ROLES,
    },
    "critique": _CHAT,
}

_XTUNER_HEAD: Final = '''"""The dataset section of an XTuner config, for {purpose}: to be pasted where `tokenizer`{also}
and `max_length` are set. Paths are relative to the folder of the release."""
'''
_XTUNER_PAIRS: Final = """
from datasets import load_dataset
from xtuner.dataset.preference_dataset import build_preference_dataset

train_dataset = dict(
    type=build_preference_dataset,
    dataset=dict(
        type=load_dataset,
        path={kind!r},
        data_files={files},
    ),
    tokenizer=tokenizer,
    max_length=max_length,
    is_dpo=True,
    is_reward=False,
)
"""
_XTUNER_TURNS: Final = """
from datasets import load_dataset
from xtuner.dataset import process_hf_dataset
from xtuner.dataset.map_fns import {map_fn}, template_map_fn_factory

train_dataset = dict(
    type=process_hf_dataset,
    dataset=dict(
        type=load_dataset,
        path={kind!r},
        data_files={files},
    ),
    tokenizer=tokenizer,
    max_length=max_length,
    dataset_map_fn={map_fn},
    template_map_fn=dict(type=template_map_fn_factory, template=prompt_template),
    remove_unused_columns=True,
)
"""
#: XTuner has no function for ShareGPT's turns.
_XTUNER_MAP_FNS: Final[dict[RowFormat, str]] = {
    "messages": "openai_map_fn",
    "alpaca": "alpaca_map_fn",
    "critique": "openai_map_fn",
}


def trainer_files(name: str, shards: Sequence[Shard]) -> dict[str, str]:
    """The files for trainers, by their place in the release, for the formats and splits that there are.

    Args:
        name: of the release: LLaMA-Factory's datasets are named after it.
        shards: all of the release's.
    """
    files = {"dataset_info.json": llama_factory_info(name, shards)}
    for purpose in _SERVING:
        suffix = "" if purpose == "sft" else f"-{purpose}"
        if (section := axolotl_section(purpose, shards)) is not None:
            files[f"trainers/axolotl{suffix}.yaml"] = section
        if (section := xtuner_section(purpose, shards)) is not None:
            files[f"trainers/xtuner{suffix}.py"] = section
    return files


def llama_factory_info(name: str, shards: Sequence[Shard]) -> str:
    """LLaMA-Factory's `dataset_info.json`: a dataset a format and split, or one a file where these are several."""
    entries = {
        _entry_name(name, shard, shards): {"file_name": shard.name} | _LLAMA_FACTORY[shard.format_]
        for shard in shards
        if shard.format_ in _LLAMA_FACTORY
    }
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def axolotl_section(purpose: Purpose, shards: Sequence[Shard]) -> str | None:
    """Axolotl's `datasets` and `test_datasets` (the validation split), and `rl: dpo` for pairs; None without data."""
    format_ = _serving(purpose, shards, tuple(_AXOLOTL))
    if format_ is None:
        return None
    section: dict[str, Any] = {"rl": "dpo"} if purpose == "dpo" else {}
    for key, split in (("datasets", "train"), ("test_datasets", "validation")):
        if names := _names(shards, format_, split):
            # Whichever the file's split is: loaded by itself it is axolotl's `train`.
            section[key] = [{"path": each, "split": "train"} | _AXOLOTL[format_] for each in names]
    return yaml.dump(section, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True)


def xtuner_section(purpose: Purpose, shards: Sequence[Shard]) -> str | None:
    """XTuner's `train_dataset`, as its configs have it; None without data that it reads."""
    pairs = purpose == "dpo"
    format_ = _serving(purpose, shards, ("dpo",) if pairs else tuple(_XTUNER_MAP_FNS))
    if format_ is None:
        return None
    names = _names(shards, format_, "train")
    head = _XTUNER_HEAD.format(purpose=purpose, also="" if pairs else ", `prompt_template`")
    kind = "parquet" if names[0].endswith(".parquet") else "json"
    body = _XTUNER_PAIRS if pairs else _XTUNER_TURNS
    return head + body.format(kind=kind, files=names, map_fn=_XTUNER_MAP_FNS.get(format_))


class _PlainDumper(yaml.SafeDumper):
    """Writes what is the same twice, for people to read and to change, instead of naming it once and pointing at it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _serving(purpose: Purpose, shards: Sequence[Shard], read: Sequence[RowFormat]) -> RowFormat | None:
    """The first format for a purpose that a trainer reads and that has training data."""
    held = {shard.format_ for shard in shards if shard.split == "train"}
    return next((format_ for format_ in _SERVING[purpose] if format_ in held and format_ in read), None)


def _names(shards: Sequence[Shard], format_: RowFormat, split: str) -> list[str]:
    return [shard.name for shard in shards if (shard.format_, shard.split) == (format_, split)]


def _entry_name(name: str, shard: Shard, shards: Sequence[Shard]) -> str:
    names = _names(shards, shard.format_, shard.split)
    number = "" if len(names) == 1 else f"_{names.index(shard.name):05d}"
    return f"{name}_{shard.format_}_{shard.split}{number}"
