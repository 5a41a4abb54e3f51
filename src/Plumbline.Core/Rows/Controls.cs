using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>
/// Who connects and who answers, seen over all rows: any success is a control, not only the planned ones. Only rows that expect Blocked ask,
/// so nothing is kept until there is one.
/// </summary>
/// <param name="changed">Told when an answer may be another one.</param>
internal sealed class Controls(NodePlans plans, Action<FactKey> changed)
{
    private Dictionary<FactKey, SmallSet<ProbeEntry>>? _probes;

    /// <param name="note">Takes the questions that were asked, and when their answer ends.</param>
    public ControlEvidence Of(ProbePair pair, DateTimeOffset now, Action<FactKey, DateTimeOffset?> note)
    {
        Begin();
        var datagrams = Datagrams(pair);
        var connects = Ask(FactKey.SourceConnects(pair.Source.Node, pair.Source.Probe.Id), now, note);
        var answers = Ask(FactKey.TargetAnswers(pair.Target.Host, pair.Target.Port, datagrams), now, note)
            || (pair.Target is { Service: { } service, Kind: TargetKind.Service } && Ask(FactKey.ServiceAnswers(service, pair.Target.DocumentedPort, datagrams), now, note));
        return new ControlEvidence(connects, answers);
    }

    public void Added(RowPair pair)
    {
        if (_probes is null || pair.IsWitness)
        {
            return;
        }

        foreach (var key in KeysOf(pair.Planned.Pair))
        {
            if (!_probes.TryGetValue(key, out var probes))
            {
                _probes[key] = probes = new();
            }

            probes.Add(pair.Probe);
            if (pair.Probe.Evidence.Last is not null)
            {
                changed(key);
            }
        }
    }

    /// <summary>The probe stays a witness while another pair asks for it under the same key.</summary>
    public void Removed(RowPair pair)
    {
        if (_probes is null || pair.IsWitness)
        {
            return;
        }

        foreach (var key in KeysOf(pair.Planned.Pair))
        {
            if (_probes.TryGetValue(key, out var probes) && !IsAskedBy(pair.Probe, key))
            {
                probes.Remove(pair.Probe);
                if (probes.Count == 0)
                {
                    _probes.Remove(key);
                }

                changed(key);
            }
        }
    }

    /// <summary>The probe began to connect, or does no more.</summary>
    public void Turned(ProbeEntry probe)
    {
        if (_probes is null)
        {
            return;
        }

        for (var pair = probe.Pairs; pair is not null; pair = pair.NextOfProbe)
        {
            foreach (var key in KeysOf(pair.Planned.Pair))
            {
                changed(key);
            }
        }
    }

    public void Clear() => _probes = null;

    private void Begin()
    {
        if (_probes is not null)
        {
            return;
        }

        _probes = [];
        foreach (var probe in plans.All)
        {
            for (var pair = probe.Pairs; pair is not null; pair = pair.NextOfProbe)
            {
                Added(pair);
            }
        }
    }

    private bool Ask(FactKey key, DateTimeOffset now, Action<FactKey, DateTimeOffset?> note)
    {
        var witness = _probes!.TryGetValue(key, out var probes) ? probes.FirstOrDefault(p => p.ConnectsAt(now)) : null;
        note(key, witness?.ConnectsUntil);
        return witness is not null;
    }

    private static bool IsAskedBy(ProbeEntry probe, FactKey key)
    {
        for (var pair = probe.Pairs; pair is not null; pair = pair.NextOfProbe)
        {
            if (KeysOf(pair.Planned.Pair).Contains(key))
            {
                return true;
            }
        }

        return false;
    }

    // The Service is the pair's, not the probe's: another row may reach the same address without it.
    private static FactKey[] KeysOf(ProbePair pair)
    {
        var (source, target) = (FactKey.SourceConnects(pair.Source.Node, pair.Source.Probe.Id), FactKey.TargetAnswers(pair.Target.Host, pair.Target.Port, Datagrams(pair)));
        return pair.Target.Service is { } service ? [source, target, FactKey.ServiceAnswers(service, pair.Target.DocumentedPort, Datagrams(pair))] : [source, target];
    }

    private static bool Datagrams(ProbePair pair) => pair.Target.Protocol == ConnectionProtocol.Udp;
}
