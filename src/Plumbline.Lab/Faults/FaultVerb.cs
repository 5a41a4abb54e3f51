using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Listeners.Dns;

namespace Plumbline.Lab.Faults;

/// <summary>What a listener does instead of what it should.</summary>
internal abstract record ListenerTrouble
{
    private ListenerTrouble()
    {
    }

    /// <summary>Nothing listens.</summary>
    public sealed record Close : ListenerTrouble;

    /// <summary>It listens on 127.0.0.1 only.</summary>
    public sealed record Loopback : ListenerTrouble;

    /// <summary>It listens and speaks something else; opened where nothing listens.</summary>
    public sealed record Speak(ListenerKind Kind) : ListenerTrouble;
}

/// <summary>One thing that goes wrong in a running lab, as people type it.</summary>
internal abstract record FaultVerb(string Subject, string Text)
{
    /// <param name="Owner">A pod or a workload (namespace/name), or an external host.</param>
    public sealed record OfListener(string Subject, string Text, string Owner, int Port, ListenerTrouble Trouble) : FaultVerb(Subject, Text);

    public sealed record OfLink(string Subject, string Text, string Node, int Loss, int? Mtu, TimeSpan Delay) : FaultVerb(Subject, Text);

    /// <summary>Exactly one of the two is set.</summary>
    public sealed record OfName(string Subject, string Text, DnsFault? Failure, DnsOverride? Override) : FaultVerb(Subject, Text);

    /// <param name="Namespace">Whose pods no policy keeps in; null: all.</param>
    public sealed record OfPolicies(string Subject, string Text, string? Namespace) : FaultVerb(Subject, Text);

    public sealed record OfService(string Subject, string Text, string Service) : FaultVerb(Subject, Text);

    public sealed record OfSandbox(string Subject, string Text, string Pod) : FaultVerb(Subject, Text);

    /// <param name="Node">Null: all nodes.</param>
    /// <param name="Search">The node's own search domains.</param>
    /// <param name="Apart">The node asks a resolver of its own, which knows nothing of the cluster.</param>
    public sealed record OfResolver(string Subject, string Text, string? Node, IReadOnlyList<string> Search, bool Apart) : FaultVerb(Subject, Text);

    /// <param name="Name">What the cluster's DNS Service is called instead: namespace/name.</param>
    public sealed record OfClusterDns(string Subject, string Text, string Name) : FaultVerb(Subject, Text);

    public sealed override string ToString() => Text;
}

/// <summary>What came of a person's words.</summary>
internal abstract record ParsedFault
{
    private ParsedFault()
    {
    }

    public sealed record On(FaultVerb Verb) : ParsedFault;

    /// <summary>What was wrong with the subject is mended.</summary>
    public sealed record Off(string Subject) : ParsedFault;

    /// <summary>The words mean nothing; why, and what there is.</summary>
    public sealed record Wrong(string Problem) : ParsedFault;
}

/// <summary>Reads <c>listener voice/tenant-1:8888 close</c>.</summary>
internal static partial class FaultWords
{
    public const string Usage = """
        fault F1|F2|… on|off
        fault listener NAMESPACE/POD:PORT|NAMESPACE/WORKLOAD:PORT|HOST:PORT close|loopback|accept-close|accept-reset|silent|…|on
        fault link NODE loss 30% | mtu 1000 | delay 50ms | off      (several at once: loss 5% mtu 1400)
        fault dns NAME|*.DOMAIN nxdomain|servfail|refused|drop|ADDRESS|off
        fault policy [NAMESPACE] unenforced|enforced
        fault service NAMESPACE/NAME stale|off
        fault netns NAMESPACE/POD left-behind|off
        fault resolver NODE|all search=DOMAIN,… [apart] | off
        fault cluster-dns NAMESPACE/NAME|off
        """;

    private static readonly char[] Space = [' '];

    public static ParsedFault Parse(string text) => Parse(text.Split(Space, StringSplitOptions.RemoveEmptyEntries));

    public static ParsedFault Parse(string[] words) => words switch
    {
        ["listener", var place, var how] => Listener(place, how),
        ["link", var node, "off"] => new ParsedFault.Off($"link {node}"),
        ["link", var node, .. { Length: > 0 } what] => Link(node, what),
        ["dns", var name, var how] => Name(name, how),
        ["policy", "unenforced"] => new ParsedFault.On(new FaultVerb.OfPolicies("policy", "policy unenforced", null)),
        ["policy", var space, "unenforced"] => new ParsedFault.On(new FaultVerb.OfPolicies($"policy {space}", $"policy {space} unenforced", space)),
        ["policy", var space, "enforced" or "off"] => new ParsedFault.Off($"policy {space}"),
        ["policy", "enforced" or "off"] => new ParsedFault.Off("policy"),
        ["service", var service, "stale"] when IsKey(service) => new ParsedFault.On(new FaultVerb.OfService($"service {service}", $"service {service} stale", service)),
        ["service", var service, "off"] => new ParsedFault.Off($"service {service}"),
        ["netns", var pod, "left-behind"] when IsKey(pod) => new ParsedFault.On(new FaultVerb.OfSandbox($"netns {pod}", $"netns {pod} left-behind", pod)),
        ["netns", var pod, "off"] => new ParsedFault.Off($"netns {pod}"),
        ["cluster-dns", "off"] => new ParsedFault.Off("cluster-dns"),
        ["cluster-dns", var name] when IsKey(name) => new ParsedFault.On(new FaultVerb.OfClusterDns("cluster-dns", $"cluster-dns {name}", name)),
        ["resolver", var node, "off"] => new ParsedFault.Off($"resolver {node}"),
        ["resolver", var node, .. { Length: > 0 } what] => Resolver(node, what),
        _ => new ParsedFault.Wrong($"'fault {string.Join(' ', words)}' is not understood. There are:\n{Usage}"),
    };

