#!/usr/bin/env bash
# Make the embedded trio from a CNN/DailyMail file:
#     models/embedded/recipes/make.sh TRAIN.jsonl.gz VALIDATION.jsonl.gz WORK [OPTION ...]
# WORK notes which runs are done (started again, it goes on with the next) and gets the models. The options go
# to every training; `LABELS=8 make.sh … --max-steps 2 --max-examples 8` tries the whole way out.
set -euo pipefail
train=$1 validation=$2 work=$3
shift 3
recipes=$(dirname "$0")
python=${PYTHON:-python}
mkdir -p "$work"

# step NAME COMMAND ...: run a command of the package once and note its run's id in WORK/NAME
step() {
    local name=$1
    shift
    [ -s "$work/$name" ] && return
    "$python" -m distill "$@" | tee "$work/$name.json"
    "$python" -c 'import json, sys; print("run:" + json.loads(sys.stdin.readlines()[-1])["run_id"])' \
        <"$work/$name.json" >"$work/$name"
}

# learn NAME START DATA COMMAND [OPTION ...]: train START, a run of before, as recipes/NAME.json says
learn() {
    local name=$1 start=$2 data=$3
    shift 3
    step "$name" finetune --config "$recipes/$name.json" --student "$(cat "$work/$start")" --data "$data" \
        --validation "$validation" "$@"
}

# export_model NAME NGRAM: write the run's student to WORK/models, in half the bytes
export_model() {
    [ -d "$work/models/$1" ] || "$python" -m distill export "$(sed s/run:// "$work/$1")" "$work/models/$1" \
        --dtype bfloat16 --shortest 64 --no-repeat-ngram "$2"
}

# Daily Mail's articles that open with a byline have sentences torn at their line ends, which would be copied.
if [ ! -f "$work/train.jsonl" ]; then
    gzip -cdf "$train" | grep -v '"document": "by \. ' >"$work/whole.jsonl"
    mv "$work/whole.jsonl" "$work/train.jsonl"
fi
train=$work/train.jsonl
[ -d "$work/small-fresh" ] || "$python" -m distill fresh "$work/small-fresh" --data "$train" --heads 4 \
    --input-tokens 192
[ -d "$work/teacher-fresh" ] || "$python" -m distill fresh "$work/teacher-fresh" --tokenizer "$work/small-fresh" \
    --width 384 --inner 1536 --encoder-layers 6 --decoder-layers 4 --heads 6 --input-tokens 192
for name in small teacher; do
    step "$name-lead" pretrain --config "$recipes/lead.json" --student "$work/$name-fresh" --data "$train" "$@"
done
learn teacher teacher-lead "$train" "$@"
export_model teacher 6
learn original small-lead "$train" "$@"
[ -f "$work/labels.jsonl" ] || "$python" -m distill label "$work/models/teacher" --data "$train" \
    --limit "${LABELS:-8000}" --shuffle --out "$work/labels.jsonl"
learn distilled small-lead "$work/labels.jsonl" "$@"
export_model original 5
export_model distilled 8
