using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Plumbline.Api.Schema;
using Plumbline.Operator.Rbac;
using Plumbline.Testing;

namespace Plumbline.Generate.Tests;

public sealed class TrimmingTests
{
    [TestCase(typeof(RequiredAttribute))]
    [TestCase(typeof(EntityRbacAttribute))]
    public void Attributes_ForTheGenerator_AreNotShipped(Type one)
    {
        var removed = XDocument.Load(Repository.PathOf("src", "Plumbline", "Trimming.LinkAttributes.xml")).Descendants("type")
            .Where(t => (string?)t.Parent!.Attribute("fullname") == one.Assembly.GetName().Name)
            .Where(t => t.Elements("attribute").Any(a => (string?)a.Attribute("internal") == "RemoveAttributeInstances"))
            .Select(t => new Regex($"^{Regex.Escape((string)t.Attribute("fullname")!).Replace(@"\*", ".*", StringComparison.Ordinal)}$"))
            .ToList();
        var attributes = one.Assembly.GetTypes().Where(t => t.Namespace == one.Namespace && t.IsSubclassOf(typeof(Attribute)));

        Assert.That(attributes.Where(a => !removed.Exists(r => r.IsMatch(a.FullName!))), Is.Empty, "name them in src/Plumbline/Trimming.LinkAttributes.xml");
    }
}
