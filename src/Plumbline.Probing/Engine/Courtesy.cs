using Plumbline.Core.Probes;
using Plumbline.Probing.Protocols;

namespace Plumbline.Probing.Engine;

/// <summary>
/// Probes whose server minds connections that come to nothing. Between whole connections they are only glanced at: the server's kernel answers
/// the SYN and gets a reset before the handshake is over, so that the server itself never hears of it. What only a whole connection shows, a server
/// that turns this client away or a proxy that nobody is behind, is seen at the next whole one. Only on the loop's thread.
/// </summary>
internal sealed class Courtesy(EventLoop loop, TimeSpan wholeEvery)
{
    private const int MaxKept = 16 * 1024;

    private readonly Dictionary<ProbeId, (long At, bool IsGreeted)> _nextWhole = [];

    public bool GlanceSuffices(ProbeId probe) => _nextWhole.TryGetValue(probe, out var whole) && loop.Now < whole.At;

    /// <summary>The server itself spoke on the last whole connection.</summary>
    public bool IsGreeted(ProbeId probe) => _nextWhole.GetValueOrDefault(probe).IsGreeted;

    /// <summary>A whole connection came to this.</summary>
    public void Learn(PlannedProbe probe, GreetingKind greeting, ProbeOutcome outcome)
    {
        var minds = greeting is GreetingKind.MySql or GreetingKind.Ssh || KnownPorts.LogsSilence(probe.Port);
        if (outcome != ProbeOutcome.Succeeded || !minds)
        {
            Forget(probe.Id);
            return;
        }

        if (_nextWhole.Count >= MaxKept)
            _nextWhole.Clear();
        _nextWhole[probe.Id] = (loop.After(wholeEvery), greeting != GreetingKind.None);
    }

    /// <summary>After a failure the next look is a whole one: it sees more.</summary>
    public void Forget(ProbeId probe) => _nextWhole.Remove(probe);
}
