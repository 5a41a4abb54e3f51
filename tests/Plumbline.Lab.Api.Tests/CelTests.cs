using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Cel;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Tests;

internal sealed class CelTests
{
    private const string Schema = """
        {"type":"object","properties":{
          "a":{"type":"string"},"n":{"type":"integer"},"d":{"type":"number"},"on":{"type":"boolean"},
          "list":{"type":"array","items":{"type":"integer"}},"names":{"type":"array","items":{"type":"string"}},
          "map":{"type":"object","additionalProperties":{"type":"string"}},
          "rows":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"port":{"type":"integer"}}}},
          "workload":{"type":"object","properties":{"name":{"type":"string"}}},"pods":{"type":"object","properties":{"name":{"type":"string"}}},
          "namespace":{"type":"string"},"x-y":{"type":"string"},"time":{"type":"string","format":"date-time"},
          "either":{"x-kubernetes-int-or-string":true}}}
        """;

    private const string Value = """
        {"a":"hello","n":3,"d":2,"on":true,"list":[3,1,2],"names":["x","y"],"map":{"k":"v","k2":"v2"},
         "rows":[{"id":"1","port":80},{"id":"2"}],"workload":{"name":"w"},"namespace":"ns","x-y":"dash","time":"2026-01-02T00:00:00Z","either":8080}
        """;

    [TestCase("[has(self.workload), has(self.pods)].filter(x, x).size() <= 1")]
    [TestCase("has(self.a) || size(self.list) > 0")]
    [TestCase("self.n >= 1 && self.n <= 5")]
    [TestCase("self.list.all(i, i > 0)")]
    [TestCase("self == oldSelf")]
    [TestCase("!has(self.pods)")]
    [TestCase("self.d == 2.0 && self.d < 3")]
    [TestCase("self.n + 2 * 3 - 1 == 8 && 7 / 2 == 3 && -7 % 3 == -1")]
    [TestCase("self.a.startsWith('he') && self.a.endsWith(\"lo\") && self.a.contains('ell') && self.a.matches('^h.*o$')")]
    [TestCase("self.a in ['hello', 'bye'] && 'k' in self.map && !('z' in self.map)")]
    [TestCase("self.map.k == 'v' && self.map['k2'] == 'v2'")]
    [TestCase("self.rows.exists(r, r.id == '2') && self.rows.exists_one(r, has(r.port))")]
    [TestCase("self.rows.map(r, r.id) == ['1', '2'] && self.rows.map(r, has(r.port), r.port) == [80]")]
    [TestCase("self.map.all(k, self.map[k].startsWith('v'))")]
    [TestCase("self.__namespace__ == 'ns' && self.x__dash__y == 'dash'")]
    [TestCase("self.on ? self.n == 3 : false")]
    [TestCase("self.names.join(',') == 'x,y' && 'a,b'.split(',').size() == 2 && self.list.sum() == 6 && self.list.max() == 3 && !self.list.isSorted()")]
    [TestCase("self.time > timestamp('2026-01-01T00:00:00Z') && duration('1h30m') == duration('90m')")]
    [TestCase("type(self.either) == 'int' || self.either == 'x'")]
    [TestCase("self.?pods.?name.orValue('none') == 'none' && self.?a.hasValue() && self.map[?'z'].orValue('d') == 'd'")]
    [TestCase("self.rows.all(r, !has(r.port) || r.port == 80) // a remark")]
    [TestCase("size('ä€') == 2 && 'aBc'.lowerAscii() == 'abc' && 'abc'.substring(1, 2) == 'b' && ' x '.trim() == 'x'")]
    [TestCase("[1, 2] + [3] == [1, 2, 3] && {'a': 1}['a'] == 1 && 'a' + 'b' == 'ab'")]
    [TestCase("string(self.n) == '3' && int('4') == 4 && double('1.5') == 1.5")]
    [TestCase("isIP('10.0.0.1') && !isIP('x') && isCIDR('10.0.0.0/8')")]
    [TestCase("self.n > 100 || self.rows[1].id == '2'")]
    // CEL's logic absorbs an error when the other side decides
    [TestCase("self.pods.name == 'x' || true")]
    [TestCase("!(self.pods.name == 'x' && false)")]
    [TestCase("[1, 0].exists(x, 6 / x == 6)")]
    public void Rule_ThatHolds_Passes(string rule) => Assert.That(Check(rule), Is.Null);

