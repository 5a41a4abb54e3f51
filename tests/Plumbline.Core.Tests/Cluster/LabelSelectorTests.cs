using System.Collections.Immutable;
using Plumbline.Core.Cluster;

namespace Plumbline.Core.Tests.Cluster;

public sealed class LabelSelectorTests
{
    private static readonly ImmutableDictionary<string, string> Web =
        ImmutableDictionary<string, string>.Empty.Add("app", "web").Add("tier", "front");

    [Test]
    public void Selector_Empty_MatchesEverythingEvenWithoutLabels()
    {
        Assert.That(LabelSelector.Everything.Matches(Web), Is.True);
        Assert.That(LabelSelector.Everything.Matches(ImmutableDictionary<string, string>.Empty), Is.True);
    }

    [Test]
    public void Selector_MatchLabels_NeedsAllOfThem()
    {
        Assert.That(LabelSelector.Of(("app", "web")).Matches(Web), Is.True);
        Assert.That(LabelSelector.Of(("app", "web"), ("tier", "back")).Matches(Web), Is.False);
        Assert.That(LabelSelector.Of(("App", "web")).Matches(Web), Is.False, "labels are case-sensitive");
    }

    [TestCase("app", LabelOperator.In, "web,api", true)]
    [TestCase("app", LabelOperator.In, "api", false)]
    [TestCase("zone", LabelOperator.In, "a", false)]
    [TestCase("app", LabelOperator.NotIn, "api", true)]
    [TestCase("app", LabelOperator.NotIn, "web", false)]
    [TestCase("zone", LabelOperator.NotIn, "a", true)]
    [TestCase("app", LabelOperator.Exists, "", true)]
    [TestCase("zone", LabelOperator.Exists, "", false)]
    [TestCase("app", LabelOperator.DoesNotExist, "", false)]
    [TestCase("zone", LabelOperator.DoesNotExist, "", true)]
    public void Requirement_EveryOperator_MatchesAsTheApiDefines(string key, LabelOperator op, string values, bool expected)
    {
        var selector = LabelSelector.Everything with
        {
            MatchExpressions = [new(key, op, [.. values.Split(',', StringSplitOptions.RemoveEmptyEntries)])],
        };

        Assert.That(selector.Matches(Web), Is.EqualTo(expected));
    }

    [Test]
    public void Selector_SameContent_IsEqualAndHashesAlike()
    {
        var one = LabelSelector.Of(("a", "1"), ("b", "2")) with { MatchExpressions = [new("c", LabelOperator.In, ["x", "y"])] };
        var two = LabelSelector.Of(("b", "2"), ("a", "1")) with { MatchExpressions = [new("c", LabelOperator.In, ["x", "y"])] };

        Assert.That(one, Is.EqualTo(two));
        Assert.That(one.GetHashCode(), Is.EqualTo(two.GetHashCode()));
        Assert.That(one, Is.Not.EqualTo(LabelSelector.Of(("a", "1"), ("b", "2"))));
    }

    [Test]
    public void Selector_ToString_ReadsAsKubectlTakesIt()
    {
        var selector = LabelSelector.Of(("app", "web")) with
        {
            MatchExpressions = [new("tier", LabelOperator.NotIn, ["a", "b"]), new("gone", LabelOperator.DoesNotExist, [])],
        };

        Assert.That(selector.ToString(), Is.EqualTo("app=web,tier notin (a,b),!gone"));
        Assert.That(LabelSelector.Everything.ToString(), Is.EqualTo("<all>"));
    }
}
