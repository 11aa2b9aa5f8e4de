"""Whether two names in one place of a sentence exclude each other: where a thing is kept has one answer, what it supports many.

The lists are of the field's own alternatives; a name that no list has is judged by how it is written.
"""

import re
from collections.abc import Sequence

from agentmem.model.quantities import words_of
from agentmem.model.statements import Word

LONGEST = 4
"""Words of a name."""

_KNOWN: dict[str, str] = {}
for _class, _members in (
    (
        "store",
        "redis memcached postgres postgresql mysql mariadb sqlite mongodb mongo dynamodb cassandra elasticsearch opensearch"
        " meilisearch typesense solr s3 gcs minio realm rocksdb leveldb firestore firebase bigquery snowflake redshift clickhouse"
        " duckdb databricks couchdb etcd consul valkey indexeddb localstorage disk memory filesystem",
    ),
    ("queue", "rabbitmq sqs kafka nats pulsar celery sidekiq resque bullmq pubsub kinesis zeromq"),
    ("js tests", "jest vitest mocha jasmine ava"),
    ("py tests", "pytest unittest nose"),
    ("browser tests", "playwright cypress selenium puppeteer"),
    ("packages", "npm yarn pnpm bun"),
    ("py packages", "pip poetry uv pipenv conda pdm"),
    ("format", "black ruff yapf autopep8 prettier biome dprint"),
    ("lint", "eslint oxlint tslint flake8 pylint"),
    ("data", "parquet avro orc csv json protobuf msgpack cbor xml yaml toml logfmt jsonl problem+json"),
    ("state", "redux zustand mobx recoil jotai pinia vuex"),
    ("dates", "date-fns dayjs moment luxon"),
    (
        "build",
        "cmake make meson bazel ninja gradle maven scons buck webpack vite rollup esbuild parcel turbopack",
    ),
    ("scheduler", "airflow dagster prefect luigi cron argo"),
    ("tracking", "mlflow wandb weights neptune comet"),
    ("optimizer", "adam adamw sgd adagrad rmsprop lion adafactor"),
    ("physics", "box2d rapier bullet physx havok chipmunk"),
    ("bus", "spi i2c uart can usb i2s"),
    ("transport", "rest grpc graphql websocket websockets soap"),
    ("cdn", "cloudfront fastly cloudflare akamai"),
    ("secrets", "vault ssm doppler sops"),
    ("case", "camelcase snake_case pascalcase kebab-case"),
    ("hash", "bcrypt argon2 argon2id scrypt pbkdf2 sha1 sha256 md5 blake3"),
    ("orm", "prisma typeorm sequelize drizzle sqlalchemy hibernate"),
    ("ci", "jenkins circleci travis buildkite drone"),
    ("id", "uuidv4 uuidv7 uuid ulid bigserial serial nanoid ksuid snowflakeid"),
    ("logs", "loki splunk datadog graylog cloudwatch"),
    ("cloud", "aws gcp azure hetzner heroku fly"),
    ("zone", "utc local"),
):
    for _member in _members.split():
        _KNOWN.setdefault(_member, _class)
_SEVERAL_USED = frozenset(["store", "queue", "data", "transport", "cloud", "bus", "zone", "logs"])

_OPPOSITES: dict[str, tuple[str, str]] = {}
for _kind, _left, _right in (
    ("negation", "enabled", "disabled"),
    ("negation", "on", "off"),
    ("negation", "required", "optional"),
    ("negation", "mandatory", "optional"),
    ("negation", "always", "never"),
    ("negation", "with", "without"),
    ("negation", "true", "false"),
    ("negation", "mutable", "immutable"),
    ("negation", "safe", "unsafe"),
    ("negation", "stateful", "stateless"),
    ("name", "plural", "singular"),
    ("name", "dark", "light"),
    ("name", "optimistic", "pessimistic"),
    ("name", "synchronously", "asynchronously"),
    ("name", "synchronous", "asynchronous"),
    ("name", "sync", "async"),
    ("name", "before", "after"),
    ("name", "public", "private"),
    ("name", "ascending", "descending"),
    ("name", "eager", "lazy"),
    ("name", "eagerly", "lazily"),
    ("name", "blocking", "non-blocking"),
    ("name", "signed", "unsigned"),
    ("name", "little", "big"),
    ("name", "push", "pull"),
    ("name", "tabs", "spaces"),
    ("name", "strict", "loose"),
    ("name", "inclusive", "exclusive"),
    ("name", "local", "utc"),
    ("name", "local", "remote"),
    ("name", "global", "local"),
    ("name", "monorepo", "polyrepo"),
    ("name", "squash", "rebased"),
):
    _OPPOSITES[_left + " " + _right] = _OPPOSITES[_right + " " + _left] = (_kind, _left)

