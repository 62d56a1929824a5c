#!/usr/bin/env bash
# From nothing to a verified release in English and Chinese, and a second version of it, on the embedded model: no key,
# no network.
#
#   examples/release.sh [FOLDER]     by default condor-release in the working folder; what is done can be read there
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
condor=$here/../.venv/bin/condor
[[ -x $condor ]] || condor=$(command -v condor) || { echo "no condor here: run make demo first" >&2; exit 1; }

folder=${1:-condor-release}
if [[ -e $folder ]]; then
    echo "$folder: is there already; name another folder, or remove it" >&2
    exit 2
fi
mkdir -p "$folder"
cd "$folder"

step() {
    printf '\n$ condor'
    printf ' %q' "$@"
    printf '\n'
    "$condor" "$@"
}

cat > recipe.yaml <<'RECIPE'
tree: [seed:en, seed:zh]
languages: [en, zh]
records: 48
model: rehearsal
RECIPE

# What a release is made from: a run, a judge's scores of it, and what the filters say.
step synth recipe.yaml --run runs/first
step judge runs/first
step filter runs/first

# Version 1.0: what is judged well; leaf tags are held out for validation and evaluation; every format there is.
step release runs/first --name condor-rehearsal --version 1.0 --license cc-by-4.0 --date 2026-11-23 \
    --split validation=0.1,eval=0.1 --include 'judge>=7.5'
step verify releases/condor-rehearsal-1.0

# Version 1.1: a second run from another seed is added, nothing is left out by its score, and the data are Parquet. What
# was held out stays held out.
sed 's/records: 48/records: 24/' recipe.yaml > second.yaml
echo 'seed: 1' >> second.yaml
step synth second.yaml --run runs/second
step release runs/first runs/second --name condor-rehearsal --version 1.1 --license cc-by-4.0 --date 2026-11-24 \
    --split validation=0.1,eval=0.1 --previous releases/condor-rehearsal-1.0 --shards parquet \
    --format messages,dpo,critique
step verify releases/condor-rehearsal-1.1
step diff releases/condor-rehearsal-1.0 releases/condor-rehearsal-1.1

# What it was made from: runs, prompts, models, trees.
step lineage releases/condor-rehearsal-1.1

printf '\n%s: two verified releases in releases/; their cards are README.md, their changes CHANGES.md\n' "$folder"