    private static bool IsKey(string text) => text.Split('/') is [{ Length: > 0 }, { Length: > 0 }];

    private static ParsedFault Listener(string place, string how)
    {
        var subject = $"listener {place}";
        if (how is "on" or "off")
        {
            // Of a listener "on" is the good state, as of a lamp.
            return new ParsedFault.Off(subject);
        }

        var colon = place.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(place[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            return new ParsedFault.Wrong($"'{place}' is no place of a listener: NAMESPACE/POD:PORT, NAMESPACE/WORKLOAD:PORT or HOST:PORT, with a port from 1 to 65535");
        }

        ListenerTrouble? trouble = how switch
        {
            "close" => new ListenerTrouble.Close(),
            "loopback" => new ListenerTrouble.Loopback(),
            "reset" => new ListenerTrouble.Speak(ListenerKind.Resets),
            _ => ListenerWords.TryFind(how, out var kind) ? new ListenerTrouble.Speak(kind) : null,
        };
        return trouble is null
            ? new ParsedFault.Wrong($"a listener cannot be made '{how}': close, loopback, reset, {ListenerWords.List}, or on")
            : new ParsedFault.On(new FaultVerb.OfListener(subject, $"{subject} {how}", place[..colon], port, trouble));
    }

    private static ParsedFault Link(string node, string[] words)
    {
        var (loss, mtu, delay) = (0, (int?)null, TimeSpan.Zero);
        for (var i = 0; i < words.Length; i += 2)
        {
            var value = i + 1 < words.Length ? Amount().Match(words[i + 1]) : Match.Empty;
            var number = value.Success && int.TryParse(value.Groups["number"].Value, CultureInfo.InvariantCulture, out var n) ? n : -1;
            switch ((words[i], value.Groups["unit"].Value))
            {
                case ("loss", "%") when number is >= 1 and <= 100:
                    loss = number;
                    break;
                case ("mtu", "") when number is >= 100 and <= 65535:
                    mtu = number;
                    break;
                case ("delay", "ms") when number is >= 1 and <= 60000:
                    delay = TimeSpan.FromMilliseconds(number);
                    break;
                default:
                    return new ParsedFault.Wrong($"'{string.Join(' ', words.Skip(i).Take(2))}' cannot be done to a link: loss 1% to 100%, mtu 100 to 65535, delay 1ms to 60000ms, or off");
            }
        }

        return new ParsedFault.On(new FaultVerb.OfLink($"link {node}", $"link {node} {string.Join(' ', words)}", node, loss, mtu, delay));
    }

    private static ParsedFault Name(string name, string how)
    {
        var full = name.TrimEnd('.') is var plain && plain.EndsWith(".svc", StringComparison.Ordinal) ? $"{plain}.cluster.local" : plain;
        var (subject, text) = ($"dns {name}", $"dns {name} {how}");
        FaultVerb.OfName Failing(DnsFailure failure) => new(subject, text, new DnsFault(full, failure), null);
        return how switch
        {
            "off" or "on" => new ParsedFault.Off(subject),
            "nxdomain" => new ParsedFault.On(new FaultVerb.OfName(subject, text, null, new DnsOverride(full, null))),
            "servfail" => new ParsedFault.On(Failing(DnsFailure.ServerFailure)),
            "refused" => new ParsedFault.On(Failing(DnsFailure.Refused)),
            "drop" => new ParsedFault.On(Failing(DnsFailure.NoAnswer)),
            _ => IPAddress.TryParse(how, out var address)
                ? new ParsedFault.On(new FaultVerb.OfName(subject, text, null, new DnsOverride(full, address)))
                : new ParsedFault.Wrong($"a name cannot be made '{how}': nxdomain, servfail, refused, drop, an address, or off"),
        };
    }

    private static ParsedFault Resolver(string node, string[] words)
    {
        IReadOnlyList<string> search = [];
        var apart = false;
        foreach (var word in words)
        {
            if (word == "apart")
            {
                apart = true;
            }
            else if (word.StartsWith("search=", StringComparison.Ordinal))
            {
                search = word["search=".Length..].Split(',', StringSplitOptions.RemoveEmptyEntries);
            }
            else
            {
                return new ParsedFault.Wrong($"a node's resolver cannot be made '{word}': search=DOMAIN,… apart, or off");
            }
        }

        return new ParsedFault.On(new FaultVerb.OfResolver($"resolver {node}", $"resolver {node} {string.Join(' ', words)}", node == "all" ? null : node, search, apart));
    }

    [GeneratedRegex("^(?<number>[0-9]{1,5})(?<unit>%|ms|)$")]
    private static partial Regex Amount();
}
