namespace Plumbline.Core.Probes;

/// <summary>What the time of a probe is spent on.</summary>
public enum ProbePhase : byte
{
    Dns,
    Connect,
    Tls,
    Http,
}
