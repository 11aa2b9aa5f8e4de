#!/usr/bin/env bash
# What action.yml runs. All it is told comes by the environment, so that no text of a pull request is ever read as a script.
# Of the host it uses the variables that are set for every step and, for the comment alone, gh; the tests stand in for both.
set -euo pipefail
export GIT_TERMINAL_PROMPT=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1

workspace=$PWD
temp=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
store=${AGENTMEM_STORE:-}
comment_file=$temp/agentmem-comment.md
# for gh alone: neither pip nor what it builds has any use for it
token=${GH_TOKEN:-}
unset GH_TOKEN
base='' to='' number=''

# on stderr, since stdout may be a file by then; the host reads commands from both
warn() { printf '::warning title=agentmem::%s\n' "$1" >&2; }
die() {
  printf '::error title=agentmem::%s\n' "$1" >&2
  exit "${2:-2}"
}

# -I: nothing that lies in the checkout is imported
find_python() {
  local name
  for name in python3 python; do
    if "$name" -I -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      python=$name
      return
    fi
  done
  die 'no Python 3.11 or later on this runner: set the input python-version'
}

# AGENTMEM_BIN names one that is installed already, as the tests have it
install() {
  agentmem=${AGENTMEM_BIN:-}
  if [ -n "$agentmem" ]; then return; fi
  local source=${GITHUB_ACTION_PATH:-} venv=$temp/agentmem
  case ${AGENTMEM_VERSION:-} in
    '') ;;
    *[!0-9A-Za-z.!+_-]*) die 'the input version is none' ;;
    *) source=git-agentmem==$AGENTMEM_VERSION ;;
  esac
  "$python" -I -m venv --clear "$venv"
  local bin=$venv/bin
  if [ -d "$venv/Scripts" ]; then bin=$venv/Scripts; fi
  "$bin/python" -I -m pip install --quiet "$source" </dev/null || die "pip did not install agentmem from $source" 3
  agentmem=$bin/agentmem
}

have() { git cat-file -e "$1^{commit}" 2>/dev/null; }
fetch() { git fetch --quiet --no-tags --no-recurse-submodules "$@" </dev/null; }
shallow() { [ "$(git rev-parse --is-shallow-repository)" = true ]; }

# sets base, to and number from the event; base stays empty where there is nothing to compare with
find_range() {
  local event head merged
  [ -f "${GITHUB_EVENT_PATH:-}" ] || return 0
  event=$("$python" -I - "$GITHUB_EVENT_PATH" <<'PYTHON'
import json, re, sys
with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)
pull, group = event.get("pull_request"), event.get("merge_group")
values = ("", "", "")
if pull:
    values = (pull["base"]["sha"], pull["head"]["sha"], pull["number"])
elif group:
    values = (group["base_sha"], group["head_sha"], "")
print(*(text if re.fullmatch("[0-9a-f]*", text) else "" for text in map(str, values)), sep="/")
PYTHON
  )
  IFS=/ read -r base head number <<<"$event"
  [ -n "$base" ] && [ -n "$head" ] || { base='' && return 0; }
  to=$(git rev-parse HEAD)
  # a clone of depth 1 hides the parents of its commit, which still names them
  merged=$(git cat-file commit HEAD | LC_ALL=C sed -n '/^$/q;s/^parent //p' | tr '\n' ' ')
  if [ "${merged#* }" = "$head " ]; then
    # the merge that the host has made to be tested: against the side merged into, it shows just what the pull request does
    base=${merged%% *}
    have "$base" || fetch --depth=2 origin "$to" || fetch --depth=1 origin "$base" || :
  else
    to=$head
    have "$to" || fetch --depth=1 origin "$to" || fetch --depth=1 origin "refs/pull/$number/head" || :
    find_merge_base
  fi
  if ! have "$base" || ! have "$to"; then
    warn 'the commit to compare with cannot be fetched, so the whole store is checked: give actions/checkout fetch-depth: 0'
    base=''
  fi
}

find_merge_base() {
  local depth found
  for depth in 0 50 500 5000 all; do
    case $depth in
      0) have "$base" || shallow || fetch origin "$base" || : ;;
      all) ! shallow || fetch --unshallow origin || : ;;
      *) ! shallow || fetch "--depth=$depth" origin "$base" "$to" || : ;;
    esac
    if found=$(git merge-base "$base" "$to" 2>/dev/null); then
      base=$found
      return
    fi
  done
}