_OPPOSED = frozenset(word for words in _OPPOSITES for word in words.split())

_ALIASES = {
    "postgresql": "postgres",
    "k8s": "kubernetes",
    "mongo": "mongodb",
    "js": "javascript",
    "ts": "typescript",
    "wandb": "weights",
    "es": "elasticsearch",
    "uuid": "uuidv7",
    "filesystem": "disk",
}
_AT = frozenset(["in", "on", "at", "inside", "auf", "dans", "en", "im"])
_BY = frozenset(
    ["by", "with", "through", "via", "over", "using", "mit", "über", "per", "to", "from", "as", "into"]
)
_DIRECT = frozenset(["call", "default", "defaul", "target", "use"])
_ONE_PLACE = words_of("""
keep run deploy serv host log return encod format serial sort build lint test instal schedul track render send manag handl
support read load defin connect rout cut releas own belong publish compil train navig default defaul point merg
wrap sign hash pars draw review use written write emit start authent come go updat
formatiert gehalten gespeichert installiert liegen gebaut
""")
# what a thing is read from, sent to or run on are several as a rule: there only known alternatives count
_ONE_OF_ANY = words_of("keep defin schedul render navig cut track support releas default defaul written use")
_OF_A_TOOL = words_of("build lint test instal format deploy manag run start publish releas bundl compil")
_OWNERS = frozenset(["own", "belong", "maintain"])
_CHOICES = words_of("""
token optim engin librari format driver backend algorithm schedul parser runner framework databas lock strategi encod
protocol model codec alloc client cach mode layout broker queue store formatt linter bundler loader loss index cipher
""")


def apart(
    before: Sequence[Word], mine: Sequence[Word], theirs: Sequence[Word], after: Sequence[Word]
) -> str | None:
    """``name`` or ``negation`` when ``mine`` and ``theirs``, each between ``before`` and ``after``, exclude each other."""
    if not before or not mine or not theirs or max(len(mine), len(theirs)) > LONGEST:
        return None
    opposite = _opposite(mine, theirs)
    if opposite:
        predicate = (mine[0].be and theirs[0].be) or before[-1].key in _AT | _BY | {"use"}
        return (
            opposite
            if predicate or not after or mine[0].key in ("with", "without", "before", "after")
            else None
        )
    by_a, mine = _preposition(mine)
    by_b, theirs = _preposition(theirs)
    if not mine or not theirs or (by_a is None) != (by_b is None):
        return None
    if any(word.key in _JOINS for word in (*mine, *theirs)):
        return None
    keys_a, keys_b = {word.key for word in mine}, {word.key for word in theirs}
    if keys_a <= keys_b or keys_b <= keys_a:
        return None
    head = after[0] if after and after[0].key not in _AT | _BY | {"for", "of", "and"} else None
    verb, by = (before[-1].key, by_a) if by_a else (before[-2].key if len(before) > 1 else "", before[-1].key)
    if not _one_answer(before, verb, by, mine, theirs, head):
        return None
    default = mine[0].be and any(word.text.casefold() == "default" for word in before)
    strict = default or mine[0].be or verb in _ONE_OF_ANY | _OWNERS or before[-1].key in _DIRECT
    settings = _sort(mine) == _sort(theirs) == "setting"
    if not strict and not settings and not (_class_of(mine) and _class_of(theirs)):
        return None
    return "name" if _exclude(mine, theirs, default or (head is not None and verb in _OWNERS)) else None


_JOINS = frozenset(["and", "or", "#", "both", "either", "before", "after", "only", "und", "oder"])


def may_differ_at(before: Word, first: Word) -> bool:
    """Whether ``apart`` can say more than None of names that begin with ``first`` and follow ``before``."""
    return (
        first.be
        or first.key in _AT | _BY
        or before.key in _AT | _BY | _DIRECT
        or first.text.casefold().partition("-")[0] in _OPPOSED
        or first.text[1:2] == "-"
    )


