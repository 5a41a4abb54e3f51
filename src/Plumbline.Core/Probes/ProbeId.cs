using System.Collections.Immutable;
using System.Globalization;

namespace Plumbline.Core.Probes;

/// <summary>
/// Identity of a probe: a hash of everything that makes its answer (source, target, port, protocol, request). Two connections that
/// ask the same question share one probe; a changed question is a new probe, so an old answer can never be taken for it.
/// </summary>
public readonly record struct ProbeId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
