using Plumbline.Lab.Api.Http;

namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>What a rule covers, as RBAC has it.</summary>
public sealed class RightsTests
{
    [TestCase(null, null, "app", "x", true, TestName = "Rule_ClusterWide_CoversEveryNamespace")]
    [TestCase(null, null, "", "", true, TestName = "Rule_ClusterWide_CoversAllNamespacesAtOnce")]
    [TestCase("app", null, "app", "x", true, TestName = "Rule_OfANamespace_CoversIt")]
    [TestCase("app", null, "other", "x", false, TestName = "Rule_OfANamespace_CoversNoOther")]
    [TestCase("app", null, "", "", false, TestName = "Rule_OfANamespace_CoversNotAllAtOnce")]
    [TestCase("app", "x", "app", "x", true, TestName = "Rule_OfAName_CoversIt")]
    [TestCase("app", "x", "app", "y", false, TestName = "Rule_OfAName_CoversNoOther")]
    [TestCase("app", "x", "app", "", false, TestName = "Rule_OfAName_CoversNoRequestWithoutOne")]
    public void Covers(string? @namespace, string? name, string requestNamespace, string requestName, bool expected)
    {
        var rule = new GrantedRight("patch", "apps", "deployments", @namespace, name);

        Assert.That(rule.Covers(new UsedRight("patch", "apps", "deployments", requestNamespace, requestName)), Is.EqualTo(expected));
    }

    [TestCase("get", "apps", "deployments")]
    [TestCase("patch", "", "deployments")]
    [TestCase("patch", "apps", "deployments/status")]
    public void Rule_OfAnotherVerbGroupOrSubresource_CoversNot(string verb, string group, string resource) =>
        Assert.That(new GrantedRight("patch", "apps", "deployments", null, null).Covers(new UsedRight(verb, group, resource, "app", "x")), Is.False);

    [TestCase("", true, "patch create")]
    [TestCase("", false, "patch")]
    [TestCase("status", true, "patch")]
    public void Apply_OfAnObject_TakesTheRightToCreateIt(string subresource, bool apply, string verbs)
    {
        var request = new ApiRequestRecord("patch", "apps", "deployments", subresource, "app", "x", "somebody", apply);

        Assert.That(UsedRight.Of(request).Select(u => u.Verb), Is.EqualTo(verbs.Split(' ')));
        Assert.That(UsedRight.Of(request).Select(u => u.Resource), Is.All.EqualTo(subresource.Length > 0 ? $"deployments/{subresource}" : "deployments"));
    }
}
