"""What each language's source declares: hand-written, with the traps that a line scanner falls into. Lines are from 1."""

SOURCES: dict[str, tuple[str, str]] = {}

SOURCES["a.cc"] = (
    """\

#include <x.h>
#define MAX(a, b) ((a) > (b) \\
   ? (a) : (b))
#ifdef A
int f(int a) {
#else
int f(long a) {
#endif
  if (a) { return '}'; }
  return 0;
}
typedef struct {
  int a;
} Job;
struct foo *bar(void)
{ return 0; }
extern "C" {
static int
gnu (void)
{
  char *s = "{{{";
}
}
enum E { A, B };
namespace a::b {
template <typename T>
class Foo final : public Base<T> {
 public:
  Foo() : a_{1}, b_(2) { x(); }
  ~Foo() {}
  bool operator==(const Foo& o) const { return true; }
  operator bool() const { return 1; }
  void decl();
  struct In { int x; };
  std::vector<int> v = {1,2};
  auto z() -> int { return R"({"{)"; }
};
template <class T> void Foo<T>::decl() { }
int Foo::count() const noexcept { return 1'000; }
}
TEST(A, b) { }
using X = int;
typedef void (*cb)(int);
int arr[] = {1,2};
""",
    """
MAX | macro | 3 | 4
f | function | 6 | 12
Job | struct | 13 | 15
bar | function | 16 | 17
gnu | function | 19 | 23
E | enum | 25 | 25
a.b | module | 26 | 41
a.b.Foo | class | 27 | 38
a.b.Foo.Foo | method | 30 | 30
a.b.Foo.~Foo | method | 31 | 31
a.b.Foo.operator== | method | 32 | 32
a.b.Foo.operator bool | method | 33 | 33
a.b.Foo.In | struct | 35 | 35
a.b.Foo.z | method | 37 | 37
a.b.Foo.decl | method | 39 | 39
a.b.Foo.count | method | 40 | 40
A.b | function | 42 | 42
X | type | 43 | 43
cb | type | 44 | 44
arr | variable | 45 | 45
""",
)

SOURCES["a.java"] = (
    """\

package a;
@Foo({1,2})
public class A<T extends B<T>> implements C {
  private final Map<String, List<T>> m = new HashMap<>() {{ put(1, 2); }};
  @Override
  public <R> R go(int x) throws E { Runnable r = () -> { }; return new X() { void q() {} }; }
  A(int x) { this.x = x; }
  abstract void z();
  enum Color { RED { int f() { return 1; } }, BLUE; int g() { return 1; } }
  record P(int x, int y) { P { } int s() { return x; } }
  int[] q = {1, 2};
  @interface An { int value() default 3; }
}
""",
    """
A | class | 4 | 14
A.go | method | 7 | 7
A.A | method | 8 | 8
A.z | method | 9 | 9
A.Color | enum | 10 | 10
A.Color.g | method | 10 | 10
A.P | class | 11 | 11
A.P.s | method | 11 | 11
A.An | interface | 13 | 13
A.An.value | method | 13 | 13
""",
)

SOURCES["a.cs"] = (
    """\

namespace A.B {
  [Serializable]
  public class Q<T> : Base where T : class {
    public int Count { get; set; } = 3;
    public string Name => $"{x}";
    [Fact("a]b")]
    public async Task<List<int>> Run(int a, string b = "}") { var f = () => { }; return 1; }
    public int Sum(int a) => a + 1;
    public (int a, string b) Two() { }
    public Q(int x) : base(x) { }
    void IFoo.Bar() { }
    private readonly Dictionary<string,int> d = new() { ["a"] = 1 };
    public delegate void H(object o);
    public static Q operator +(Q a, Q b) { return a; }
  }
  public record Pt(int X);
  public record struct Ps(int X) { public int Y() => 1; }
}
""",
    """
Q | class | 4 | 16
Q.Count | property | 5 | 5
Q.Name | property | 6 | 6
Q.Run | method | 8 | 8
Q.Sum | method | 9 | 9
Q.Two | method | 10 | 10
Q.Q | method | 11 | 11
Q.Bar | method | 12 | 12
Q.H | type | 14 | 14
Q.operator+ | method | 15 | 15
Pt | class | 17 | 17
Ps | struct | 18 | 18
Ps.Y | method | 18 | 18
""",
)