# what is found is no failure of the run: 1 is told from 2 and more; what is said beside it is said once, with the annotations
check() {
  local format=$1 code=0 said=$temp/agentmem-said.txt
  "$agentmem" "${arguments[@]}" --format "$format" </dev/null 2>"$said" || code=$?
  if [ "$format" = github ] || [ "$code" -gt 1 ]; then cat "$said" >&2; fi
  if [ "$code" -gt 1 ]; then die "agentmem check ended with exit code $code: what it said is above" "$code"; fi
  return "$code"
}

touches_a_store() {
  local path=${store:-.agentmem}
  [ -n "$base" ] && ! git diff --quiet --no-renames "$base" "$to" -- ":(glob)$path/**" ":(glob)**/$path/**"
}

gh_api() { gh api "$@" 2>"$temp/agentmem-gh.txt"; }

# one comment, found again by a mark that is not shown; of others' comments none is touched, whatever they hold
comment() {
  local mark="<!-- agentmem${store:+ ${store//[^A-Za-z0-9._\/]/-}} -->" body=$temp/agentmem-body.md id query
  if ! command -v gh >/dev/null; then
    warn 'no comment: gh is not on this runner'
    return
  elif [ -z "$token" ]; then
    warn 'no comment: there is no token'
    return
  fi
  export GH_TOKEN=$token
  if [ "${GITHUB_SERVER_URL:-https://github.com}" != https://github.com ]; then
    export GH_HOST=${GITHUB_SERVER_URL#https://} GH_ENTERPRISE_TOKEN=$token
  fi
  # shellcheck disable=SC2016  # these are GraphQL's variables
  query='query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
    repository(owner: $owner, name: $name) { pullRequest(number: $number) {
      comments(first: 100, after: $endCursor) {
        nodes { databaseId viewerDidAuthor body } pageInfo { hasNextPage endCursor } } } } }'
  if ! id=$(gh_api graphql --paginate -f query="$query" -F number="$number" \
    -f owner="${GITHUB_REPOSITORY%%/*}" -f name="${GITHUB_REPOSITORY#*/}" --jq \
    ".data.repository.pullRequest.comments.nodes[] | select(.viewerDidAuthor and (.body | startswith(\"$mark\"))) | .databaseId"); then
    warn 'no comment: the pull request cannot be read with this token'
    return
  fi
  id=${id%%$'\n'*}
  if [ -z "$id" ] && [ "$errors$warnings" = 00 ] && ! touches_a_store; then return; fi
  printf '%s\n' "$mark" >"$body"
  # a comment may have 65,536 characters
  if [ "$(wc -c <"$comment_file")" -le 60000 ]; then
    cat "$comment_file" >>"$body"
  else
    head -n 1 "$comment_file" >>"$body"
    printf '\nToo long for a comment: the whole is in the summary of the job.\n' >>"$body"
  fi
  if [ -n "$id" ]; then
    set -- --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id"
  else
    set -- --method POST "repos/$GITHUB_REPOSITORY/issues/$number/comments"
  fi
  gh_api "$@" -F "body=@$body" --silent ||
    warn 'no comment: this token may not write one (permissions: pull-requests: write; from a fork it never may)'
}

find_python
install
cd "${AGENTMEM_DIRECTORY:-.}" || die 'the input directory names none'
find_range
arguments=(check)
if [ -n "$store" ]; then arguments=(--store "$store" check); fi
if [ -n "$base" ]; then arguments+=(--diff "$base..$to"); fi
if [ "${AGENTMEM_STRICT:-}" = true ]; then arguments+=(--strict); fi

# errors end this script from within check, so its own code is 0 or 1
result=0
check github || result=$?
[ "$result" -le 1 ] || exit "$result"
check md >"$temp/agentmem.md" || :
# its own mark, if it has one, says nothing of which store it is about
sed '1{/^<!--.*-->$/d;}' "$temp/agentmem.md" >"$comment_file"
check json >"$temp/agentmem.json" || :
read -r errors warnings < <("$python" -I - "$temp/agentmem.json" <<'PYTHON'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    counts = json.load(file)["counts"]
print(int(counts["error"]), int(counts["warning"]))
PYTHON
)
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf '%s\n' "errors=$errors" "warnings=$warnings" "comment-file=$comment_file" >>"$GITHUB_OUTPUT"
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$comment_file" >>"$GITHUB_STEP_SUMMARY"; fi
if [ -n "${AGENTMEM_SARIF:-}" ]; then
  case $AGENTMEM_SARIF in
    /* | [A-Za-z]:*) sarif=$AGENTMEM_SARIF ;;
    *) sarif=$workspace/$AGENTMEM_SARIF ;;
  esac
  mkdir -p "$(dirname "$sarif")"
  check sarif >"$sarif" || :
fi
if [ "${AGENTMEM_COMMENT:-}" = true ] && [ -n "$number" ]; then comment; fi
exit "$result"
