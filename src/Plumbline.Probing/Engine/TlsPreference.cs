using Plumbline.Core.Probes;

namespace Plumbline.Probing.Engine;

/// <summary>Probes whose server wants TLS although the plan does not say so: one connection less each time. Only on the loop's thread.</summary>
internal sealed class TlsPreference
{
    private const int MaxKept = 16 * 1024;

    private readonly HashSet<ProbeId> _known = [];

    public bool Contains(ProbeId probe) => _known.Contains(probe);

    public void Add(ProbeId probe)
    {
        if (_known.Count >= MaxKept)
            _known.Clear();
        _known.Add(probe);
    }

    public void Remove(ProbeId probe) => _known.Remove(probe);
}
