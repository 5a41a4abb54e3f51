using k8s;
using k8s.Models;
using Plumbline.Generate.Rbac;
using Plumbline.Operator.Rbac;

namespace Plumbline.Generate.Tests.Rbac;

public sealed class RbacRuleTests
{
    private static readonly Type[] Classes = [typeof(Watcher), typeof(Writer)];

    [Test]
    public void Rights_OfAllNamespaces_AreJoinedByResourceAndThenByRule() => Assert.That(
        RbacRule.Of(Classes, ownNamespace: false).Select(Text),
        Is.EqualTo(new[]
        {
            "/nodes,pods list,watch (Watcher: to see)",
            "/services create,list,patch,watch (Watcher: to see too; Writer: to write)",
            "apps/deployments/status patch (Writer: to report)",
        }));

    [Test]
    public void Rights_OfOneNamespace_LeaveOutWhatIsGrantedInAll() => Assert.That(
        RbacRule.Of(Classes, ownNamespace: true).Select(Text),
        Is.EqualTo(new[] { "coordination.k8s.io/leases create (Writer: to lead)", "coordination.k8s.io/leases/one get,patch (Writer: to lead)" }));

    [TestCase(typeof(NoEntity), "NoEntity: [EntityRbac] names String")]
    [TestCase(typeof(CreatesByName), "CreatesByName: RBAC cannot tie creation to the name x")]
    public void Attribute_ThatMakesNoRule_IsRefusedByName(Type type, string says) =>
        Assert.That(() => RbacRule.Of([type], ownNamespace: false), Throws.TypeOf<GenerateException>().With.Message.StartsWith(says));

    [Test]
    public void Fill_ReplacesTheRulesOfThatKindOnly()
    {
        const string text = "# top\nkind: ClusterRole\nrules:\n- old\n---\nkind: ClusterRoleBinding\nroleRef: {}\n---\nkind: Role\nrules:\n- mine\n{{- end }}\n---\nkind: RoleBinding\n";

        var filled = RbacFiles.Fill(text, "file", "Role", "- new\n");

        Assert.That(filled, Is.EqualTo(text.Replace("- mine\n{{- end }}\n", "- new\n", StringComparison.Ordinal)));
        Assert.That(RbacFiles.Fill(filled, "file", "Role", "- new\n"), Is.EqualTo(filled));
        Assert.That(() => RbacFiles.Fill("kind: Roles\nrules:\n", "file", "Role", ""), Throws.TypeOf<GenerateException>().With.Message.Contains("file has no Role"));
    }

    private static string Text(RbacRule rule) =>
        $"{rule.Group}/{string.Join(',', rule.Resources)}{(rule.Name is { } name ? $"/{name}" : "")} {string.Join(',', rule.Verbs)} ({string.Join("; ", rule.For.Select(f => $"{f.Class.Name}: {f.Why}"))})";

    [EntityRbac(typeof(V1Pod), typeof(V1Node), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "to see")]
    [EntityRbac(typeof(V1Service), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "to see too")]
    private static class Watcher;

    [EntityRbac(typeof(V1Service), Verbs = RbacVerb.Create | RbacVerb.Patch, Why = "to write")]
    [EntityRbac(typeof(V1Deployment), Subresource = "status", Verbs = RbacVerb.Patch, Why = "to report")]
    [EntityRbac(typeof(V1Pod), OwnNamespace = true, Verbs = RbacVerb.List, Why = "to count")]
    [EntityRbac(typeof(V1Lease), OwnNamespace = true, Name = "one", Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "to lead")]
    [EntityRbac(typeof(V1Lease), OwnNamespace = true, Verbs = RbacVerb.Create, Why = "to lead")]
    private static class Writer;

    [EntityRbac(typeof(string), Verbs = RbacVerb.Get, Why = "x")]
    private static class NoEntity;

    [EntityRbac(typeof(V1Pod), Name = "x", Verbs = RbacVerb.Create, Why = "x")]
    private static class CreatesByName;
}
