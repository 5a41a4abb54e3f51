using Plumbline.Core.Words;

namespace Plumbline.Api.Schema;

/// <summary>Bounds that the schema states and the mapping checks again: objects of an older schema stay stored.</summary>
internal static class Limits
{
    public const int MaxPort = 65535;

    /// <summary>Ports of one row that are probed: as many as its status can list.</summary>
    public const int MaxPortsProbed = 64;

    public const int MinIntervalSeconds = 5;
    public const int MaxIntervalSeconds = 86400;

    public const int MinTimeoutMilliseconds = 100;
    public const int MaxTimeoutMilliseconds = 60000;

    public const int MaxFailureThreshold = ProbeSettings.MaxFailureThreshold;

    public const int MaxPairs = 1024;

    public const int MinHttpStatus = 100;
    public const int MaxHttpStatus = 599;
}

/// <summary>Forms of text, as Kubernetes has them.</summary>
internal static class Patterns
{
    /// <summary>Namespaces and Services.</summary>
    public const string Label = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /// <summary>Most objects.</summary>
    public const string Subdomain = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /// <summary>A DNS name or an address of either family, without scheme and port.</summary>
    public const string Host = @"^([A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?\.?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$";

    public const string ConditionReason = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";
}
