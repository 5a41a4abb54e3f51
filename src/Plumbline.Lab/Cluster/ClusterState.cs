namespace Plumbline.Lab.Cluster;

/// <summary>What is wrong with the cluster's own parts.</summary>
internal sealed record ClusterTroubles
{
    public DnsFaults Dns { get; init; } = DnsFaults.None;

    /// <summary>Nobody enforces NetworkPolicies. Default: false.</summary>
    public bool PoliciesUnenforced { get; init; }

    /// <summary>Namespaces whose pods no policy keeps in or from. Default: none.</summary>
    public IReadOnlySet<string> Unenforced { get; init; } = new HashSet<string>();

    /// <summary>Services (namespace/name) whose slices nobody brings up to date. Default: none.</summary>
    public IReadOnlySet<string> StaleServices { get; init; } = new HashSet<string>();
}

/// <summary>Where faults tell the cluster's parts how to go wrong.</summary>
internal sealed class ClusterState
{
    private ClusterTroubles _troubles = new();

    public event Action? Changed;

    public ClusterTroubles Troubles
    {
        get => Volatile.Read(ref _troubles);
        set
        {
            Volatile.Write(ref _troubles, value);
            Changed?.Invoke();
        }
    }
}