    [TestCase("self.n > 5", "failed rule: self.n > 5")]
    [TestCase("self.pods.name == 'x'", "no such key: pods evaluating rule")]
    [TestCase("self.list[7] == 1", "index out of range")]
    [TestCase("self.n / 0 == 1", "division by zero")]
    [TestCase("9223372036854775807 + self.n > 0", "integer overflow")]
    [TestCase("self.a.matches(self.map['none'])", "no such key")]
    [TestCase("self.rows.map(r, self.rows.map(s, self.rows)).size() == 0", "failed rule")]
    public void Rule_ThatFails_SaysWhy(string rule, string message) => Assert.That(Check(rule)?.Text, Does.Contain(message));

    [TestCase("self.nothing == 1", "undefined field 'nothing'")]
    [TestCase("self.workload.nope == 'x'", "undefined field 'nope'")]
    [TestCase("self.namespace == 'x'", "undefined field 'namespace'")]
    [TestCase("self.a.b == 'x'", "type 'string' does not support field selection")]
    [TestCase("other == 1", "undeclared reference to 'other'")]
    [TestCase("self.n == 'x'", "found no matching overload for '_==_' applied to '(int, string)'")]
    [TestCase("self.n + self.a == 1", "found no matching overload for '_+_' applied to '(int, string)'")]
    [TestCase("self.n", "cel expression must evaluate to a bool")]
    [TestCase("self.a.matches('[')", "invalid regular expression")]
    [TestCase("self.n.startsWith('x')", "found no matching overload for 'startsWith' applied to '(int, string)'")]
    [TestCase("size()", "found no matching overload for 'size'")]
    [TestCase("self.a.all(x, true)", "cannot be range of a comprehension")]
    [TestCase("self.list.all(1, true)", "needs a variable")]
    [TestCase("has(self)", "invalid argument to has() macro")]
    [TestCase("self.a == 'x", "unterminated string literal")]
    [TestCase("self.n == 1 &&", "mismatched input '<EOF>'")]
    [TestCase("self.n = 1", "token recognition error at: '='")]
    [TestCase("(self.n == 1", "expecting ')'")]
    public void Rule_ThatCannotBeEvaluated_DoesNotCompile(string rule, string message)
    {
        var (compiled, errors) = Compile(rule);
        Assert.That(compiled, Is.Null);
        Assert.That(errors.Single().Text, Does.Contain(message));
    }

    [Test]
    public void Rule_DeeplyNested_IsRejectedNotFatal()
    {
        Assert.That(Compile(new string('(', 5000) + "true" + new string(')', 5000)).Errors.Single().Text, Does.Contain("nested deeper"));
        Assert.That(Compile(new string('!', 5000) + "true").Errors.Single().Text, Does.Contain("nested deeper"));
    }

    [Test]
    public void Rule_ThatWouldRunForever_IsCutOff()
    {
        var list = string.Join(',', Enumerable.Range(0, 40));
        var rule = $"[{list}].all(a, [{list}].all(b, [{list}].all(c, [{list}].all(d, a + b + c + d >= 0))))";
        Assert.That(Check(rule)?.Text, Does.Contain("cost limit exceeded"));
    }

    [Test]
    public void TransitionRule_WithoutOldValue_IsNotAsked() => Assert.That(Check("oldSelf.n == 99", withOld: false), Is.Null);

    private static FieldError? Check(string rule, bool withOld = true)
    {
        var (compiled, errors) = Compile(rule);
        Assert.That(errors, Is.Empty);
        return compiled!.Check(Tree(Value), withOld ? Tree(Value) : null, ReadSchema(), "spec");
    }

    private static (CelRule? Rule, IReadOnlyList<FieldError> Errors) Compile(string rule) => CelRule.Compile(new JsonObject { ["rule"] = rule }, ReadSchema(), false, "rule");

    private static StructuralSchema ReadSchema()
    {
        var (schema, errors) = SchemaReader.Read((JsonObject)Tree(Schema), "schema");
        Assert.That(errors, Is.Empty);
        return schema;
    }

    private static JsonNode Tree(string json) => JsonTree.Parse(Encoding.UTF8.GetBytes(json))!;
}
