#!/usr/bin/env bash
# Make the embedded trio, and the control that it is compared with, from CNN/DailyMail files:
#     models/embedded/recipes/make.sh TRAIN.jsonl.gz VALIDATION.jsonl.gz WORK [OPTION ...]
# WORK notes which runs are done (started again, it goes on with the next) and gets the models. The options go
# to every training: `ARTICLES=60 SHAPE="--width 64 --inner 64 --heads 2" make.sh … --max-steps 1` tries the whole way
# out with tiny models.
set -euo pipefail
train=$1 validation=$2 work=$3
shift 3
options=("$@")
recipes=$(dirname "$0")
python=${PYTHON:-python}
mkdir -p "$work"

# fresh NAME OPTION ...: write an untrained model that can copy to WORK/NAME-fresh
fresh() {
    local folder=$work/$1-fresh
    shift
    # shellcheck disable=SC2086  # SHAPE is a list of options
    [ -d "$folder" ] || "$python" -m distill fresh "$folder" "$@" ${SHAPE:-}
}

# refine NAME FROM ARTICLES SEED RULES: write the summaries of so many articles of WORK/FROM.jsonl that the rules let pass
refine() {
    [ -f "$work/$1.jsonl" ] || "$python" -m distill refine --data "$work/$2.jsonl" --out "$work/$1.jsonl" \
        --limit "${ARTICLES:-$3}" --shuffle --seed "$4" --rules "$5"
}

# learn NAME START LABELS TOKENS RATE STEPS [OPTION ...]: train START, a folder or a run of before, on WORK/LABELS.jsonl,
# with so many tokens of each text, and note the run's id in WORK/NAME
learn() {
    local name=$1 start=$work/$2 labels=$work/$3.jsonl tokens=$4 rate=$5 steps=$6
    shift 6
    [ -s "$work/$name" ] && return
    [ -d "$start" ] || start=$(cat "$start")
    "$python" -m distill finetune --config "$recipes/training.json" --student "$start" --data "$labels" \
        --validation "$validation" --set input_tokens="$tokens" --set learning_rate="$rate" --max-steps "$steps" \
        "$@" "${options[@]}" | tee "$work/$name.json"
    "$python" -c 'import json, sys; print("run:" + json.loads(sys.stdin.readlines()[-1])["run_id"])' \
        <"$work/$name.json" >"$work/$name"
}

# export_model NAME: write the run's student to WORK/models, in half the bytes
export_model() {
    [ -d "$work/models/$1" ] || "$python" -m distill export "$(sed s/run:// "$work/$1")" "$work/models/$1" \
        --dtype bfloat16 --shortest 45 --no-repeat-ngram 8 --length-penalty 1
}

# Daily Mail's articles that open with a byline have sentences torn at their line ends, which would be copied.
if [ ! -f "$work/train.jsonl" ]; then
    gzip -cdf "$train" | grep -v '"document": "by \. ' >"$work/whole.jsonl"
    mv "$work/whole.jsonl" "$work/train.jsonl"
fi

fresh small --data "$work/train.jsonl" --vocabulary 12032 --decoder-layers 1
fresh original --tokenizer "$work/small-fresh" --decoder-layers 4
fresh teacher --tokenizer "$work/small-fresh" --inner 2048 --encoder-layers 6 --decoder-layers 6

# All first learn to take the sentences that say most of what the references say ...
refine extracts train 12000 11 salient:most=45:within=180:early=0.2
learn teacher-extracts teacher-fresh extracts 256 4e-4 300
learn small-extracts small-fresh extracts 256 8e-4 250
learn original-extracts original-fresh extracts 256 6e-4 250

# ... then the references, in the articles' own words. The teacher has many of them,
refine many-256 train 22000 7 grounded:most=50:within=180
refine many-512 train 12000 8 grounded:most=50
learn teacher-256 teacher-extracts many-256 256 3e-4 350
learn teacher teacher-256 many-512 512 3e-4 200
export_model teacher

# the original and the control a thousand,
refine few-256 train 1800 9 grounded:most=50:within=180
refine few-512 train 1800 9 grounded:most=50
learn original-256 original-extracts few-256 256 3e-4 150
learn original original-256 few-512 512 3e-4 100
learn control-256 small-extracts few-256 256 3e-4 200
learn control control-256 few-512 512 3e-4 120

# and the distilled the same thousand with the teacher's summaries of 3,000 articles, some of which it was itself taught.
[ -f "$work/labels-512.jsonl" ] || "$python" -m distill label "$work/models/teacher" --data "$work/train.jsonl" \
    --limit "${ARTICLES:-3000}" --shuffle --seed 10 --out "$work/labels-512.jsonl"
refine labels-256 labels-512 3000 10 grounded:most=50:within=180
for tokens in 256 512; do
    [ -f "$work/both-$tokens.jsonl" ] || cat "$work/few-$tokens.jsonl" "$work/labels-$tokens.jsonl" >"$work/both-$tokens.jsonl"
done
learn distilled-256 small-extracts both-256 256 3e-4 200
learn distilled-512 distilled-256 both-512 512 3e-4 60
# It ends with the thousand alone: the teacher's summaries let it open with the article's beginning far more often.
learn distilled distilled-512 few-512 512 3e-4 60
for name in original control distilled; do
    export_model "$name"
done
