#!/usr/bin/env bash
# Make the embedded trio from a CNN/DailyMail file:
#     models/embedded/recipes/make.sh TRAIN.jsonl.gz VALIDATION.jsonl.gz WORK
# WORK notes which runs are done (started again, it goes on with the next) and gets the three models.
set -euo pipefail
train=$1 validation=$2 work=$3
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

data=(--data "$train" --validation "$validation")
[ -d "$work/small-fresh" ] || "$python" -m distill fresh "$work/small-fresh" --data "$train" --input-tokens 192
[ -d "$work/teacher-fresh" ] || "$python" -m distill fresh "$work/teacher-fresh" --tokenizer "$work/small-fresh" \
    --width 384 --inner 1536 --encoder-layers 6 --decoder-layers 4 --heads 6 --input-tokens 192
for name in small teacher; do
    step "$name-lead" pretrain --config "$recipes/lead.json" --student "$work/$name-fresh" --data "$train"
done
step teacher-begun finetune --config "$recipes/teacher.json" --student "$(cat "$work/teacher-lead")" "${data[@]}"
step teacher-more finetune --config "$recipes/teacher_more.json" --student "$(cat "$work/teacher-begun")" "${data[@]}"
step teacher finetune --config "$recipes/teacher_last.json" --student "$(cat "$work/teacher-more")" "${data[@]}"
step original finetune --config "$recipes/original.json" --student "$(cat "$work/small-lead")" "${data[@]}"
step distilled train --config "$recipes/distilled.json" --teacher "$(cat "$work/teacher")" \
    --student "$(cat "$work/small-lead")" "${data[@]}"
for name in original teacher distilled; do
    [ -d "$work/models/$name" ] || "$python" -m distill export "$(sed s/run:// "$work/$name")" \
        "$work/models/$name" --dtype bfloat16 --shortest 60
done
