using System.Text;
using System.Text.RegularExpressions;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Operator.Rbac;

namespace Plumbline.Generate.Rbac;

/// <summary>The rules of the operator's roles, in manifests that are otherwise written by hand: the lists below <c>rules:</c> are replaced.</summary>
public static partial class RbacFiles
{
    private const string Manifest = "deploy/base/operator/rbac.yaml";
    private const string Template = "charts/plumbline/templates/operator/rbac.yaml";

    /// <summary>Classes whose rights the chart grants only where they run, and its condition for that.</summary>
    private static readonly Dictionary<Type, string> Conditions = new() { [typeof(LinkIdentity)] = """not (include "plumbline.linkSecret" .)""" };

    /// <param name="repository">Where the files are that the rules are put into.</param>
    public static IReadOnlyList<GeneratedFile> All(string repository)
    {
        List<Type> classes = [.. typeof(EntityRbacAttribute).Assembly.GetTypes().Where(t => t.IsDefined(typeof(EntityRbacAttribute), false))];
        return
        [
            .. from file in new[] { Manifest, Template }
               let conditions = file == Template ? Conditions : []
               let text = File.ReadAllText(Path.Combine(repository, file))
               select new GeneratedFile(file, Fill(Fill(text, file, "ClusterRole", Rules(classes, false, conditions)), file, "Role", Rules(classes, true, conditions))),
        ];
    }

    /// <summary>Replaces what stands below <c>rules:</c> in the document of that kind.</summary>
    public static string Fill(string text, string file, string kind, string rules)
    {
        var documents = DocumentEnd().Split(text);
        var role = Array.FindIndex(documents, d => Regex.IsMatch(d, $"^kind: {kind}\n", RegexOptions.Multiline));
        var start = role < 0 ? -1 : documents[role].IndexOf("\nrules:\n", StringComparison.Ordinal);
        if (start < 0)
            throw new GenerateException($"{file} has no {kind} with a line 'rules:' to put its rules below");

        documents[role] = $"{documents[role][..start]}\nrules:\n{rules}";
        return string.Join("---\n", documents);
    }

    private static string Rules(IReadOnlyList<Type> classes, bool ownNamespace, Dictionary<Type, string> conditions)
    {
        var yaml = new StringBuilder();
        var said = "";
        foreach (var rule in RbacRule.Of(classes, ownNamespace))
        {
            // A rule that somebody needs always is there always.
            var condition = rule.For.Select(f => conditions.GetValueOrDefault(f.Class)).Distinct().ToList() is [{ } one] ? one : null;
            if (condition is not null)
                yaml.Append($"{{{{- if {condition} }}}}\n");
            var why = string.Concat(rule.For.Select(f => $"# {f.Class.Name}: {f.Why}\n"));
            if (why != said)
                yaml.Append(said = why);
            yaml.Append($"- apiGroups: [{(rule.Group.Length == 0 ? "\"\"" : rule.Group)}]\n  resources: [{string.Join(", ", rule.Resources)}]\n");
            if (rule.Name is not null)
                yaml.Append($"  resourceNames: [{rule.Name}]\n");
            yaml.Append($"  verbs: [{string.Join(", ", rule.Verbs)}]\n");
            if (condition is not null)
                yaml.Append("{{- end }}\n");
        }

        return yaml.ToString();
    }

    [GeneratedRegex("^---\n", RegexOptions.Multiline)]
    private static partial Regex DocumentEnd();
}
