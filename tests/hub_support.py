"""Small releases, to be pushed to a hub."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

TOKEN = "hf_canary-of-the-token-7b1e"

#: Makes a release's folder: (files, version, what else its manifest says).
Make = Callable[..., Path]


def parquet(texts: list[str]) -> bytes:
    """A real Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), buffer, compression="zstd")
    return buffer.getvalue()


def release_files(version: str = "1.0.0") -> dict[str, bytes]:
    """What a small release holds, but for its manifest."""
    rows = [{"messages": [{"role": "user", "content": text}]} for text in ("Why?\u2028=1+1", "为什么天是蓝的？")]
    return {
        "README.md": f"---\nlicense: cc-by-4.0\n---\n# tiny {version}\n".encode(),
        "CHANGES.md": f"# {version}\n".encode(),
        "data/messages/train-00000-of-00001.jsonl": b"".join(
            json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows
        ),
        "data/records/train-00000-of-00001.parquet": parquet(["one", "二", version]),
        "data/records/eval-00000-of-00001.parquet": parquet(["three"]),
        "reports/removed.jsonl": b"",
    }


def make_release(folder: Path, files: dict[str, bytes], version: str, **changed: Any) -> Path:
    """Write a release's files and their manifest."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    listed = {
        path: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "records": 2}
        for path, data in files.items()
    }
    manifest = {"schema": 1, "name": "tiny", "version": version, "rehearsal": False, "files": listed} | changed
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
