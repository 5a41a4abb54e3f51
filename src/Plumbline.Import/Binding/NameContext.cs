namespace Plumbline.Import.Binding;

/// <summary>What is known of a name when it is held against the cluster.</summary>
internal sealed class NameContext(NameUse use, NameForms forms, UnitIndex index)
{
    public NameUse Use { get; } = use;

    public NameForms Forms { get; } = forms;

    public string PortsText => string.Join(", ", Use.Ports.SelectMany(p => p.Ports).Distinct().Order());

    /// <summary>A word that only few things of the cluster have in their names.</summary>
    public bool IsRare(string word) => index.UnitsWith(word) <= 2;

    /// <summary>It is the one workload of this application or instance. To be alone in a namespace says less: namespaces are named after teams, too.</summary>
    public bool IsAlone(BindingUnit unit, UnitName shared) => !shared.IsNamespace && index.UnitsThatShare(unit, shared) == 1;

    /// <summary>On each documented port it listens, and on some of them nothing else does.</summary>
    public bool OnlyListener(BindingUnit unit) =>
        !unit.IsGroup && Agreement(unit) == PortAgreement.Agrees && Use.Ports.SelectMany(p => p.Ports).Any(p => unit.Ports.Contains(p) && index.ListenersOn(p) == 1);

    public PortAgreement Agreement(BindingUnit unit)
    {
        if (Use.Ports.Count == 0 || unit.Ports.Count == 0)
            return PortAgreement.Unknown;
        if (Use.Ports.All(row => row.AnyIsEnough ? row.Ports.Any(unit.Ports.Contains) : row.Ports.All(unit.Ports.Contains)))
            return PortAgreement.Agrees;
        return Use.Ports.Any(row => row.Ports.Any(unit.Ports.Contains)) ? PortAgreement.AgreesInPart : PortAgreement.Contradicts;
    }
}

/// <summary>How often words, ports and shared names occur in the cluster.</summary>
internal sealed class UnitIndex
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _ports = [];
    private readonly Dictionary<(string Where, string Text), int> _shared = [];

    public UnitIndex(IReadOnlyList<BindingUnit> units)
    {
        // groups only say once more what their members are
        foreach (var unit in units.Where(u => !u.IsGroup))
        {
            foreach (var word in unit.Words)
                _words[word] = _words.GetValueOrDefault(word) + 1;
            foreach (var port in unit.Ports)
                _ports[port] = _ports.GetValueOrDefault(port) + 1;
            foreach (var key in unit.Shared.Select(s => (s.Where, s.Text)).Distinct())
                _shared[key] = _shared.GetValueOrDefault(key) + 1;
        }
    }

    public int UnitsWith(string word) => _words.GetValueOrDefault(word);

    public int ListenersOn(int port) => _ports.GetValueOrDefault(port);

    public int UnitsThatShare(BindingUnit unit, UnitName shared) => unit.IsGroup ? 0 : _shared.GetValueOrDefault((shared.Where, shared.Text));
}
