#!/usr/bin/env bash
# Make the embedded trio, and the control that it is compared with, from CNN/DailyMail files and from the trio before,
# which the recipe of commit c05a8ce makes from nothing:
#     mkdir BEFORE && git archive c05a8ce models/embedded | tar -x -C BEFORE
#     models/embedded/recipes/make.sh BEFORE/models/embedded TRAIN.jsonl.gz VALIDATION.jsonl.gz WORK [OPTION ...]
# WORK notes which runs are done (started again, it goes on with the next) and gets the models. The options go
# to every training: `ARTICLES=60 SHAPE="--width 64 --inner 64 --heads 2" make.sh … --max-steps 1` tries the whole way
# out with tiny models.
set -euo pipefail
before=$1 train=$2 validation=$3 work=$4
shift 4
options=("$@")
recipes=$(dirname "$0")
python=${PYTHON:-python}
mkdir -p "$work"

# refine NAME FROM ARTICLES SEED RULES: write the summaries of so many articles of WORK/FROM.jsonl that the rules let pass
refine() {
    [ -f "$work/$1.jsonl" ] || "$python" -m distill refine --data "$work/$2.jsonl" --out "$work/$1.jsonl" \
        --limit "${ARTICLES:-$3}" --shuffle --seed "$4" --rules "$5"
}

# learn NAME START LABELS TOKENS RATE STEPS [OPTION ...]: train START, a folder or a run of before, on WORK/LABELS.jsonl,
# with so many tokens of each text, and note the run's id in WORK/NAME
command=(finetune)
learn() {
    local name=$1 start=$work/$2 labels=$work/$3.jsonl tokens=$4 rate=$5 steps=$6
    shift 6
    [ -s "$work/$name" ] && return
    [ -d "$start" ] || start=$(cat "$start")
    "$python" -m distill "${command[@]}" --config "$recipes/training.json" --student "$start" --data "$labels" \
        --validation "$validation" --set input_tokens="$tokens" --set learning_rate="$rate" --max-steps "$steps" \
        "$@" "${options[@]}" | tee "$work/$name.json"
    "$python" -c 'import json, sys; print("run:" + json.loads(sys.stdin.readlines()[-1])["run_id"])' \
        <"$work/$name.json" >"$work/$name"
}

# distil NAME START LABELS TOKENS RATE STEPS: the same, by the teacher's logits too
distil() {
    local command=(train --teacher "$work/models/teacher" --set method=logit)
    learn "$@"
}

# export_model NAME: write the run's student to WORK/models, in half the bytes
export_model() {
    [ -d "$work/models/$1" ] || "$python" -m distill export "$(sed s/run:// "$work/$1")" "$work/models/$1" \
        --dtype bfloat16 --shortest 45 --no-repeat-ngram 8 --length-penalty 1
}

# Daily Mail's articles that open with a byline have sentences torn at their line ends, which would be copied.
# Pounds are written "# 5 million".
if [ ! -f "$work/train.jsonl" ]; then
    gzip -cdf "$train" | grep -v '"document": "by \. ' | sed -E 's/# ?([0-9])/£\1/g' >"$work/whole.jsonl"
    mv "$work/whole.jsonl" "$work/train.jsonl"
fi

# The distilled and the control start from nothing, with a vocabulary in which numbers are whole and pounds are known,
# shellcheck disable=SC2086  # SHAPE is a list of options
[ -d "$work/small-fresh" ] || "$python" -m distill fresh "$work/small-fresh" --data "$work/train.jsonl" \
    --vocabulary 12032 --decoder-layers 1 ${SHAPE:-}
# and learn to take a text's most salient sentences, for which nobody has to write a summary.
refine extracts train 12000 11 salient:most=45:within=180:early=0.2,fragments
learn small-extracts small-fresh extracts 256 8e-4 200

# The others get that vocabulary.
for name in teacher original; do
    [ -d "$work/$name-retokenized" ] || "$python" -m distill retokenize "$before/$name" "$work/$name-retokenized" \
        --tokenizer "$work/small-fresh" --renamed "#=£" --renamed "▁#=▁£"
done

# The teacher learns from ROUGE on what it writes itself, without whole openings and broken sentences, beside references
# of all articles in the articles' own words.
refine many train 40000 8 grounded:most=50,fragments
rewarded=(--set batch_size=8 --set on_policy=0.8 --set rollouts=6)
rewarded+=(--set reward_rules=repetition,unfinished,fragments,opening:most=0.75)
learn teacher teacher-retokenized many 512 1.5e-4 40 "${rewarded[@]}"
export_model teacher

# The original and the control learn from a thousand references,
refine few-256 train 1800 9 grounded:most=50:within=180,fragments
refine few-512 train 1800 9 grounded:most=50,fragments
learn original original-retokenized few-512 512 1e-4 40
learn control-256 small-extracts few-256 256 3e-4 200
learn control-512 control-256 few-512 512 3e-4 120
learn control control-512 few-512 512 3e-4 60

# the distilled from the same thousand and the teacher's summaries of 3,000 articles, with its logits.
[ -f "$work/labels.jsonl" ] || "$python" -m distill label "$work/models/teacher" --data "$work/train.jsonl" \
    --limit "${ARTICLES:-3000}" --shuffle --seed 10 --out "$work/labels.jsonl" --rules all,opening:most=0.85
for tokens in 256 512; do
    [ -f "$work/both-$tokens.jsonl" ] || cat "$work/few-$tokens.jsonl" "$work/labels.jsonl" >"$work/both-$tokens.jsonl"
done
distil distilled-256 small-extracts both-256 256 3e-4 200
distil distilled-512 distilled-256 both-512 512 3e-4 120
learn distilled distilled-512 few-512 512 3e-4 60
for name in original control distilled; do
    export_model "$name"
done
