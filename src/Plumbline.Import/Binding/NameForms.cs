using System.Text;
using System.Text.RegularExpressions;
using Plumbline.Core.Cluster;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Binding;

/// <summary>A documented name, taken apart: what it calls the thing, and what it says of the thing's kind.</summary>
internal sealed partial class NameForms
{
    /// <summary>Words that say that something is a component and not which.</summary>
    private static readonly HashSet<string> Generic = new(StringComparer.Ordinal)
    {
        "service", "services", "server", "servers", "app", "application", "applications", "component", "microservice", "microservices", "system", "the", "instance", "node", "nodes",
        "cluster", "k8s", "kubernetes",
    };

    /// <summary>Words that say too little alone: an "API Server" need not be the Deployment api.</summary>
    private static readonly HashSet<string> Vague = new(StringComparer.Ordinal)
    {
        "api", "web", "db", "database", "data", "backend", "frontend", "front", "back", "gateway", "proxy", "client", "worker", "cache", "queue", "storage", "main", "core", "admin", "user",
    };

    private static readonly HashSet<string> Joining = new(StringComparer.Ordinal) { "and", "for", "of", "the", "to", "in", "with", "or", "by", "a" };

    private static readonly string[] KindWords =
        ["deployment", "deployments", "statefulset", "statefulsets", "daemonset", "daemonsets", "replicaset", "replicasets", "job", "jobs", "cronjob", "cronjobs", "pod", "pods", "container", "containers"];

    /// <param name="printed">Words in their own case, without those for kinds.</param>
    private NameForms(string name, IReadOnlyList<string> words, IReadOnlyList<string> printed, IReadOnlyList<string> aliases)
    {
        Name = name;
        var joined = printed.Where(w => !Joining.Contains(w.ToLowerInvariant())).ToList();
        var specific = joined.Where(w => !Generic.Contains(w.ToLowerInvariant())).ToList();
        Initials = [.. new[] { printed, joined, specific }.Select(InitialsOf).Where(i => i.Length > 1).Distinct()];
        Kinds = KindsOf(words);
        NamesService = ServiceMark().IsMatch(name);
        Full = [.. words.Where(w => !KindWords.Contains(w))];
        Core = [.. Full.Where(w => !Generic.Contains(w))];
        Aliases = aliases;
    }

    public string Name { get; }

    /// <summary>Words without those for kinds.</summary>
    public IReadOnlyList<string> Full { get; }

    /// <summary>Words that say which; may be empty ("Server").</summary>
    public IReadOnlyList<string> Core { get; }

    /// <summary>What else the documents call it: the short form in brackets, what stands before a colon.</summary>
    public IReadOnlyList<string> Aliases { get; }

    /// <summary>Kinds that the name can be, where it says so ("Permissions ReplicaSet"); empty: any.</summary>
    public IReadOnlyList<WorkloadKind> Kinds { get; }

    /// <summary>"IWD Service (Cluster IP)": the Service itself, not what is behind it.</summary>
    public bool NamesService { get; }

    /// <summary>Without words such as "service" hardly anything is left.</summary>
    public bool IsVague => Core is [var only] && Vague.Contains(only);

    public string FullSlug => string.Join('-', Full);

    public string CoreSlug => string.Join('-', Core);

    /// <summary>
    /// First letters of the words, with and without those that join or are generic; a word in capitals stays whole: "IWD Data Mart" is iwddm, "Billing Data Service" is bds.
    /// </summary>
    public IReadOnlyList<string> Initials { get; }

    public static NameForms Of(string name, IEnumerable<string> aliases)
    {
        var outer = Brackets().Replace(name, " ");
        var known = aliases.ToList();
        if (Brackets().Match(name) is { Success: true } inner && !ServiceMark().IsMatch(name) && Words(inner.Groups[1].Value).Count == 1)
            known.Add(inner.Groups[1].Value);
        if (outer.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            known.AddRange(KindWords.Contains(outer[(colon + 1)..].Trim().ToLowerInvariant()) ? [] : [outer[..colon], outer[(colon + 1)..]]);
        return new NameForms(
            name,
            Words(outer),
            [.. Printed().Matches(outer).Select(m => m.Value).Where(w => !KindWords.Contains(w.ToLowerInvariant()))],
            [.. known.Select(Slug).Where(a => a.Length > 0).Distinct()]);
    }

    /// <summary>As names of objects are written: lower-case words with dashes.</summary>
    public static string Slug(string text) => string.Join('-', Words(text));

    /// <summary>Lower-case words. "iwdDataMart" and "iwd_data-mart" have three.</summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var spaced = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            // "dataMart", but not "GAuth" or "PostgreSQL"
            if (i > 1 && char.IsUpper(text[i]) && char.IsLower(text[i - 1]) && i + 1 < text.Length && char.IsLower(text[i + 1]) && char.IsLower(text[0]))
                spaced.Append(' ');
            spaced.Append(text[i]);
        }

        return [.. Printed().Matches(ObjectNames.Key(spaced.ToString())).Select(m => m.Value)];
    }

    private static string InitialsOf(IReadOnlyList<string> words)
    {
        if (words.Count < 2)
            return "";
        var initials = new StringBuilder();
        foreach (var word in words)
            initials.Append(word.Length > 1 && word.All(c => char.IsUpper(c) || char.IsAsciiDigit(c)) ? word : word[..1]);
        return initials.ToString().ToLowerInvariant();
    }

    private static WorkloadKind[] KindsOf(IReadOnlyList<string> words) => words.LastOrDefault(w => KindWords.Contains(w)) switch
    {
        // people see the ReplicaSet and mean its Deployment
        "deployment" or "deployments" or "replicaset" or "replicasets" => [WorkloadKind.Deployment, WorkloadKind.ReplicaSet],
        "statefulset" or "statefulsets" => [WorkloadKind.StatefulSet],
        "daemonset" or "daemonsets" => [WorkloadKind.DaemonSet],
        "job" or "jobs" => [WorkloadKind.Job, WorkloadKind.CronJob],
        "cronjob" or "cronjobs" => [WorkloadKind.CronJob],
        "pod" or "pods" or "container" or "containers" => [.. Enum.GetValues<WorkloadKind>().Where(k => k != WorkloadKind.Other)],
        _ => [],
    };

    [GeneratedRegex(@"\(([^()]*)\)")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"[\p{L}\p{N}+#]+")]
    private static partial Regex Printed();

    [GeneratedRegex(@"\bcluster[ -]?ip\b|\bnode ?port\b|\bload ?balancer\b|\bheadless\b", RegexOptions.IgnoreCase)]
    private static partial Regex ServiceMark();
}
