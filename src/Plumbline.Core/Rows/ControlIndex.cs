using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>Who connects and who answers, seen over all rows: any success is a control, not only the planned ones.</summary>
internal sealed class ControlIndex
{
    private readonly HashSet<(string Node, string Source)> _connecting = [];
    private readonly HashSet<(string Host, int Port, bool Datagrams)> _answering = [];
    private readonly HashSet<(NamespacedName Service, int Port, bool Datagrams)> _answeringServices = [];

    public ControlIndex(IEnumerable<PlannedPair> probes, EvidenceStore evidence, DateTimeOffset now)
    {
        foreach (var (pair, probe) in probes)
        {
            // A success of yesterday proves nothing today: a control must be as fresh as what it vouches for.
            if (evidence.Of(probe.Id) is { Last.Outcome: ProbeOutcome.Succeeded } known && now - known.ReceivedAt <= PairJudge.StaleAfter(probe))
            {
                _connecting.Add((pair.Source.Node, pair.Source.Probe.Id));
                _answering.Add((pair.Target.Host, pair.Target.Port, Datagrams(pair)));
                if (pair.Target.Service is { } service)
                {
                    _answeringServices.Add((service, pair.Target.DocumentedPort, Datagrams(pair)));
                }
            }
        }
    }

    public ControlEvidence Of(ProbePair pair) => new(
        _connecting.Contains((pair.Source.Node, pair.Source.Probe.Id)),
        _answering.Contains((pair.Target.Host, pair.Target.Port, Datagrams(pair)))
            || (pair.Target.Service is { } service && pair.Target.Kind == TargetKind.Service && _answeringServices.Contains((service, pair.Target.DocumentedPort, Datagrams(pair)))));

    private static bool Datagrams(ProbePair pair) => pair.Target.Protocol == ConnectionProtocol.Udp;
}