def _opposite(mine: Sequence[Word], theirs: Sequence[Word]) -> str | None:
    if len(mine) != 1 or len(theirs) != 1:
        return None
    head_a, dash_a, tail_a = mine[0].text.casefold().partition("-")
    head_b, dash_b, tail_b = theirs[0].text.casefold().partition("-")
    if tail_a != tail_b or dash_a != dash_b:
        return None
    if dash_a and len(head_a) == len(head_b) == 1:  # y-up, z-up
        return "name"
    found = _OPPOSITES.get(f"{head_a} {head_b}")
    return found[0] if found else None


def _preposition(span: Sequence[Word]) -> tuple[str | None, Sequence[Word]]:
    if span[0].key in _AT | _BY:
        return span[0].key, span[1:]
    return None, span


def _one_answer(
    before: Sequence[Word],
    verb: str,
    by: str,
    mine: Sequence[Word],
    theirs: Sequence[Word],
    head: Word | None,
) -> bool:
    """Whether the place takes one name only; ``verb`` and preposition ``by`` lead to it, ``head`` is the noun behind it."""
    last = before[-1].key
    if mine[0].be and theirs[0].be:  # X is Y
        coded = len(mine) == len(theirs) == 1 and _coded(mine[0]) and _coded(theirs[0])
        return head is None and (coded or any(word.text.casefold() == "default" for word in before))
    if last == "use":
        if head is not None:
            return head.key in _CHOICES and _coded(mine[0]) and _coded(theirs[0])
        classes = {_class_of(mine), _class_of(theirs)}
        return len(classes) == 1 and classes.isdisjoint(_SEVERAL_USED | {None})
    if head is not None and verb not in _OWNERS and not (_coded(mine[0]) and _coded(theirs[0])):
        return False
    if last in _DIRECT:
        return len(before) > 1 and (last != "call" or _sort(mine) == _sort(theirs) == "path")
    if by not in _AT | _BY:
        return False
    if verb in _ONE_PLACE:
        return verb != "return" or by in ("as", "in")
    return by in ("with", "mit") and any(word.key in _OF_A_TOOL for word in before[:2])


def _exclude(mine: Sequence[Word], theirs: Sequence[Word], any_sort: bool) -> bool:
    """Whether the two cannot name one thing."""
    class_a, class_b = _class_of(mine), _class_of(theirs)
    flat_a, flat_b = _flat(mine), _flat(theirs)
    if flat_a.startswith(flat_b) or flat_b.startswith(flat_a):
        return False
    if class_a and class_b:
        return class_a == class_b and _known(mine) != _known(theirs)
    if class_a or class_b:
        return False
    sort = _sort(mine)
    return sort == _sort(theirs) and (any_sort or sort not in ("words", "tool"))


def _known(span: Sequence[Word]) -> str | None:
    for low in (part for word in span for part in _parts(word.text.casefold())):
        if low in _KNOWN and (len(span) == 1 or _KNOWN[low] != "cloud"):
            return _ALIASES.get(low, low)
    return None


def _parts(low: str) -> list[str]:
    return [low] if low in _KNOWN else low.split("-")


def _class_of(span: Sequence[Word]) -> str | None:
    known = _known(span)
    return _KNOWN.get(known) if known else None


def _flat(span: Sequence[Word]) -> str:
    low = "".join(_ALIASES.get(word.text.casefold(), word.text.casefold()) for word in span)
    return re.sub(r"\W|_", "", low)


def _sort(span: Sequence[Word]) -> str:
    """How a name is written: a path, an identifier, a setting, a name with a capital, a bare word, or words."""
    text = span[0].text if len(span) == 1 else ""
    if "/" in text:
        return "path"
    if re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", text):
        return "setting"
    if text and _coded(span[0]) and re.search(r"[a-z][A-Z]|[._:(]", text):
        return "identifier"
    if all(word.text[:1].isupper() or any(map(str.isdigit, word.text)) for word in span):
        return "name"
    if len(span) == 1 and not span[0].article and span[0].text.islower():
        return "tool"
    return "words"


def _coded(word: Word) -> bool:
    text = word.text
    return (
        text.casefold() in _KNOWN
        or text[1:] != text[1:].lower()
        or any(c.isdigit() or c in "_/." for c in text)
    )
