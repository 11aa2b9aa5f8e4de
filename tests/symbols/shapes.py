"""Shapes that real code has and that the finders once got wrong, each in a few lines. Lines are from 1."""

SHAPES: dict[str, tuple[str, str, str]] = {}

SHAPES["a template over several lines is one value"] = (
    "a.ts",
    """\
const CLAIM = `
  update jobs
  set a = ${
    f("x")
  }
  returning *`;
const NEXT = 1;
""",
    "CLAIM | constant | 1 | 6\nNEXT | constant | 7 | 7",
)

SHAPES["parameters of a constructor and type parameters are no fields"] = (
    "a.ts",
    """\
class Queue extends Base<
  A & { x: number }
> {
  constructor(
    private readonly pool: Pool,
    public opts: Options = {},
  ) { super() }
  find<
    T = string,
    E = Error,
  >(
    a: T,
  ): Map<
    T,
    E
  > {
    return 1
  }
  last = x!
  readonly await: string
}
""",
    """\
Queue | class | 1 | 21
Queue.constructor | method | 4 | 7
Queue.find | method | 8 | 18
Queue.last | field | 19 | 19
Queue.await | field | 20 | 20
""",
)

SHAPES["an arrow goes on behind its line"] = (
    "a.ts",
    """\
const first = (a: number) =>
  a + 1
export const second = <T,>(a: T): { ok: boolean } =>
  function inner() { return a }
const third: Middleware<
  A,
  B
> = (api) => (next) => {
}
export type Handler = () => void
export interface Wide<A, B>
  extends Base<A> {
  x: 1
}
""",
    """\
first | function | 1 | 2
second | function | 3 | 4
third | function | 5 | 9
Handler | type | 10 | 10
Wide | interface | 11 | 14
""",
)

SHAPES["each declarator of a statement"] = (
    "a.js",
    """\
var one = require("a"),
  two = function () {
    function inside() {}
  },
  three = new Map([1, 2], 3);
let plain, empty;
""",
    """\
one | variable | 1 | 1
two | function | 2 | 4
two.inside | function | 3 | 3
three | variable | 5 | 5
plain | variable | 6 | 6
empty | variable | 6 | 6
""",
)

SHAPES["a function that is called at once is no function"] = (
    "a.js",
    """\
var made = function () {
  var eq = function () { return 1 }();
  return function named() {}
}();
""",
    "made | variable | 1 | 4",
)

SHAPES["chains, exports and classes in expressions"] = (
    "a.js",
    """\
app.get = app.header = function () {
  function inner() {}
};
Foo.prototype["catch"] =
Foo.prototype.caught = function () {
};
module.exports = {
  meta: { a: 1 },
  create(context) {
    function helper() {}
  },
  run: async () => {
  },
};
const Model = class extends Base {
  save() {}
};
const mixin = (B) => class extends B {
  mixed() {}
};
export default function () {
}
""",
    """\
app.get | method | 1 | 3
app.header | method | 1 | 3
app.header.inner | function | 2 | 2
Foo.caught | method | 5 | 6
create | method | 9 | 11
create.helper | function | 10 | 10
run | method | 12 | 13
Model | class | 15 | 17
Model.save | method | 16 | 16
mixin | function | 18 | 20
mixin.mixed | method | 19 | 19
default | function | 21 | 22
""",
)

SHAPES["a string that goes on behind its line"] = (
    "a.js",
    """\
var text = 'one \\
  { two';
function f() {
}
""",
    "text | variable | 1 | 2\nf | function | 3 | 4",
)

SHAPES["declarations without values"] = (
    "a.d.ts",
    """\
export declare const limit: number;
declare let later: string;
declare global {
  var shared: string
}
declare module "x" {
  const inside: number;
}
""",
    """\
limit | constant | 1 | 1
later | variable | 2 | 2
shared | variable | 4 | 4
inside | constant | 7 | 7
""",
)

SHAPES["a long comment before a declaration"] = (
    "a.java",
    "class A {\n" + ("  // " + "word " * 40 + "\n") * 60 + "  void f() {\n  }\n}\n",
    "A | class | 1 | 64\nA.f | method | 62 | 63",
)