SOURCES["a.rs"] = (
    """\

#[derive(Debug)]
pub struct Q<'a, T> { a: &'a str, b: T }
struct U(u8);
impl<'a, T: Fn() -> u8> Q<'a, T> where T: X {
  pub const M: u8 = 1;
  #[inline]
  pub async fn go(&self, x: [u8; 4]) -> Result<(), E> { let c = '{'; let x = S { a: 1 }; fn inner() {} Ok(()) }
}
impl fmt::Display for Q<'_, u8> { fn fmt(&self) { r#"{"{"# ; } type A = u8; }
trait T { fn a(&self); fn b() {} }
macro_rules! m { ($a:expr) => { $a } }
/* { /* { */ */
mod tests { fn t() {} }
mod other;
static X: S = S { a: 1 };
type Y = u8;
enum E { A { x: u8 }, B }
""",
    """
Q | struct | 3 | 3
U | struct | 4 | 4
Q.M | constant | 6 | 6
Q.go | method | 8 | 8
Q.go.inner | function | 8 | 8
Q.fmt | method | 10 | 10
T | trait | 11 | 11
T.a | method | 11 | 11
T.b | method | 11 | 11
m | macro | 12 | 12
tests | module | 14 | 14
tests.t | function | 14 | 14
X | constant | 16 | 16
Y | type | 17 | 17
E | enum | 18 | 18
""",
)

SOURCES["a.php"] = (
    """\
<html> { <?php
namespace A;
#[Attr]
final class Q extends B implements C {
  const X = 1;
  private ?string $a = "}{";
  public function __construct(private int $x = 1) { $f = function () { return 1; }; }
  abstract protected function z(): ?int;
  public static function &ref() { $x = <<<EOT
 } {
 EOT; match(1) { 1 => 2 }; }
}
function top() { ?> <b>{</b> <?php }
trait T { function t() {} }
enum S: string { case A = 'a'; public function l() {} }
interface I { public function i(); }
$a = new class { function anon() {} };
""",
    """
Q | class | 4 | 12
Q.X | constant | 5 | 5
Q.__construct | method | 7 | 7
Q.z | method | 8 | 8
Q.ref | method | 9 | 11
top | function | 13 | 13
T | trait | 14 | 14
T.t | method | 14 | 14
S | enum | 15 | 15
S.l | method | 15 | 15
I | interface | 16 | 16
I.i | method | 16 | 16
""",
)

SOURCES["a.tsx"] = (
    """\

import x from 'y'
export const MAX = 3
const re = /[{}"'/]/g, t = `a ${ { b: `}` }.b } {`
export function claim<T extends { a: string }>(x: T, { a, b } = {}): { ok: boolean } {
  const inner = (q: number): string => {
    return "}"
  }
  return { ok: true }
}
export default class JobQueue<T> extends Base<{a: 1}> implements I {
  static #count = 0
  private name: string = 'x'
  onClick = async (e) => {
    e.x()
  }
  handler = () => this.x
  constructor(private a: number) { super(); if (a) { b() } }
  @Log() async claimNext(id: string): Promise<{ a: number }> {
    for (const x of y) { z(x) }
    return a / b / c
  }
  get size() { return 1 }
  #priv() { }
  abstract foo(): void;
  *gen() { yield 1 }
  [Symbol.iterator]() { return 1 }
}
interface A { x: number; m(): void }
type U =
  | { a: 1 }
  | 'b'
const enum E { A }
declare module 'z' { function q(): void }
namespace N.M { export const y = 1; function g() {} }
const api = {
  get(x) { return x },
  post: async (y) => { return y },
  del: function () { },
  n: 1,
}
const C = ({ a }) => (
  <div className="x">Don't {a} <b>it's</b> // http://x
    {list.map(i => <li key={i}>{i}</li>)}
  </div>
)
exports.foo = function () { }
Foo.prototype.bar = function () {
}
describe('x', () => {
  function helper() { }
})
const f = x => x
  .map(y)
const g = memo(() => { })
let h: (a: number) => void = () => {}
""",
    """
MAX | constant | 3 | 3
re | constant | 4 | 4
t | constant | 4 | 4
claim | function | 5 | 10
claim.inner | function | 6 | 8
JobQueue | class | 11 | 28
JobQueue.count | field | 12 | 12
JobQueue.name | field | 13 | 13
JobQueue.onClick | method | 14 | 16
JobQueue.handler | method | 17 | 17
JobQueue.constructor | method | 18 | 18
JobQueue.claimNext | method | 19 | 22
JobQueue.size | method | 23 | 23
JobQueue.priv | method | 24 | 24
JobQueue.foo | method | 25 | 25
JobQueue.gen | method | 26 | 26
A | interface | 29 | 29
U | type | 30 | 32
E | enum | 33 | 33
q | function | 34 | 34
N.M | module | 35 | 35
N.M.y | constant | 35 | 35
N.M.g | function | 35 | 35
api | constant | 36 | 41
api.get | method | 37 | 37
api.post | method | 38 | 38
api.del | method | 39 | 39
C | function | 42 | 46
foo | function | 47 | 47
Foo.bar | method | 48 | 49
helper | function | 51 | 51
f | function | 53 | 54
g | constant | 55 | 55
h | function | 56 | 56
""",
)

