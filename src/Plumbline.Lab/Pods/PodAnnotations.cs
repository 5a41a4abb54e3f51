using System.Globalization;
using System.Net;
using Plumbline.Lab.Listeners;

namespace Plumbline.Lab.Pods;

/// <summary>A port of <see cref="PodAnnotations.Listen"/>.</summary>
/// <param name="Address">Null: all that the pod has.</param>
internal sealed record AnnotatedPort(int Port, ListenerKind Kind, IPAddress? Address = null);

/// <summary>
/// What a pod's annotations ask of the lab's kubelet. A pod that has none of them is left alone: somebody plays its kubelet by hand.
/// </summary>
internal sealed record PodAnnotations
{
    public const string Prefix = "lab.plumbline.dev/";
    public const string Listen = Prefix + "listen";
    public const string ReadyKey = Prefix + "ready";
    public const string NetworkKey = Prefix + "network";
    public const string AddressKey = Prefix + "address";
    public const string RedirectKey = Prefix + "redirect";
    public const string NamesKey = Prefix + "names";
    public const string TerminatesAfterKey = Prefix + "terminates-after";

    private static readonly string[] Known = [Listen, ReadyKey, NetworkKey, AddressKey, RedirectKey, NamesKey, TerminatesAfterKey];

    /// <summary><c>8080=http,5432,53=dns-udp,9000=http@loopback</c>: what listens in the pod.</summary>
    public IReadOnlyList<AnnotatedPort> Ports { get; private init; } = [];

    /// <summary><c>false</c>: its status says that it is not ready. Default: true.</summary>
    public bool Ready { get; private init; } = true;

    /// <summary>A certain address of its node's range. Default: the next free one.</summary>
    public IPAddress? Address { get; private init; }

    /// <summary>All TCP that leaves the pod is led to this port of its own, as a mesh's sidecar does it. Default: none is.</summary>
    public int? Redirect { get; private init; }

    /// <summary>Names of its certificate, separated by commas. Default: those of the Services that select it by the same name, and the pod's own.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    /// <summary>Seconds that it stays Terminating. Default: 0.</summary>
    public TimeSpan TerminatesAfter { get; private init; }

    /// <summary>What is wrong with them, each a sentence; such a pod does not start.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    /// <returns>Null for a pod that is not the lab's to run.</returns>
    public static PodAnnotations? Of(IEnumerable<KeyValuePair<string, string>>? annotations)
    {
        var ours = (annotations ?? []).Where(a => a.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(a => a.Key, a => a.Value.Trim());
        if (ours.Count == 0 || ours.GetValueOrDefault(NetworkKey) == "none")
        {
            return null;
        }

        var problems = ours.Keys.Except(Known).Select(k => $"no annotation is called {k}: {string.Join(", ", Known)}").ToList();
        Check(ours.GetValueOrDefault(NetworkKey, "pod") == "pod", $"{NetworkKey} is pod (the default) or none");
        return new PodAnnotations
        {
            Ports = [.. Words(Listen).Select(Port).OfType<AnnotatedPort>()],
            Ready = Word(ReadyKey, "true", out bool ready, bool.TryParse, "true or false") && ready,
            Address = ours.ContainsKey(AddressKey) && Word(AddressKey, "", out IPAddress? address, IPAddress.TryParse, "an address") ? address : null,
            Redirect = ours.ContainsKey(RedirectKey) && Word(RedirectKey, "", out int redirect, TryPort, "a port from 1 to 65535") ? redirect : null,
            Names = [.. Words(NamesKey)],
            TerminatesAfter = Word(TerminatesAfterKey, "0", out int seconds, int.TryParse, "seconds") ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 3600)) : TimeSpan.Zero,
            Problems = problems,
        };

        IEnumerable<string> Words(string key) => ours.GetValueOrDefault(key, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        bool Word<T>(string key, string otherwise, out T value, TryParse<T> parse, string wanted)
        {
            var text = ours.GetValueOrDefault(key, otherwise);
            return Check(parse(text, out value!), $"{key}: '{text}' is not {wanted}");
        }

        AnnotatedPort? Port(string text)
        {
            if (ListenWord.Parse(text, out var port, out var problem))
            {
                return port;
            }

            problems.Add($"{Listen}: {problem}");
            return null;
        }

        bool Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }

            return holds;
        }
    }

    private delegate bool TryParse<T>(string text, out T? value);

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;

    private static class ListenWord
    {
        public static bool Parse(string text, out AnnotatedPort? port, out string problem)
        {
            (port, problem) = (null, "");
            var at = text.IndexOf('@', StringComparison.Ordinal);
            var address = at < 0 ? null : text[at..] switch { "@loopback" => IPAddress.Loopback, "@ipv6" => IPAddress.IPv6Any, _ => IPAddress.None };
            if (address is not null && address.Equals(IPAddress.None))
            {
                problem = $"'{text}' ends with {text[at..]}, which is neither @loopback nor @ipv6 (IPv6 only)";
                return false;
            }

            var words = (at < 0 ? text : text[..at]).Split('=', 2);
            if (!TryPort(words[0], out var number))
            {
                problem = $"'{text}' does not begin with a port from 1 to 65535";
                return false;
            }

            var kind = ListenerKind.Tcp;
            if (words.Length == 2 && !ListenerWords.TryFind(words[1], out kind))
            {
                problem = $"nothing in the lab speaks '{words[1]}' (in '{text}'): {ListenerWords.List}";
                return false;
            }

            port = new AnnotatedPort(number, kind, address);
            return true;
        }
    }
}
