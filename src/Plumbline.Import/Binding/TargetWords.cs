using System.Net;
using System.Text.RegularExpressions;
using Plumbline.Core.Cluster;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Binding;

/// <param name="Name">As documents write it.</param>
public sealed record GivenBinding(string Name, BindingTarget Target);

/// <summary>A target, or what is wrong with the words for one.</summary>
public abstract record ParsedBinding
{
    private ParsedBinding()
    {
    }

    public sealed record Given(GivenBinding Binding) : ParsedBinding;

    /// <param name="Problem">What to write instead.</param>
    public sealed record Wrong(string Problem) : ParsedBinding;
}

/// <summary>Bindings as people write them: <c>api=deploy/shop/api</c>.</summary>
public static partial class TargetWords
{
    public const string Forms = "deploy/NAMESPACE/NAME, sts/…, ds/…, rs/…, job/…, cronjob/…, service/NAMESPACE/NAME, pods/NAMESPACE/LABEL=VALUE, external/HOST, nodes, outside";

    private static readonly (WorkloadKind Kind, string[] Words)[] Kinds =
    [
        (WorkloadKind.Deployment, ["deploy", "deployment", "deployments"]),
        (WorkloadKind.StatefulSet, ["sts", "statefulset", "statefulsets"]),
        (WorkloadKind.DaemonSet, ["ds", "daemonset", "daemonsets"]),
        (WorkloadKind.ReplicaSet, ["rs", "replicaset", "replicasets"]),
        (WorkloadKind.Job, ["job", "jobs"]),
        (WorkloadKind.CronJob, ["cronjob", "cj", "cronjobs"]),
    ];

    public static string Short(WorkloadKind kind) => Array.Find(Kinds, k => k.Kind == kind).Words[0];

    /// <summary>The kind that a word names, as kubectl knows it.</summary>
    public static WorkloadKind? Kind(string word) =>
        Kinds.Where(k => k.Words.Contains(word, StringComparer.OrdinalIgnoreCase)).Select(k => (WorkloadKind?)k.Kind).FirstOrDefault();

    /// <param name="text"><c>name=target</c>. The last "=" that a target can follow divides them, so that names may hold one.</param>
    public static ParsedBinding Parse(string text)
    {
        var divider = text.LastIndexOf('=');
        // pods/shop/app=api has a second one
        if (divider > 0 && Pods().Match(text) is { Success: true } pods)
            divider = pods.Groups[1].Index - 1;
        if (divider <= 0 || text[..divider].Trim() is not { Length: > 0 } name)
            return new ParsedBinding.Wrong($"'{text}' must be NAME=TARGET, such as 'api=deploy/shop/api'");
        if (name.Length > FieldLengths.Text)
            return new ParsedBinding.Wrong($"the name in '{text[..60]}…' has {name.Length} characters, and a Component takes {FieldLengths.Text}");
        return Target(text[(divider + 1)..].Trim()) is { } target
            ? new ParsedBinding.Given(new GivenBinding(name, target))
            : new ParsedBinding.Wrong($"'{text[(divider + 1)..]}' is no target: write one of {Forms}");
    }

    private static BindingTarget? Target(string text)
    {
        var parts = text.Split('/', 3);
        return parts switch
        {
            ["nodes"] => new BindingTarget.Nodes(),
            ["outside"] => new BindingTarget.Outside(),
            ["external", var host] when IsHost(host) => new BindingTarget.External(host),
            ["service" or "svc" or "services", var space, var name] when ObjectNames.IsLabel(space) && ObjectNames.IsLabel(name) => new BindingTarget.Service(space, name),
            ["pods" or "pod", var space, var label] when ObjectNames.IsLabel(space) && Label().Match(label) is { Success: true } pair => new BindingTarget.Pods(space, pair.Groups[1].Value, pair.Groups[2].Value),
            [var kind, var space, var name] when Kind(kind) is { } known && ObjectNames.IsLabel(space) && Subdomain().IsMatch(name) && name.Length <= 253 => new BindingTarget.Workload(new WorkloadKey(known, space, name)),
            _ => null,
        };
    }

    /// <summary>A DNS name or an address, without scheme and port, as the schema takes it.</summary>
    public static bool IsHost(string text) => text.Length is > 0 and <= 253 && (IPAddress.TryParse(text, out _) || HostName().IsMatch(text));

    [GeneratedRegex(@"=(pods?/[a-z0-9-]+/[^/=]+(?:/[^/=]+)?=[^=]*)$")]
    private static partial Regex Pods();

    [GeneratedRegex(@"\A((?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)=([A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"\A[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?\.?\z")]
    private static partial Regex HostName();
}