SHAPES["a byte order mark is no code"] = (
    "a.cs",
    "\ufeffnamespace A\n{\n  class B\n  {\n  }\n}\n",
    "B | class | 3 | 5",
)

SHAPES["methods of Java named as words of others, bodies of enum constants, constants"] = (
    "a.java",
    """\
public class A<V extends @Nullable Object> {
  public static final int[] SIZES = {1, 2};
  private final int field = 1;
  void delete() {
  }
  static <T extends B<T>> C<T> is(T a) { return null; }
  enum Mode {
    FAST() { void go() {} },
    SLOW(1) { void go() {} };
    void all() {}
  }
}
""",
    """\
A | class | 1 | 12
A.SIZES | constant | 2 | 2
A.delete | method | 4 | 5
A.is | method | 6 | 6
A.Mode | enum | 7 | 11
A.Mode.all | method | 10 | 10
""",
)

SHAPES["generic methods, operators, events and values of C#"] = (
    "a.cs",
    """\
class A {
  public const int Max = 3;
  static readonly string Name = "a";
  readonly int field = 1;
  protected override Pair<int?, int> Make<TKey>(
    int a) { }
  KeyValue<K, V> New<K, V>(K key) => new();
  void Deep.Of<Pair<K, V>>.Add(int a) { }
  public event Handler Changed { add { } remove { } }
  public static implicit operator bool(A a) => true;
  public static explicit operator Box<int>(A a) { }
  public int this[int at] => 1;
  public Log Logs { get; } = Log.Create(x => {
    x.Add();
  });
  T Get<[Keep(All)] T>() { }
}
""",
    """\
A | class | 1 | 17
A.Max | constant | 2 | 2
A.Name | constant | 3 | 3
A.Make | method | 5 | 6
A.New | method | 7 | 7
A.Add | method | 8 | 8
A.operator bool | method | 10 | 10
A.operator Box | method | 11 | 11
A.Logs | property | 13 | 15
A.Get | method | 16 | 16
""",
)

SHAPES["macros that head a function, and those around one"] = (
    "a.cc",
    """\
API_EXPORT(int) plain(int a) {
}
DECLARE_THING(x, y)
static void after(void) {
}
BEGIN_NAMESPACE
class API Wide {
  std::function<void(int)> call() { }
  ~Wide() { }
};
END_NAMESPACE
TEST_F(Suite, Case) {
}
COMMAND(help)
{
}
""",
    """\
plain | function | 1 | 2
after | function | 4 | 5
Wide | class | 7 | 10
Wide.call | method | 8 | 8
Wide.~Wide | method | 9 | 9
Suite.Case | function | 12 | 13
help | function | 14 | 16
""",
)

SHAPES["deleted members, function types, unions in structs, values"] = (
    "a.cc",
    """\
struct A {
  A& operator=(const A&) = delete;
  A(const A&) = default;
  static constexpr int size = 3;
  int field = 1;
  union {
    struct {
      int a;
    } inner;
  } u;
  template <typename... T>
  A(T&&... t) : B(make({1}))... { }
};
typedef Node* Maker(int);
typedef unsigned size_t, *psize;
static const char *const names[] = {
  "a",
};
int Foo::count = 1;
template <>
struct B<void(int)> : A {
};
int (*chosen(int a))(int) {
}
""",
    """\
A | struct | 1 | 13
A.size | constant | 4 | 4
A.u | struct | 6 | 10
A.u.inner | struct | 7 | 9
A.A | method | 11 | 12
Maker | type | 14 | 14
size_t | type | 15 | 15
names | constant | 16 | 18
Foo.count | variable | 19 | 19
B | struct | 20 | 22
chosen | function | 23 | 24
""",
)

SHAPES["parameters declared behind the parentheses"] = (
    "a.c",
    """\
int old(a, b)
  int a;
  char *b;
{
  return a;
}
static int limit = 3;
#define IN 1
int f(void) {
#define INSIDE 2
  int new = 1;
}
""",
    """\
old | function | 1 | 6
limit | variable | 7 | 7
IN | macro | 8 | 8
f | function | 9 | 12
INSIDE | macro | 10 | 10
""",
)

