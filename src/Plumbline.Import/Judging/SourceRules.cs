using System.Text.RegularExpressions;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Judging;

/// <summary>Where the source is, as far as its name says: outside, on the node, a Service, a Job.</summary>
internal static partial class SourceRules
{
    /// <summary>The name says that it stands for something outside the cluster.</summary>
    public static bool IsOutside(string name) => OutsideCaller().IsMatch(CellText.WithoutFootnoteMark(name));

    /// <summary>The name says that it stands for what runs on the nodes themselves.</summary>
    public static bool IsNode(string name) => Node().IsMatch(CellText.WithoutFootnoteMark(name));

    public static void RecogniseOutsideCaller(RowDraft row)
    {
        if (row.Source is not { } source || !IsOutside(source))
            return;

        row.SourceOutsideCluster = true;
        row.Warn(
            DocumentIssueCode.SourceOutsideCluster,
            $"'{source}' is outside the cluster: no probe can start there, so only whether '{row.Destination ?? "the destination"}' answers could be checked; bind the name to a workload if it runs inside");
    }

    public static void RecogniseNode(RowDraft row)
    {
        if (row.Source is not { } source || !Node().IsMatch(source))
            return;

        row.SourceIsNode = true;
        row.Warn(DocumentIssueCode.SourceIsNode, $"'{source}' runs on the node: verified from the node of each '{row.Destination}' pod, not from a pod; bind the name to nodes");
    }

    public static void RecogniseService(RowDraft row)
    {
        if (row.Source is not { } source || !Service().IsMatch(source))
            return;

        row.SourceIsService = true;
        row.Warn(DocumentIssueCode.SourceNotAnInitiator, $"'{source}' is a Service, which opens no connections: its ready endpoints are verified on {row.Port.Text}; bind the name to that Service");
    }

    public static void RecogniseJob(RowDraft row)
    {
        if (row.Source is not { } source)
            return;
        if (Job().IsMatch(source))
            row.Warn(DocumentIssueCode.SourceIsJob, $"'{source}' is a Job: its pods are not always there; the row is verified while they run");
        else if (row.Context.CalledJobs.Any(before => before.EndsWith(source, StringComparison.OrdinalIgnoreCase)))
            row.Info(DocumentIssueCode.SourceIsJob, $"the document calls '{source}' a job: its pods may not always be there; the row is verified while they run");
    }

    public static void RecogniseInitContainer(RowDraft row)
    {
        if (row.Source is { } source && (InitContainer().IsMatch(source) || (row.Description?.Contains($"{source} container", StringComparison.OrdinalIgnoreCase) == true && source.Contains("init", StringComparison.OrdinalIgnoreCase))))
            row.Info(DocumentIssueCode.SourceIsInitContainer, $"'{source}' is an init container: it has the network identity of its pod; bind the name to the pod's workload");
    }

    [GeneratedRegex(
        @"\b(?:internet|browsers?|jump(?:[ -]?(?:host|server|box))?|laptops?|workstations?|end[ -]users?|mobile (?:apps?|devices?)|on-premises?)\b"
        + @"|^(?:public|source systems?|external (?:systems?|clients?|users?|callers?)|(?:web |http |api |external )?clients?|agents?|users?|callers?|customers?|administrators?|admins?|operators?|desktops?|third[- ]part(?:y|ies))$",
        RegexOptions.IgnoreCase)]
    private static partial Regex OutsideCaller();

    [GeneratedRegex("^(?:kubelets?|kube-proxy|(?:worker |cluster |kubernetes )?nodes?)$", RegexOptions.IgnoreCase)]
    private static partial Regex Node();

    [GeneratedRegex(@"\bcluster[ -]?ip\b|\bnode ?port\b|\bservice \(load ?balancer\)|\bheadless service\b", RegexOptions.IgnoreCase)]
    private static partial Regex Service();

    [GeneratedRegex(@"(?:^|[\s:(])(?:cron ?)?jobs?\)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Job();

    [GeneratedRegex(@"\binit[ -]container\b", RegexOptions.IgnoreCase)]
    private static partial Regex InitContainer();
}