SOURCES["a.go"] = (
    """\
package x
const (
\tA = iota // {
\tB
)
var x, y = map[string]int{
\t"}": 1,
}, 2
type Queue[T any] struct {
\ta int
}
type I interface { F() }
type (
\tM map[string]int
\tS struct {
\t\tx int
\t}
)
func (q *Queue[T]) Claim(a struct{ x int }) (r interface{}, err error) {
\ts := `}`
\tf := func() {}
}
func main() {}
func ext(a int)
""",
    """
A | constant | 3 | 3
B | constant | 4 | 4
x | variable | 6 | 8
Queue | struct | 9 | 11
I | interface | 12 | 12
M | type | 14 | 14
S | struct | 15 | 17
Queue.Claim | method | 19 | 22
main | function | 23 | 23
ext | function | 24 | 24
""",
)

SOURCES["a.rb"] = (
    """\
module A
  X = [
    1,
  ].freeze
  class B < C
    attr_reader :x
    def self.make(a = {})
      if a then b end
      <<~SQL
  end
      SQL
    rescue => e
      nil
    end
    class << self
      def q?; 1; end
    end
    def sq(x) = x * x
    private def [](i)
      "#{i} end"
    end
  private
    def z
    end
  end
end
def top
end
""",
    """
A | module | 1 | 26
A.X | constant | 2 | 4
A.B | class | 5 | 25
A.B.make | method | 7 | 14
A.B.q? | method | 16 | 16
A.B.sq | method | 18 | 18
A.B.[] | method | 19 | 21
A.B.z | method | 23 | 24
top | function | 27 | 28
""",
)

SOURCES["a.sh"] = (
    """\
#!/bin/bash
# f() {
log() { echo "}" ; }
function die {
  case $x in
    a) echo ${x#y} ;;
  esac
  cat <<EOF
}
g() {
EOF
  (( x = 1 << n ))
}
run-all() (
  cd x
)
""",
    """
log | function | 3 | 3
die | function | 4 | 13
run-all | function | 14 | 16
""",
)

SOURCES["a.sql"] = (
    """\
CREATE TABLE IF NOT EXISTS "pub"."jobs" (
  id int, -- ;
  s text default ';'
);
create unique index concurrently idx on jobs (id);
create or replace function claim(a int) returns int as $$
begin
  select 1;
end;
$$ language plpgsql;
CREATE TRIGGER t AFTER INSERT ON jobs BEGIN
  UPDATE x SET y = CASE WHEN 1 THEN 2 END;
  SELECT 1;
END;
create materialized view v as select 1;
""",
    """
pub.jobs | table | 1 | 4
idx | index | 5 | 5
claim | function | 6 | 10
t | trigger | 11 | 14
v | view | 15 | 15
""",
)

SOURCES["a.md"] = (
    """\
---
# x: 1
---
# A
text
```sh
# no
```
## B ##

Para
===
text
### C# d

""",
    """
A | heading | 4 | 9
B | heading | 9 | 9
Para | heading | 11 | 14
C d | heading | 14 | 14
""",
)

SOURCES["Makefile"] = (
    """\
.PHONY: a
X := 1
all: a b
\techo
b c: d
""",
    """
all | target | 3 | 4
b c | target | 5 | 5
""",
)

SOURCES["a.py"] = (
    '''\
import os
MAX = 3
limits: dict[str, int] = {
    "a": 1,  # def no():
}
def plain(a, b=")(", *,
          c: int = 1) -> dict[str, int]:
    """class No:
def no():
    """
    text = f"{a!r:>{b}} {{" + r"\\\\"
    # def neither():

    def inner():
        return 1
    return inner

@decorated(
    x=1,
)
async def größe(): pass
class Queue(Base[int],
            metaclass=Meta):
    x = 1
    @property
    @cache
    def size(self):
        if self.x:
            class Inner: y = 2
        else:
            return \\
                3
\t# a comment at another column
    async def claim(self):
        yield """
end
"""

if MAX:
    def late(): return 1;
type Pair = tuple[int, int]
''',
    """
MAX | constant | 2 | 2
limits | variable | 3 | 5
plain | function | 6 | 16
plain.inner | function | 14 | 15
größe | function | 21 | 21
Queue | class | 22 | 37
Queue.size | method | 27 | 32
Queue.size.Inner | class | 29 | 29
Queue.claim | method | 34 | 37
late | function | 40 | 40
Pair | type | 41 | 41
""",
)

SOURCES["a.c"] = (
    """\

#include <x.h>
#define MAX(a, b) ((a) > (b) \\
   ? (a) : (b))
#ifdef A
int f(int a) {
#else
int f(long a) {
#endif
  if (a) { return '}'; }
  return 0;
}
typedef struct {
  int a;
} Job;
struct foo *bar(void)
{ return 0; }
extern "C" {
static int
gnu (void)
{
  char *s = "{{{";
}
}
""".replace("\n", "\r\n"),
    """
MAX | macro | 3 | 4
f | function | 6 | 12
Job | struct | 13 | 15
bar | function | 16 | 17
gnu | function | 19 | 23
""",
)

SOURCES["Dockerfile"] = (
    """\
FROM python:3.12 AS build
RUN make
FROM scratch
COPY x y
from build as final
CMD x
""",
    """
build | target | 1 | 2
final | target | 5 | 6
""",
)
