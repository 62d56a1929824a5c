"""What trainers do with a release's folder, in a process of its own: offline, on the processor, with nothing fetched.

    python consumers.py load CACHE FOLDER...    # datasets: every format and split, whole and as a stream
    python consumers.py train CACHE FOLDER      # trl: two steps of SFTTrainer and DPOTrainer, a tiny random model

The last line that it writes is JSON.
"""

# pyright: reportMissingImports=false, reportPrivateImportUsage=false
# The trainers are an extra that need not be installed; trl exports its names lazily.

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from condor.corpus.columns import ROW_FORMATS, RowFormat, arrow_schema
from condor.corpus.shard_reading import read_rows

_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def load(cache: str, *folders: str) -> list[dict[str, Any]]:
    """How many rows every format and split of each folder has, once they were found to be those of the shards."""
    return [_load(folder, cache) for folder in folders]


def _load(folder: str, cache: str) -> dict[str, Any]:
    from datasets import Features, get_dataset_config_names, get_dataset_split_names, load_dataset

    assert set(get_dataset_config_names(folder)) == set(ROW_FORMATS)
    found: dict[str, Any] = {}
    for format_ in ROW_FORMATS:
        for split in get_dataset_split_names(folder, format_):
            written = list(_written(folder, format_, split))
            whole = load_dataset(folder, format_, split=split, cache_dir=cache)
            streamed = load_dataset(folder, format_, split=split, streaming=True)
            assert whole.features == streamed.features == Features.from_arrow_schema(arrow_schema(format_))
            assert whole.to_list() == written, (format_, split)
            assert list(streamed) == written, (format_, split)
            found.setdefault(format_, {})[split] = len(written)
    default = load_dataset(folder, cache_dir=cache)
    assert default["train"].to_list() == list(_written(folder, "messages", "train"))
    return found


def _written(folder: str, format_: RowFormat, split: str) -> Iterator[dict[str, Any]]:
    for path in sorted((Path(folder) / "data" / format_).glob(f"{split}-*")):
        yield from read_rows(path)


def train(cache: str, folder: str) -> dict[str, Any]:
    """How many steps were taken, the losses, and whether the weights changed, by trainer and format."""
    import torch
    from datasets import load_dataset

    torch.manual_seed(0)
    data: dict[str, Any] = {
        format_: load_dataset(folder, format_, split="train", cache_dir=cache)
        for format_ in ("messages", "critique", "dpo")
    }
    texts = [turn["content"] for row in data["messages"] for turn in row["messages"]]
    tokenizer = _tokenizer(texts)
    return {
        "sft messages": _take_steps(_sft_trainer(data["messages"], tokenizer, cache)),
        "sft critique": _take_steps(_sft_trainer(data["critique"], tokenizer, cache)),
        "dpo": _take_steps(_dpo_trainer(data["dpo"], tokenizer, cache)),
    }


def _sft_trainer(data: Any, tokenizer: Any, out: str) -> Any:
    from trl import SFTConfig, SFTTrainer

    return SFTTrainer(_model(tokenizer), SFTConfig(**_settings(out)), train_dataset=data, processing_class=tokenizer)


def _dpo_trainer(data: Any, tokenizer: Any, out: str) -> Any:
    from trl import DPOConfig, DPOTrainer

    # A model that was made here cannot be loaded a second time as the reference: it is given.
    models = _model(tokenizer), _model(tokenizer)
    return DPOTrainer(*models, args=DPOConfig(**_settings(out)), train_dataset=data, processing_class=tokenizer)


def _settings(out: str) -> dict[str, Any]:
    return {
        "output_dir": out,
        "max_steps": 2,
        "per_device_train_batch_size": 2,
        "learning_rate": 0.01,
        "max_length": 128,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "use_cpu": True,
        "bf16": False,
        "disable_tqdm": True,
    }


def _take_steps(trainer: Any) -> dict[str, Any]:
    before = [weights.detach().clone() for weights in trainer.model.parameters()]
    trainer.train()
    after = list(trainer.model.parameters())
    return {
        "steps": trainer.state.global_step,
        "losses": [entry["loss"] for entry in trainer.state.log_history if "loss" in entry],
        "changed": any(not one.equal(other) for one, other in zip(before, after, strict=True)),
    }


def _model(tokenizer: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def _tokenizer(texts: list[str]) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # pyright: ignore[reportAttributeAccessIssue]
    backend.decoder = decoders.ByteLevel()  # pyright: ignore[reportAttributeAccessIssue]
    special = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<|pad|>", bos_token="<|im_start|>", eos_token="<|im_end|>"
    )
    tokenizer.chat_template = _TEMPLATE
    return tokenizer


if __name__ == "__main__":
    command, *places = sys.argv[1:]
    sys.stdout.write(json.dumps({"load": load, "train": train}[command](*places)) + "\n")