SHAPES["items in macros, none in quoted code"] = (
    "a.rs",
    """\
cfg_net! {
    pub struct Socket {
        a: u8,
    }
    impl Socket {
        fn open() {}
    }
}
impl Pool {
    cfg_rt! {
        pub fn spawn(&self) {}
    }
    fn quoted() {
        let x = quote! { struct Not; };
        check! { fn neither() {} }
    }
}
""",
    """\
Socket | struct | 2 | 4
Socket.open | method | 6 | 6
Pool.spawn | method | 11 | 11
Pool.quoted | method | 13 | 16
""",
)

SHAPES["blocks that end with a colon"] = (
    "a.php",
    """\
<?php
if ( ! class_exists( 'A' ) ) :
    #[Attr]
    class A {
        const B = 1;
        function c() {}
    }
elseif (x()):
    function d() {}
else:
    function e() {}
endif;
""",
    """\
A | class | 4 | 7
A.B | constant | 5 | 5
A.c | method | 6 | 6
d | function | 9 | 9
e | function | 11 | 11
""",
)

SHAPES["a raw string over several lines is one value"] = (
    "a.go",
    """\
const (
\tPage = `---
title: x

{`
\tNext = 1
)
""",
    "Page | constant | 2 | 5\nNext | constant | 6 | 6",
)

SHAPES["expansions in expansions and quotes in quotes"] = (
    "a.sh",
    """\
bump() {
  case "$1" in
    *${A}[0-9]*) echo ${1%${A}*}$((++B));;
    (b) echo "$(awk "{ print \\"}\\" }" "$x")" ;;
  esac
  find . -exec rm {} \\;
  perl -ne 's/}{//' ''
}
command -v x || again() {
  cat <<"A B" <<-END
}
A B
\t}
\tEND
}
bad() {
  echo ${x
}
""",
    """\
bump | function | 1 | 8
again | function | 9 | 15
bad | function | 16 | 18
""",
)

SHAPES["blocks of Ruby are not told by their columns"] = (
    "a.rb",
    """\
module A
  class B
    PATTERN = %r!
      a{2}/
    !ix.freeze
    MESSAGE = 'one ' \\
      'two'
    OPERATORS = [:/, :%, :<<].freeze
    LIST = %w(
      a b
    ).freeze
    Point = Struct.new(:x) do
      def far; x > 9; end
    end
    NAMES ||= {
    }
def flat(a)
  return 1 if a =~ /"/
  b = if a then 2 else 3 end
  while a do a = nil end
  "#{a["x"]}" ? 'a' : "b"
end
    def sql = <<~SQL
      end
    SQL
    TEXT = <<'HTML'
class No
HTML
    private def late(x) x.class end
  end
end
""",
    """\
A | module | 1 | 31
A.B | class | 2 | 30
A.B.PATTERN | constant | 3 | 5
A.B.MESSAGE | constant | 6 | 7
A.B.OPERATORS | constant | 8 | 8
A.B.LIST | constant | 9 | 11
A.B.Point | constant | 12 | 14
A.B.Point.far | method | 13 | 13
A.B.NAMES | constant | 15 | 16
A.B.flat | method | 17 | 22
A.B.sql | method | 23 | 25
A.B.TEXT | constant | 26 | 28
A.B.late | method | 29 | 29
""",
)

SHAPES["a comment at the end of a block is none of it"] = (
    "a.py",
    '''\
class A:
    def f(self):
        """Text."""
        # why

    # later

x = 1
''',
    "A | class | 1 | 3\nA.f | method | 2 | 3\nx | variable | 8 | 8",
)

SHAPES["delimiters of MySQL, names in quotes"] = (
    "a.sql",
    """\
CREATE TABLE IF NOT EXISTS `it's` (
  id int
);
DELIMITER $$
create trigger t before insert on x for each row
begin
  set a = 1;
end;
$$
create trigger u before update on x for each row
  set a = 1
$$
DELIMITER ;
create schema s
  create table one (a int)
  create table two (b int);
create domain d as int;
""",
    """\
it's | table | 1 | 3
t | trigger | 5 | 9
u | trigger | 10 | 12
one | table | 15 | 15
two | table | 16 | 16
d | type | 17 | 17
""",
)

SHAPES["front matter behind an empty line, and a rule"] = (
    "a.md",
    "\n---\ntitle: x\n---\n# A\n",
    "A | heading | 5 | 5",
)
